import { existsSync, readdirSync, readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { FormatError } from './format-error.ts'
import { longestYaml } from './yaml/document.ts'
import { editYaml, readYaml } from './yaml-edit.ts'

const edit = (text: string, values: Record<string, unknown>): string => editYaml(text, new Map(Object.entries(values)))
const read = (text: string): Record<string, unknown> => Object.fromEntries(readYaml(text))
const lines = (...all: string[]): string => all.map((line) => `${line}\n`).join('')

interface Case {
  what: string
  text: string
  values: Record<string, unknown>
  result: string
}

describe('an edit of a YAML file changes only the value', () => {
  const cases: Case[] = [
    { what: 'a comment behind it stays', text: 'a: old # why\nb: 1\n', values: { a: 'new' }, result: 'a: new # why\nb: 1\n' },
    { what: 'blanks around it stay', text: 'a:   old   # why\n', values: { a: 7 }, result: 'a:   7   # why\n' },
    {
      what: 'an equal value is not rewritten',
      text: "a: 'x'\nb: 0x10\nc: ~\n",
      values: { a: 'x', b: 16, c: null },
      result: "a: 'x'\nb: 0x10\nc: ~\n",
    },
    { what: 'a number is not the same as its digits in quotes', text: 'a: 14\n', values: { a: '14' }, result: 'a: "14"\n' },
    { what: 'double quotes stay', text: 'a: "x"\n', values: { a: 'say "hi"' }, result: 'a: "say \\"hi\\""\n' },
    { what: 'single quotes stay', text: "a: 'x'\n", values: { a: "it's" }, result: "a: 'it''s'\n" },
    {
      what: 'a quoted text over two lines is one value',
      text: 'a: "x\n  y" # c\nb: 1\n',
      values: { a: 'z' },
      result: 'a: "z" # c\nb: 1\n',
    },
    { what: 'an empty value is filled', text: 'a: # c\nb:\n', values: { a: 1, b: 'x' }, result: 'a: 1 # c\nb: x\n' },
    { what: 'a value on the next line stays there', text: 'a:\n  "x" # c\nb: 1\n', values: { a: 'y' }, result: 'a:\n  "y" # c\nb: 1\n' },
    {
      what: 'a folded text becomes a short one',
      text: 'a: >-  # c\n  x\n  y\n\n# d\nb: 1\n',
      values: { a: 'z' },
      result: 'a: z  # c\n\n# d\nb: 1\n',
    },
    { what: 'a text with lines is a block', text: 'a: x # c\nb: 1\n', values: { a: 'y\nz' }, result: 'a: |- # c\n  y\n  z\nb: 1\n' },
    {
      what: 'a block text is replaced in place',
      text: 'a: |\n  x\n\n# c\nb: 1\n',
      values: { a: 'y\n\nz\n' },
      result: 'a: |\n  y\n\n  z\n\n# c\nb: 1\n',
    },
    {
      what: 'a deeper comment does not become text',
      text: 'a: x\n    # c\nb: 1\n',
      values: { a: 'y\nz' },
      result: 'a: "y\\nz"\n    # c\nb: 1\n',
    },
    {
      what: 'a map becomes a scalar, comments around it stay',
      text: 'a: # c\n  # in\n  b: 1 # own\n  # out\nc: 2\n',
      values: { a: 5 },
      result: 'a: 5 # c\n  # in\n  # out\nc: 2\n',
    },
    {
      what: 'a scalar becomes a map',
      text: 'a: x # c\nb: 1\n',
      values: { a: { k: [1, 'z'], e: {} } },
      result: 'a: # c\n  k:\n    - 1\n    - z\n  e: {}\nb: 1\n',
    },
    {
      what: 'a flow list over lines becomes a list',
      text: 'a: [1,\n  2] # c\nb: 1\n',
      values: { a: ['x'] },
      result: 'a: # c\n  - x\nb: 1\n',
    },
    { what: 'a list becomes empty', text: 'a:\n- 1\n- 2\nb: 1\n', values: { a: [] }, result: 'a: []\nb: 1\n' },
    { what: 'the last value without a line end', text: 'a: 1\nb:\n  c: 2', values: { b: 3 }, result: 'a: 1\nb: 3' },
    {
      what: 'the indentation of the file is used',
      text: 'a:\n    b: 1\nl:\n- 1\n',
      values: { c: { d: [{ e: 1, f: 2 }] } },
      result: 'a:\n    b: 1\nl:\n- 1\nc:\n    d:\n    - e: 1\n      f: 2\n',
    },
    {
      what: 'all keys stand in the same column',
      text: '  a: 1\n  b: 2\n',
      values: { c: { d: 1 } },
      result: '  a: 1\n  b: 2\n  c:\n    d: 1\n',
    },
    {
      what: 'Windows line ends stay',
      text: 'a: 1\r\nb: 2 # c\r\n',
      values: { a: { k: 'v' }, b: 'x\ny\n', d: 1 },
      result: 'a:\r\n  k: v\r\nb: | # c\r\n  x\r\n  y\r\nd: 1\r\n',
    },
    { what: 'a byte order mark stays', text: '\ufeffa: 1\n', values: { a: 2, b: 3 }, result: '\ufeffa: 2\nb: 3\n' },
    {
      what: 'document marks stay',
      text: '%YAML 1.2\n--- # s\na: 1\n... # e\n',
      values: { b: 2 },
      result: '%YAML 1.2\n--- # s\na: 1\nb: 2\n... # e\n',
    },
    {
      what: 'a map in braces',
      text: '{a: 1, "b":2, c: } # d\n',
      values: { a: 'x, y', b: [1], e: { f: 'g' } },
      result: '{a: "x, y", "b": [1], c: , e: {f: g} } # d\n',
    },
    { what: 'braces with a last comma', text: '{ a, b, }', values: { a: 1, c: 2 }, result: '{ a: 1, b, c: 2 }' },
    { what: 'empty braces', text: '{}\n', values: { a: 1 }, result: '{a: 1}\n' },
    {
      what: 'explicit keys',
      text: '? a\n: - 1\n  - 2 # c\n? b\nc: 1\n',
      values: { a: 'x', b: { d: 1 } },
      result: '? a\n: x # c\n? b\n: {d: 1}\nc: 1\n',
    },
    { what: 'quoted keys are found', text: '"a.b": 1\n\'c\': 2\n', values: { 'a.b': 3, c: 4 }, result: '"a.b": 3\n\'c\': 4\n' },
    {
      what: 'a tag goes with its value',
      text: 'a: !!str 14 # c\nb: !vault |\n  x\n',
      values: { a: 14, b: 1 },
      result: 'a: !!str 14 # c\nb: 1\n'.replace('!!str ', ''),
    },
    { what: 'an alias is replaced, its anchor stays', text: 'a: &x 1\nb: *x\n', values: { b: 2 }, result: 'a: &x 1\nb: 2\n' },
    { what: 'an anchor that nobody uses goes', text: 'a: &x 1\n', values: { a: 2 }, result: 'a: 2\n' },
    { what: 'an anchor and its alias are replaced together', text: 'a: &x 1\nb: *x\n', values: { a: 2, b: 1 }, result: 'a: 2\nb: 1\n' },
    { what: 'a merged key is overridden', text: 'd: &d\n  k: 1\n<<: *d\n', values: { k: 2 }, result: 'd: &d\n  k: 1\n<<: *d\nk: 2\n' },
    {
      what: 'a merged key that is equal is not repeated',
      text: 'd: &d\n  k: 1\n<<: *d\n',
      values: { k: 1 },
      result: 'd: &d\n  k: 1\n<<: *d\n',
    },
  ]
  test.each(cases)('$what', ({ text, values, result }) => {
    expect(edit(text, values)).toBe(result)
  })
})

describe('missing keys are appended in the order given', () => {
  const cases: Case[] = [
    { what: 'to an empty file', text: '', values: { b: 1, a: { c: 2 } }, result: 'b: 1\na:\n  c: 2\n' },
    { what: 'to a file of comments', text: '# c\n\n', values: { a: 1 }, result: '# c\n\na: 1\n' },
    { what: 'to a file without a last line end', text: '# c', values: { a: 1, b: 2 }, result: '# c\na: 1\nb: 2' },
    { what: 'to an empty document', text: '---\n', values: { a: 1 }, result: '---\na: 1\n' },
    { what: 'behind comments at the end', text: 'a: 1\n# end\n', values: { b: [] }, result: 'a: 1\n# end\nb: []\n' },
  ]
  test.each(cases)('$what', ({ text, values, result }) => {
    expect(edit(text, values)).toBe(result)
  })

  test('keys are never paths', () => {
    expect(edit('a:\n  b: 1\n', { 'a.b': 2, __proto__x: 1 })).toBe('a:\n  b: 1\na.b: 2\n__proto__x: 1\n')
  })

  test('a key named __proto__ is a key', () => {
    const text = editYaml('', new Map<string, unknown>([['__proto__', JSON.parse('{"__proto__":{"a":1}}')]]))
    expect(text).toBe('__proto__:\n  __proto__:\n    a: 1\n')
    expect(JSON.stringify(readYaml(text).get('__proto__'))).toBe('{"__proto__":{"a":1}}')
  })
})

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
    ['undefined', undefined],
    ['a function', () => 1],
    ['a date', new Date(0)],
    ['half a character', '\ud800'],
    ['a deep value', deep()],
  ])('a value that is %s', (_, value) => {
    expect(() => edit('', { k: value })).toThrow(FormatError)
  })
})

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

describe('variables files of real stacks', () => {
  const stacks = new URL('../../../shared/data/stacks/', import.meta.url)
  const files = existsSync(stacks)
    ? readdirSync(stacks, { recursive: true, encoding: 'utf8' }).filter((path) => path.endsWith('variables.sample.yml'))
    : []

  test.skipIf(files.length === 0)('each key can be changed alone, and its line is the only one that changes', () => {
    for (const path of files) {
      // Lines of template actions are gone once a file is interpolated; until then it is no YAML.
      const text = readFileSync(new URL(path, stacks), 'utf8').replace(/^\(\$.*\$\)$/gm, '')
      for (const key of readYaml(text).keys()) {
        const edited = editYaml(text, new Map([[key, 'changed']]))
        expect(readYaml(edited)).toEqual(new Map([...readYaml(text), [key, 'changed']]))
        const before = text.split('\n')
        const after = edited.split('\n')
        const same = after.filter((line) => before.includes(line)).length
        expect({ path, key, changed: after.length - same }).toEqual({ path, key, changed: 1 })
      }
    }
  })
})
