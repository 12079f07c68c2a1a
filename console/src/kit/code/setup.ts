import { defaultKeymap, history, historyKeymap } from '@codemirror/commands'
import { json } from '@codemirror/lang-json'
import { yaml } from '@codemirror/lang-yaml'
import { bracketMatching, StreamLanguage, syntaxHighlighting } from '@codemirror/language'
import { highlightSelectionMatches, searchKeymap } from '@codemirror/search'
import type { Extension } from '@codemirror/state'
import { EditorView, keymap, lineNumbers } from '@codemirror/view'
import { hcl } from 'codemirror-lang-hcl'
import type { CodeLanguage } from '../code.tsx'
import { cssNonce } from '../theme.ts'
import { colours } from './colours.ts'
import { rego } from './rego.ts'

export const languageOf = (language: CodeLanguage): Extension =>
  ({ yaml: () => yaml(), json: () => json(), hcl: () => hcl(), rego: () => StreamLanguage.define(rego), text: () => [] })[language]()

/** Tab leaves the editor, as it leaves every field: whoever works by keyboard must not be caught. */
export const common = (label: string): Extension => [
  EditorView.cspNonce.of(cssNonce()),
  lineNumbers(),
  history(),
  bracketMatching(),
  highlightSelectionMatches(),
  syntaxHighlighting(colours),
  keymap.of([...defaultKeymap, ...historyKeymap, ...searchKeymap]),
  EditorView.lineWrapping,
  EditorView.contentAttributes.of({ 'aria-label': label }),
]
