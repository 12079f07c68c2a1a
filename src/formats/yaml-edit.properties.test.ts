import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { FormatError } from './format-error.ts'
import { editYaml, readYaml } from './yaml-edit.ts'

const key = fc.oneof(
  { weight: 3, arbitrary: fc.stringMatching(/^[a-z][a-z_.-]{0,8}$/) },
  { weight: 1, arbitrary: fc.string({ maxLength: 8, unit: 'grapheme' }) },
  { weight: 1, arbitrary: fc.constantFrom('yes', '1', '', '<<', '__proto__', 'constructor', '?', '- a', 'a: b') },
)
const awkward = fc.constantFrom(
  'yes',
  '0123',
  '1e3',
  'a\nb',
  'a\nb\n',
  '\n',
  ' a',
  'a # b',
  "'",
  '"',
  '((x))',
  '$(y)',
  '\t',
  'a\r\nb',
  '- a',
  '12:30',
  '\u2028',
  '\u0000',
  '|',
  '>',
)
const scalar = fc.oneof(
  fc.boolean(),
  fc.constant(null),
  fc.integer(),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.string({ unit: 'grapheme' }),
  awkward,
)
const value = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3, depthSize: 'small' },
    scalar,
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(key, tie('value'), { maxKeys: 4, noNullPrototype: true }),
  ),
})).value
const values = fc.uniqueArray(fc.tuple(key, value), { maxLength: 6, selector: ([name]) => name })
const plain = (json: unknown): unknown => JSON.parse(JSON.stringify(json))

/** A file as people write it: comments, blank lines, values in many styles. */
const writtenValue = fc.oneof(
  fc.constantFrom('1', 'word', '"quoted"', "'single'", '', '# empty', '[1, {a: b}]', '{a: [1,\n  2]}', '1 # one', '"x\n  y" # two'),
  fc.constantFrom(
    '\n  k: 1\n  # in\n  l: [1]',
    '\n- 1\n- k: 2\n  l: 3',
    ' # c\n  - 1',
    '|\n  x\n   y\n',
    '|+\n  x\n\n',
    '>-  # c\n  x\n  y',
    '!!str 14',
    '&anchor 1',
    '\n  "next"',
  ),
)
const file = fc
  .tuple(
    fc.uniqueArray(
      fc.tuple(fc.stringMatching(/^[a-d]{1,2}$/), writtenValue, fc.constantFrom('', '# c\n', '\n', '  # deep\n', '\n\n# d\n')),
      {
        maxLength: 6,
        selector: ([name]) => name,
      },
    ),
    fc.constantFrom('', '---\n', '# head\n\n'),
    fc.constantFrom('\n', '\r\n'),
    fc.boolean(),
  )
  .map(([entries, head, eol, ended]) => {
    const text = `${head}${entries.map(([name, written, after]) => `${name}: ${written}\n${after}`).join('')}`
    return (ended ? text : text.replace(/\n$/, '')).replaceAll('\n', eol)
  })

describe('whatever the file and the values', () => {
  test('the values read back with their types, the other keys keep theirs, and a second edit changes nothing', () => {
    fc.assert(
      fc.property(
        file,
        values,
        fc.uniqueArray(fc.tuple(fc.stringMatching(/^[a-d]{1,2}$/), value), { maxLength: 3, selector: ([name]) => name }),
        (text, added, changed) => {
          const wanted = new Map<string, unknown>([...added, ...changed])
          const edited = editYaml(text, wanted)
          const expected = new Map<string, unknown>([...readYaml(text), ...[...wanted].map(([name, json]) => [name, plain(json)] as const)])
          expect(plain(Object.fromEntries(readYaml(edited)))).toEqual(plain(Object.fromEntries(expected)))
          expect(editYaml(edited, wanted)).toBe(edited)
        },
      ),
      { seed: 1, numRuns: 800 },
    )
  })

  test('lines of other keys stay, in their order', () => {
    fc.assert(
      fc.property(file, value, (text, json) => {
        const rest = text.replace(/^---\r?\n?/, '')
        const edited = editYaml(`first: 1 # c\n${rest}`, new Map([['first', json]]))
        expect(edited.endsWith(rest)).toBe(true)
        const appended = editYaml(text, new Map([['last', json]]))
        expect(appended.startsWith(text)).toBe(true)
      }),
      { seed: 2, numRuns: 500 },
    )
  })

  test('a key that is taken away takes no other with it', () => {
    fc.assert(
      fc.property(file, value, fc.uniqueArray(fc.stringMatching(/^[a-d]{1,2}$/), { minLength: 1, maxLength: 3 }), (text, json, gone) => {
        const edited = editYaml(text, new Map<string, unknown>([...gone.map((name) => [name, undefined] as const), ['last', json]]))
        const expected = new Map([...readYaml(text), ['last', plain(json)] as const])
        for (const name of gone) expected.delete(name)
        expect(plain(Object.fromEntries(readYaml(edited)))).toEqual(plain(Object.fromEntries(expected)))
      }),
      { seed: 4, numRuns: 3000 },
    )
  })

  test('random text is read or refused, and nothing else', () => {
    const piece = fc.oneof(
      fc.constantFrom(
        'a',
        ': ',
        '- ',
        '? ',
        '\n',
        '  ',
        '"',
        "'",
        '[',
        ']',
        '{',
        '}',
        ',',
        '&a ',
        '*a',
        '!t ',
        '|',
        '>',
        '#',
        '<<: ',
        '---',
        '...',
        '%',
        '\t',
        '\r',
        '1',
        '@',
        '`',
      ),
      fc.string({ maxLength: 3 }),
    )
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 40 }), (pieces) => {
        try {
          const text = pieces.join('')
          const edited = editYaml(
            text,
            new Map<string, unknown>([
              ['a', { b: 1 }],
              ['z', 'x\ny\n'],
            ]),
          )
          expect(readYaml(edited).get('z')).toBe('x\ny\n')
        } catch (error) {
          if (!(error instanceof FormatError)) throw error
        }
      }),
      { seed: 3, numRuns: 3000 },
    )
  })
})
