import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { editYaml, readYaml } from './yaml-edit.ts'

const edit = (text: string, values: Record<string, unknown>): string => editYaml(text, new Map(Object.entries(values)))

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

describe('a key whose value is undefined goes', () => {
  const cases: Case[] = [
    {
      what: 'with its line and the comment behind it',
      text: '# head\na: 1 # why\nb: 2\n',
      values: { a: undefined },
      result: '# head\nb: 2\n',
    },
    {
      what: 'with all lines of its value',
      text: 'a:\n  k: 1\n  # in\n  l: 2\nb: |\n  x\n  y\nc:\n- 1\n- 2\nd: 1\n',
      values: { a: undefined, b: undefined, c: undefined },
      result: 'd: 1\n',
    },
    { what: 'at the end of a file without a line end', text: 'a: 1\nb: 2', values: { b: undefined }, result: 'a: 1\n' },
    { what: 'as the only one', text: '# nothing else\na: 1\n', values: { a: undefined }, result: '# nothing else\n' },
    { what: 'while others change and come', text: 'a: 1\nb: 2\n', values: { a: undefined, b: 3, c: 4 }, result: 'b: 3\nc: 4\n' },
    { what: 'where it is not there', text: 'a: 1\n', values: { b: undefined }, result: 'a: 1\n' },
    { what: 'first in braces', text: '{a: 1, b: 2, c: 3}\n', values: { a: undefined }, result: '{b: 2, c: 3}\n' },
    { what: 'last in braces', text: '{a: 1, b: 2, c: 3}\n', values: { b: undefined, c: undefined }, result: '{a: 1}\n' },
    {
      what: 'in the middle of braces, and another one comes',
      text: '{a: 1, b: 2}\n',
      values: { a: undefined, c: 3 },
      result: '{b: 2, c: 3}\n',
    },
    { what: 'all of braces', text: '{a: 1, b: 2}\n', values: { a: undefined, b: undefined }, result: '{}\n' },
    { what: 'with Windows line ends', text: 'a: 1\r\nb: 2\r\n', values: { a: undefined }, result: 'b: 2\r\n' },
  ]

  test.each(cases)('$what', ({ text, values, result }) => {
    expect(edit(text, values)).toBe(result)
  })

  test('unless another key uses its anchor', () => {
    expect(() => edit('a: &x 1\nb: *x\n', { a: undefined })).toThrow('"b" uses its anchor &x')
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
