import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { dumpLines, dumpYaml } from './dump.ts'
import { readMapping } from './text.ts'
import type { Json } from './types.ts'

describe('the text of a value', () => {
  test('has names first, what is long last, the rest by letters', () => {
    const text = dumpYaml({
      jobs: [
        {
          ensure: { put: 'p' },
          plan: [
            { trigger: true, passed: ['a'], get: 'g' },
            { config: { run: { args: ['-c', 'x\ny\n'], path: 'sh' }, platform: 'linux' }, task: 't' },
          ],
          serial: true,
          name: 'j',
        },
      ],
      resources: [{ source: { uri: 'u', branch: 'b' }, type: 'git', name: 'g' }],
    })
    expect(text).toBe(`resources:
- name: g
  type: git
  source:
    branch: b
    uri: u
jobs:
- name: j
  serial: true
  plan:
  - get: g
    passed:
    - a
    trigger: true
  - task: t
    config:
      platform: linux
      run:
        path: sh
        args:
        - "-c"
        - |
          x
          y
  ensure:
    put: p
`)
  })

  test.each<[Json, string]>([
    [{ a: 'one\ntwo' }, 'a: |-\n  one\n  two\n'],
    [{ a: 'one\n\n\n' }, 'a: |+\n  one\n\n\n'],
    [{ a: '  one\n two\n' }, 'a: |2\n    one\n   two\n'],
    [{ a: '\none\n   \n' }, 'a: |2\n\n  one\n     \n'],
    [{ a: ['x\n', ['y\n']] }, 'a:\n- |\n  x\n- - |\n    y\n'],
    [{ a: 'tab\there\n' }, 'a: |\n  tab\there\n'],
    [{ a: 'bell\u0007\n' }, 'a: "bell\\u0007\\n"\n'],
    [{ a: '\n' }, 'a: "\\n"\n'],
    [{ yes: 'no', '1.10': '1.10', '': '' }, '"": ""\n"1.10": "1.10"\n"yes": "no"\n'],
    [{ a: {}, b: [], c: [{}], d: [[]] }, 'a: {}\nb: []\nc:\n- {}\nd:\n- []\n'],
    [[], '[]\n'],
    ['((x))', '((x))\n'],
    [null, 'null\n'],
  ])('%j', (value, text) => {
    expect(dumpYaml(value)).toBe(text)
  })

  test('is by lines what it is as a whole', () => {
    const value = { a: ['x\ny\n', { [`k${'x'.repeat(2000)}`]: 'z\n' }] }
    expect(dumpLines(value).some((line) => line.includes('\n'))).toBe(false)
    expect(`${dumpLines(value).join('\n')}\n`).toBe(dumpYaml(value))
  })
})

describe('whatever the value is', () => {
  const piece = fc.constantFrom(
    '\n',
    ' ',
    '  ',
    '\t',
    '#',
    ': ',
    '- ',
    'a',
    'yes',
    '1e3',
    "'",
    '"',
    '\\',
    '|',
    '>',
    '((x))',
    '\r',
    '\u2028',
    '\u0085',
    '\0',
    'é',
    '😀',
    '~',
    '0x1',
    '<<',
    '%',
    '---',
    '...',
    '&a',
    '*a',
    '!x',
    '?',
    '[',
    '{',
    ',',
  )
  const text = fc.oneof(
    fc.array(piece, { maxLength: 8 }).map((pieces) => pieces.join('')),
    fc.string({ unit: 'grapheme' }),
  )
  const value = fc.letrec<{ value: Json }>((tie) => ({
    value: fc.oneof(
      { maxDepth: 5 },
      text,
      fc.constantFrom<Json>(null, true, false),
      fc.double({ noNaN: true, noDefaultInfinity: true }).map((number) => (number === 0 ? 0 : number)),
      fc.array(tie('value'), { maxLength: 4 }),
      fc.dictionary(text, tie('value'), { maxKeys: 4, noNullPrototype: false }),
    ),
  })).value

  test('its text reads as the value, here and by the rules of YAML 1.2', () => {
    fc.assert(
      fc.property(value, (given) => {
        const dumped = dumpYaml({ value: given })
        expect(parse(dumped, { uniqueKeys: false, merge: false })).toEqual({ value: given })
        if (!dumped.includes('\0')) expect(readMapping(dumped).value).toEqual({ value: given })
      }),
      { seed: 1, numRuns: 3000 },
    )
  })

  test('its text does not depend on the order of keys', () => {
    const reversed = (part: Json): Json =>
      Array.isArray(part)
        ? part.map(reversed)
        : typeof part === 'object' && part !== null
          ? Object.fromEntries(
              Object.entries(part)
                .reverse()
                .map(([key, item]) => [key, reversed(item)]),
            )
          : part
    fc.assert(
      fc.property(value, (given) => {
        expect(dumpYaml(reversed(given))).toBe(dumpYaml(given))
      }),
      { seed: 2, numRuns: 500 },
    )
  })
})
