// biome-ignore-all lint/suspicious/noTemplateCurlyInString: templates of Terraform, not of TypeScript
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { openBudget } from './budget.ts'
import { evaluateText, type Scope } from './expression.ts'
import { unknown } from './value.ts'

const variables: Record<string, unknown> = { n: 2, name: 'web', list: ['a', 'b'], map: { size: { gb: 20 } }, yes: true }
const scope = (): Scope => ({
  budget: openBudget(),
  get: (root, name) => (root === 'var' && Object.hasOwn(variables, name) ? (variables[name] as never) : unknown),
  attribute: (type, name, attribute) => (`${type}.${name}.${attribute}` === 'azurerm_resource_group.rg.location' ? 'westeurope' : unknown),
})
const evaluate = (text: string) => evaluateText(text, scope())

describe('expressions', () => {
  test.each([
    ['plain', 'plain'],
    ['$${var.n} and %%{x}', '${var.n} and %{x}'],
    ['${var.n}', 2],
    ['a-${var.name}-${var.n}', 'a-web-2'],
    ['${var.n + 3 * 2 - 1}', 7],
    ['${(var.n + 3) * -2}', -10],
    ['${var.n > 1 && !false ? "large" : "small"}', 'large'],
    ['${var.map.size.gb}', 20],
    ['${var.map["size"].gb / 4}', 5],
    ['${var.list[1]}', 'b'],
    ['${[var.n, "x ${var.name}"]}', [2, 'x web']],
    ['${{ a = var.n, "b" : 1 }}', { a: 2, b: 1 }],
    ['${length(concat(var.list, ["c"]))}', 3],
    ['${lookup(var.map, "none", 5)}', 5],
    ['${toset(["a", "a", "b"])}', ['a', 'b']],
    ['${azurerm_resource_group.rg.location}', 'westeurope'],
    ['${var.yes || var.later}', true],
  ])('%s is %j', (text, value) => {
    expect(JSON.parse(JSON.stringify(evaluate(text)))).toEqual(value)
  })

  test.each([
    '${var.later}',
    'a-${var.later}',
    '${aws_instance.web.id}',
    '${[for x in var.list : x]}',
    '${var.list[*].id}',
    '${file("x")}',
    '${var.list[9]}',
    '${constructor}',
    '${var.map.constructor}',
    '${var.n / 0}',
    '%{ if true }x%{ endif }',
    '${',
    '${)}',
  ])('%s is not known before apply', (text) => {
    expect(evaluate(text)).toBe(unknown)
  })

  test('of any text end, as a value or as unknown', () => {
    const part = fc.constantFrom(
      '${',
      '}',
      '(',
      ')',
      '[',
      ']',
      '{',
      '"',
      'var.n',
      'var',
      '.',
      '+',
      '-',
      '!',
      '?',
      ':',
      ',',
      '=',
      '1',
      'for',
      '<<E\n',
      ' ',
      '__proto__',
    )
    fc.assert(
      fc.property(
        fc.oneof(
          fc.array(part, { maxLength: 40 }).map((parts) => `\${${parts.join('')}}`),
          fc.string(),
        ),
        (text) => {
          const value = evaluate(text)
          expect(value === unknown || JSON.stringify(value) !== undefined).toBe(true)
        },
      ),
      { seed: 6, numRuns: 3000 },
    )
    expect(evaluate(`\${${'('.repeat(5000)}1${')'.repeat(5000)}}`)).toBe(unknown)
    expect(evaluate(`\${${'-'.repeat(5000)}1}`)).toBe(unknown)
  })
})
