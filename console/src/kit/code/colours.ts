/** Colours of code that hold in both schemes: each is a variable of the style sheet, which knows which one is on. */
import { HighlightStyle } from '@codemirror/language'
import { tags } from '@lezer/highlight'

export const colours = HighlightStyle.define([
  { tag: [tags.keyword, tags.operatorKeyword, tags.controlKeyword, tags.definitionKeyword, tags.moduleKeyword], class: 'code-keyword' },
  { tag: [tags.string, tags.special(tags.string), tags.regexp, tags.inserted], class: 'code-string' },
  { tag: [tags.number, tags.bool, tags.null, tags.atom, tags.literal], class: 'code-number' },
  { tag: [tags.comment, tags.meta], class: 'code-comment' },
  { tag: [tags.propertyName, tags.attributeName, tags.definition(tags.propertyName)], class: 'code-property' },
  { tag: [tags.typeName, tags.className, tags.tagName, tags.namespace, tags.labelName], class: 'code-type' },
  { tag: [tags.function(tags.variableName), tags.standard(tags.variableName), tags.macroName], class: 'code-function' },
  { tag: [tags.invalid, tags.deleted], class: 'code-invalid' },
  { tag: tags.strong, class: 'code-strong' },
])
