import { describe, expect, test } from 'vitest'
import { renderTemplate } from './template.ts'

const data = { known: 'K', off: false, list: [1, 2], map: {} }
const keep = (text: string): string => renderTemplate(text, data, { missing: 'keep' })

describe('what touches a key that is missing stays in the text', () => {
  test.each([
    ['an action', '($ .known $) ($  .later  | upper $)', 'K ($  .later  | upper $)'],
    ['a field of it', '($ .later.field $)', '($ .later.field $)'],
    [
      'a function that asks for it',
      '($ get . "later" $)($ hasKey $ "later" $)($ index . "later" $)',
      '($ get . "later" $)($ hasKey $ "later" $)($ index . "later" $)',
    ],
    ['an action with a default', '($ default "d" .later $)', '($ default "d" .later $)'],
    [
      'a block by its condition',
      '($ if .later $)($ .known $)($ else $)x($ end $) ($ .known $)',
      '($ if .later $)($ .known $)($ else $)x($ end $) K',
    ],
    ['a block by a condition further down', '($ if .off $)1($ else if .later $)2($ end $)', '($ if .off $)1($ else if .later $)2($ end $)'],
    ['an action in a block that is known', '($ if .known $)a ($ .later $)($ end $)', 'a ($ .later $)'],
    ['a range that needs it inside', '($ range .list $)($ . $)($ $.later $)($ end $)', '($ range .list $)($ . $)($ $.later $)($ end $)'],
    ['a with that needs it inside', '($ with .known $)($ $.later $)($ end $)', '($ with .known $)($ $.later $)($ end $)'],
    [
      'the reach of a variable',
      '($ if .known $)($ $x := .known $)($ print $x .later $)($ end $)',
      '($ if .known $)($ $x := .known $)($ print $x .later $)($ end $)',
    ],
    [
      'everything, when the variable reaches everywhere',
      '($ .known $)($ $x := .known $)($ print $x .later $)',
      '($ .known $)($ $x := .known $)($ print $x .later $)',
    ],
    [
      'the templates that it uses',
      '($ define "t" $)($ .later $)($ end $)($ template "t" . $)($ .known $)',
      '($ define "t" $)($ .later $)($ end $)($ template "t" . $)K',
    ],
    ['a call of tpl', '($ tpl "($ if .known $)($ .later $)($ end $)" . $)', '($ tpl "($ if .known $)($ .later $)($ end $)" . $)'],
  ])('%s', (_, text, expected) => {
    expect(keep(text)).toBe(expected)
  })
})

describe('what does not touch it is rendered', () => {
  test.each([
    ['a condition that is decided before', '($ if or .known .later $)a($ end $)($ if and .off .later $)b($ end $)', 'a'],
    ['the branch that is not taken', '($ if .off $)($ .later $)($ else $)b($ end $)', 'b'],
    ['a key missing further down', '($ .map.later $)', '<no value>'],
    ['templates, when nothing stays', '($ define "t" $)($ .known $)($ end $)($ template "t" . $)', 'K'],
    ['variables, when nothing that stays uses them', '($ $x := .known $)($ $x $)($ .later $)', 'K($ .later $)'],
  ])('%s', (_, text, expected) => {
    expect(keep(text)).toBe(expected)
  })
})

describe('blanks around', () => {
  test.each([
    ['what stays are as they were', 'a  ($- .later -$)  b', 'a  ($- .later -$)  b'],
    ['what is rendered are cut', 'a  ($- .known -$)  b', 'aKb'],
    ['are cut on the side of what is rendered', 'a  ($- .later -$)  ($- .known -$)  b', 'a  ($- .later -$)Kb'],
    ['stay cut before an action that stays', 'a ($- .known $)($ .later $)($ .known -$) b', 'aK($ .later $)Kb'],
    ['a block that stays', ' ($- if .later -$) x ($- end -$) ', ' ($- if .later -$) x ($- end -$) '],
    ['an action that stays in a block that does not', ' ($- if .known -$) x ($- .later -$) ($- end -$) ', 'x ($- .later -$)'],
  ])('%s', (_, text, expected) => {
    expect(keep(text)).toBe(expected)
  })

  test('rendering in two steps gives what one step gives', () => {
    const text =
      'a ($- if eq .one "1" $) b ($- .two -$) c ($ else if .two $) d ($ end -$) e ($ .two $)\n($ range .three $)($ . $)($ $.two $)($ end $)'
    const [one, two] = [{ one: '1', three: [1, 2] }, { two: '2' }]
    const first = renderTemplate(text, one, { missing: 'keep' })
    expect(first).toContain('.two')
    expect(renderTemplate(first, { ...one, ...two })).toBe(renderTemplate(text, { ...one, ...two }))
  })
})
