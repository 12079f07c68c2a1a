import { describe, expect, test } from 'vitest'
import { FormatError } from '../format-error.ts'
import { editYaml, readYaml } from '../yaml-edit.ts'
import { longestYaml } from './document.ts'

const edit = (text: string, values: Record<string, unknown>): string => editYaml(text, new Map(Object.entries(values)))
const read = (text: string): Record<string, unknown> => Object.fromEntries(readYaml(text))
const lines = (...all: string[]): string => all.map((line) => `${line}\n`).join('')

describe('a text is quoted where some reader would take it for something else', () => {
  const quoted = [
    'yes',
    'No',
    'on',
    'off',
    'y',
    'null',
    '~',
    '',
    '0123',
    '1e3',
    '12:30:00',
    '2024-01-01',
    '0x1F',
    '.5',
    '1_000',
    '-',
    '<<',
    '=',
    '*a',
    '&a',
    '!a',
    '@a',
    '`a',
    '%a',
    '#a',
    'a #b',
    'a: b',
    'a:',
    ' a',
    'a ',
    '[a',
    '{a',
    '---',
    '? a',
    '\u0007',
    'a\tb',
    '\u2028',
    '\ufeff',
    '\u0085',
  ]
  test.each(quoted)('%j', (value) => {
    const text = edit('', { k: value })
    expect(text).toMatch(/^k: ".*"\n$/)
    expect(read(text)).toEqual({ k: value })
  })

  const bare = ['a', 'eu-west-1', '((aws.key))', '($ .env $)', 'http://host:80/p?q=1#f', 'a, b', 'é ☃ 漢', "it's", 'a#b', '/var/log']
  test.each(bare)('%s stays bare', (value) => {
    expect(edit('', { k: value })).toBe(`k: ${value}\n`)
  })

  const numbers: [number, string][] = [
    [14, '14'],
    [2.2, '2.2'],
    [-0, '0'],
    [1e21, '1.0e+21'],
    [1.5e-7, '1.5e-7'],
    [2 ** 60, '1152921504606847000'],
  ]
  test.each(numbers)('the number %d', (value, written) => {
    const text = edit('', { k: value })
    expect(text).toBe(`k: ${written}\n`)
    expect(read(text)).toEqual({ k: value + 0 })
  })

  test('in braces, where older readers take more signs for their own', () => {
    expect(edit('{}', { k: 'a?b', l: ['a,b', 'a:b', 'c'] })).toBe('{k: "a?b", l: ["a,b", "a:b", c]}')
  })

  test('a long text is never folded', () => {
    const value = 'word '.repeat(500).trim()
    expect(edit('', { k: value })).toBe(`k: ${value}\n`)
  })

  const unsuitedForLines = ['\na', ' a\nb', 'a\n\n', 'a\n  \nb', 'a\r\nb', 'a\u0001\nb', 'a\n   ']
  test.each(unsuitedForLines)('the lines %j are quoted', (value) => {
    const text = edit('', { k: value })
    expect(text).toMatch(/^k: ".*"\n$/)
    expect(read(text)).toEqual({ k: value })
  })
})

describe('reading gives types', () => {
  test('of numbers, texts, booleans, lists and maps', () => {
    const text = lines('a: 14', 'b: 2.2', 'c: "14"', 'd: true', 'e: [1, x, 1.1, false]', 'f: {g: null}', 'h: |', '  x')
    expect(read(text)).toEqual({ a: 14, b: 2.2, c: '14', d: true, e: [1, 'x', 1.1, false], f: { g: null }, h: 'x\n' })
  })

  test('as the pipelines and playbooks that read these files', () => {
    const text = lines(
      'a: yes',
      'b: Off',
      'c: 0644',
      'd: 1_000',
      'e: 2024-01-01',
      'f: 12:30:00',
      'g: .inf',
      'h: y',
      'i: !!str yes',
      'j: !!int "3"',
    )
    expect(read(text)).toEqual({ a: true, b: false, c: 420, d: 1000, e: '2024-01-01', f: '12:30:00', g: '.inf', h: 'y', i: 'yes', j: 3 })
  })

  test('with anchors, aliases and merge keys', () => {
    const text = lines('a: &a {x: 1, y: 2}', 'b: *a', 'c:', '  <<: *a', '  y: 3', '<<: *a')
    expect(read(text)).toEqual({ a: { x: 1, y: 2 }, b: { x: 1, y: 2 }, c: { x: 1, y: 3 }, x: 1, y: 2 })
  })
})

describe('what cannot be edited says why', () => {
  const bombs = Array.from({ length: 30 }, (_, at) => `a${at}: &a${at} [${at === 0 ? 'x' : `*a${at - 1}, *a${at - 1}`}]\n`).join('')
  const cases: [string, string, RegExp][] = [
    ['a list', '- 1\n', /line 1: the file must be a YAML mapping/],
    ['null', '~\n', /must be a YAML mapping/],
    ['two documents', 'a: 1\n---\nb: 1\n', /one YAML document/],
    ['a key that stands twice', 'a: 1\nb: 1\na: 2\n', /line 3: the key "a" stands twice/],
    ['a nested key that stands twice', 'a:\n  b: 1\n  b: 1\n', /line 3: the key "b" stands twice/],
    ['broken YAML', 'a: 1\nb: ]\n', /^line 2: /],
    ['an alias without an anchor', 'a: *x\n', /line 1: the alias \*x has no anchor/],
    ['a value that contains itself', 'a: &x [*x]\n', /the alias \*x has no anchor before it/],
    ['a key that is no text', '? [a]\n: 1\n', /a key must be a text/],
    ['lists in lists without end', '['.repeat(50_000), /more than 100 levels deep/],
    ['maps in maps without end', '{'.repeat(50_000), /more than 100 levels deep/],
    ['billions of values in few lines', bombs, /more than 200000 values/],
    ['a file that is too long', '#'.repeat(longestYaml + 1), /more than 1000000 characters/],
  ]
  test.each(cases)('%s', (_, text, message) => {
    expect(() => editYaml(text, new Map())).toThrow(FormatError)
    expect(() => readYaml(text)).toThrow(message)
  })

  test('an anchor that another key uses', () => {
    expect(() => edit('a: &x 1\nb: *x\n', { a: 2 })).toThrow('the value of "a" cannot be changed: "b" uses its anchor &x')
    expect(() => edit('a: {k: &x 1}\nb: {k: *x}\n', { a: 2 })).toThrow(FormatError)
    expect(() => edit('a: &x k\n*x : 1\n', { a: 2 })).toThrow(FormatError)
  })

  const deep = () => {
    let value: unknown = 1
    for (let at = 0; at < 200; at++) value = [value]
    return value
  }
  test.each<[string, unknown]>([
    ['no number', Number.NaN],
    ['undefined in a list', [undefined]],
    ['a function', () => 1],
    ['a date', new Date(0)],
    ['half a character', '\ud800'],
    ['a deep value', deep()],
  ])('a value that is %s', (_, value) => {
    expect(() => edit('', { k: value })).toThrow(FormatError)
  })
})
