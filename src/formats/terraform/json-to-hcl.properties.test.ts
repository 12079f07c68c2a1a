// biome-ignore-all lint/suspicious/noTemplateCurlyInString: templates of Terraform, not of TypeScript
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { FormatError } from '../format-error.ts'
import { jsonOf } from './hcl-to-json.ts'
import { hclOf } from './json-to-hcl.ts'

const written = (config: unknown): string | undefined => {
  try {
    return hclOf(config)
  } catch (error) {
    if (error instanceof FormatError) return undefined
    throw error
  }
}

const places: Record<string, (text: string) => unknown> = {
  value: (text) => ({ locals: { a: text } }),
  list: (text) => ({ locals: { a: [text, { b: text }] } }),
  key: (text) => ({ locals: { a: { [text]: 1, b: text } } }),
  comment: (text) => ({ '//': text, locals: { '//': text, a: 1 } }),
  'depends_on and provider': (text) => ({ resource: { a_b: { c: { depends_on: [text], provider: text } } } }),
  type: (text) => ({ variable: { v: { type: text } } }),
  providers: (text) => ({ module: { m: { source: './m', providers: { aws: text } } } }),
  'name in providers': (text) => ({ module: { m: { source: './m', providers: { [text]: 'aws.x' } } } }),
}

describe('what is refused', () => {
  test.each(['%{ if a }x%{ endif }', '$${a}', '%%{a}', '${a}b', "'", 'a b', 'a.', '1 +', 'a ? b', '\u0000', 'a\rb', 'a.b[]', 'f(,)'])(
    '%j is no reference',
    (text) => {
      for (const place of ['depends_on and provider', 'type', 'providers', 'name in providers'])
        expect(() => hclOf(places[place]?.(text))).toThrow(FormatError)
    },
  )

  test.each([
    '%{ if a }',
    '%{ else }',
    'x%{ endif }',
    '%{ if a }%{ endfor }',
    '%{ for a in b }',
    '%{ while a }%{ endif }',
    'x${}y',
    'x${1 +}',
  ])('%j is no text of Terraform', (text) => {
    for (const place of ['value', 'list', 'key']) expect(() => hclOf(places[place]?.(text))).toThrow(FormatError)
  })

  test('a name of more than a thousand characters, wherever it is', () => {
    const name = 'k'.repeat(1001)
    const configs = [
      { locals: { [name]: 1 } },
      { locals: { a: { [name]: 1 } } },
      { resource: { a_b: { [name]: {} } } },
      { module: { m: { providers: { [name]: 'aws.x' } } } },
    ]
    for (const config of configs) expect(() => hclOf(config)).toThrow(/longer than a name may be/)
  })

  test('a configuration that becomes much longer than it is', () => {
    const label = 'a'.repeat(1000)
    expect(() => hclOf({ resource: { [label]: { [label]: Array(10_000).fill({}) } } })).toThrow(/longer than 8 million characters/)
  })
})

describe('what is written', () => {
  test('has as many lines as it likes', () => {
    const text = 'a\n'.repeat(300_000)
    expect(hclOf({ locals: { a: text, b: { c: text } }, '//': text }).length).toBeGreaterThan(1_800_000)
  })

  test('keeps its signs in one column, but not behind a very long name', () => {
    const long = 'k'.repeat(500)
    expect(hclOf({ locals: { a: 1, [long]: 2, bcd: 3 } })).toBe(`locals {\n  a   = 1\n  ${long} = 2\n  bcd = 3\n}\n`)
  })

  test.each([
    'list(object({ a = optional(string, "x"), b = map(any) }))',
    'object({\n  a = string\n  b = optional(list(string), [])\n})',
    'module.a["x"].b[0].c',
    'aws_x.y[each.key].*.id',
    'a.b[*].c',
    '{ for k, v in var.m : k => v... if v != "" }',
    '[for s in var.l : upper(s) if s != "%{ if true }x%{ endif }"]',
    '{\n  for k, v in a : k => v\n  if v\n}',
    'f(a...) ? -1 : !b && (c || d % 2 == 0)',
    'provider::time::rfc3339_parse("x").year',
    'x ? { a = 1 } : { a : 2, "b" = [], (c) = 3 }',
    'f(<<-EOT\n  x\n  EOT\n)',
    'a ? b ? 1 : 2 : 3',
    'a.0.b /* c */ + 1.5e3',
  ])('%j is an expression', async (text) => {
    for (const config of [{ variable: { v: { type: text } } }, { locals: { a: `\${${text}}`, b: [`x\${${text}}`] } }])
      await expect(jsonOf(hclOf(config))).resolves.toBeTypeOf('object')
  })

  const nasty = fc.constantFrom(
    ...['${', '}', '%{', '$${', '%%{', '%{ if a }', '%{ else }', '%{ endif }', '%{ for a in b }', '%{ endfor }', '${a}', '${~ a ~}', '${}'],
    ...[
      '${<<EOT\nEOT\n}',
      '<<EOT\nEOT\n',
      'EOT\n',
      '${"}"}',
      '${"${a}"}',
      '"',
      "'",
      '\\',
      '\n',
      '\r',
      '\r\n',
      '\u2028',
      '\ufeff',
      '\u0000',
    ],
    ...['a', 'a.b', ' ', '1', '.', '*', '[0]', '[', ']', '(', ')', '{', ',', ' = ', ' + ', ' ? ', ' : ', '!', '-', '#', '//', '/*', '*/'],
    ...['for', 'in', '=>', '...', '~', '%', '$', '&&', '`', ';', '\u{1f600}', 'é'],
  )
  const text = fc.array(nasty, { minLength: 1, maxLength: 6 }).map((parts) => parts.join(''))

  test.each(Object.entries(places))('can be parsed, with any text as %s', { timeout: 60_000 }, async (_, config) => {
    await fc.assert(
      fc.asyncProperty(text, async (one) => {
        const hcl = written(config(one))
        if (hcl !== undefined) await jsonOf(hcl)
      }),
      { numRuns: 400, seed: 6 },
    )
  })
})
