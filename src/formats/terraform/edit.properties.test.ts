// biome-ignore-all lint/suspicious/noTemplateCurlyInString: templates of Terraform, not of TypeScript
import { spawnSync } from 'node:child_process'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { FormatError } from '../format-error.ts'
import { editTerraform, readTerraform } from './edit.ts'

const edit = (text: string, values: Record<string, unknown>): string => editTerraform(text, new Map(Object.entries(values)))
const read = (text: string, ...keys: string[]): Record<string, unknown> => Object.fromEntries(readTerraform(text, keys))

const name = fc.stringMatching(/^[a-d][a-d_-]{0,3}$/)
const mapKey = fc.oneof(fc.string({ maxLength: 6, unit: 'grapheme' }), fc.constantFrom('for', 'null', 'true', '__proto__', '', 'a-b', '1'))
const text = fc.oneof(
  fc.string({ unit: 'grapheme' }),
  fc.constantFrom('${x}', '$${', '%{', '$', '$$', '"', '\\', '\n', '\\n', 'EOT', '#', '}', '\u0000', '${"', '$$${a}%%{b}'),
)
const scalar = fc.oneof(fc.boolean(), fc.constant(null), fc.integer(), fc.double({ noNaN: true, noDefaultInfinity: true }), text)
const value = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3, depthSize: 'small' },
    scalar,
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(mapKey, tie('value'), { maxKeys: 4, noNullPrototype: true }),
  ),
})).value
const plain = (json: unknown): unknown => JSON.parse(JSON.stringify(json))

const writtenValue = fc.constantFrom(
  '1',
  '"x"',
  'var.x',
  '[1,\n  2]',
  '{\n    a = 1\n    d = "}"\n  }',
  '"${f("}")}"',
  '<<E\n} "\nE',
  'f(<<-E\n  x\n  E\n  )',
  'x ? 1 : 2',
  '"\\"#"',
)
const item = fc.oneof(
  fc
    .tuple(name, writtenValue, fc.constantFrom('', ' # c', ' // "', ' /* } */'))
    .map(([name, written, comment]) => `${name} = ${written}${written.startsWith('<<') ? '' : comment}`),
  fc.constantFrom('', '# a = 1', '/* b = {\n */', 'nested {\n    a = 1\n  }', 'nested "x" { b = 2 }'),
)
const block = fc
  .tuple(fc.uniqueArray(item, { maxLength: 6, selector: (written) => written.split(/[ \n]/)[0] }), fc.constantFrom('  ', '\t'))
  .map(([items, indent]) => (items.length > 0 ? `{\n${items.map((written) => `${indent}${written}\n`).join('')}}` : '{}'))
const file = fc
  .tuple(block, block, fc.constantFrom('\n', '\r\n'), fc.boolean())
  .map(([one, two, eol, ended]) => `# head\nmodule "one" ${one}\n\nmodule "two" ${two}${ended ? '\n' : ''}`.replaceAll('\n', eol))

describe('whatever the file and the values', () => {
  test('the values read back with their types, other values and the rest of the file stay, and a second edit changes nothing', () => {
    const values = fc.uniqueArray(fc.tuple(name, value), { maxLength: 4, selector: ([name]) => name })
    fc.assert(
      fc.property(file, values, (text, pairs) => {
        const wanted = new Map<string, unknown>(pairs.map(([name, json]) => [`module.one.${name}`, json]))
        const edited = editTerraform(text, wanted)
        const keys = [...wanted.keys()]
        const expected = Object.fromEntries([...wanted].map(([key, json]) => [key, plain(json)]))
        expect(plain(Object.fromEntries(readTerraform(edited, keys)))).toEqual(expected)
        expect(editTerraform(edited, wanted)).toBe(edited)
        expect(edited.slice(edited.lastIndexOf('module "two"'))).toBe(text.slice(text.lastIndexOf('module "two"')))
        const others = ['a', 'b', 'c', 'd'].map((name) => `module.one.${name}`).filter((key) => !wanted.has(key))
        expect(readTerraform(edited, others)).toEqual(readTerraform(text, others))
      }),
      { seed: 1, numRuns: 1000 },
    )
  })

  test('random text is edited or refused, and nothing else', () => {
    const piece = fc.oneof(
      fc.constantFrom(
        'module "m" {',
        'a',
        ' = ',
        '{',
        '}',
        '[',
        ']',
        '(',
        ')',
        '"',
        '${',
        '%{',
        '$${',
        '\n',
        '<<E\n',
        '<<-E\n',
        'E',
        '#',
        '//',
        '/*',
        '*/',
        '\\',
        ',',
        '1',
        '\r',
        '😀',
        '\u00a0',
        '.',
      ),
      fc.string({ maxLength: 3 }),
    )
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 40 }), (pieces) => {
        try {
          const edited = edit(`module "z" {\n}\n${pieces.join('')}`, { 'module.z.a': 'x' })
          expect(read(edited, 'module.z.a')).toEqual({ 'module.z.a': 'x' })
        } catch (error) {
          if (!(error instanceof FormatError)) throw error
        }
      }),
      { seed: 2, numRuns: 3000 },
    )
  })

  test('Terraform itself reads what is written', ({ skip }) => {
    const terraform = (input: string) => spawnSync('terraform', ['fmt', '-'], { input, encoding: 'utf8', timeout: 30_000 })
    if (terraform('').status !== 0) return skip('terraform is not installed')
    const files = fc.sample(fc.tuple(file, fc.dictionary(name, value, { maxKeys: 3, noNullPrototype: true })), { seed: 3, numRuns: 200 })
    const edited = files.map(([text, values]) =>
      editTerraform(text, new Map(Object.entries(values).map(([name, json]) => [`module.two.${name}`, json]))),
    )
    const { status, stderr } = terraform(edited.map((text) => text.trimEnd()).join('\n\n'))
    expect(stderr.split('\n').filter((line) => line.includes('Error'))).toEqual([])
    expect(status).toBe(0)
  })
})
