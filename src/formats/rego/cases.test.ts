import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { casesAreThere, runCases, whyNoCases } from '../../../test/support/rego-cases.ts'
import { builtins } from './builtins/builtins.ts'

const listFile = new URL('../../../test/rego-cases.txt', import.meta.url)
const howToUpdate = 'UPDATE=1 npx vitest run src/formats/rego/cases.test.ts'

/**
 * Not on the list are `arithmetic/tests.yaml#float-precision` and `builtins/numbers/div.yaml#div`: they want what doubles give, where OPA
 * and we say that 0.1 + 0.2 is 0.3, and 15.3 / 3 is 5.1.
 */
const refusedByOpa = [
  'builtins/aggregates/count.yaml#all',
  'builtins/aggregates/max.yaml#all',
  'builtins/aggregates/min.yaml#all',
  'builtins/aggregates/product.yaml#all',
  'builtins/aggregates/sum.yaml#all',
  'builtins/arrays/concat.yaml#all',
  'builtins/arrays/slice.yaml#all',
  'builtins/numbers/abs.yaml#abs',
  'builtins/numbers/floor.yaml#floor',
  'builtins/numbers/mul.yaml#mul',
  'builtins/numbers/round.yaml#round',
  'builtins/numbers/sub.yaml#sub',
  'builtins/strings/concat.yaml#undefined-delimiter',
  'builtins/strings/concat.yaml#undefined-collection',
  'builtins/strings/contains.yaml#undefined-string',
  'builtins/strings/contains.yaml#undefined-substring',
  'builtins/strings/indexof.yaml#undefined-string',
  'builtins/strings/indexof.yaml#undefined-substring',
]

describe.skipIf(!casesAreThere)(`the cases of regorus (${whyNoCases})`, () => {
  const results = casesAreThere ? runCases(builtins) : []
  const passing = results.filter(({ problem }) => problem === undefined).map(({ id }) => id)

  test('as many pass as passed before, and what passes is on the list', () => {
    console.log(table(results))
    if (process.env.UPDATE) writeFileSync(listFile, `${passing.join('\n')}\n`)
    const listed = existsSync(listFile) ? readFileSync(listFile, 'utf8').split('\n').filter(Boolean) : []
    const fails = results
      .filter(({ id, problem }) => problem !== undefined && listed.includes(id))
      .map(({ id, problem }) => `${id}: ${problem}`)
    expect(fails, 'these passed before').toEqual([])
    expect(
      listed.filter((id) => !passing.includes(id)),
      'these are on the list and are no cases any more',
    ).toEqual([])
    expect(
      passing.filter((id) => !listed.includes(id)),
      `these pass and are not on the list: ${howToUpdate}`,
    ).toEqual([])
  })

  test('only cases that count on undefined are refused for their types, as OPA refuses them', () => {
    const refused = runCases(builtins, true).filter(({ id, problem }) => problem !== undefined && passing.includes(id))
    expect(refused.map(({ id }) => id)).toEqual(refusedByOpa)
  })

  test('nine of ten cases about Rego itself pass, and none makes us crash', () => {
    const rego = results.filter(({ isRego }) => isRego)
    expect(rego.filter(({ problem }) => problem === undefined).length / rego.length).toBeGreaterThan(0.9)
    expect(results.filter(({ problem }) => problem?.startsWith('crashed'))).toEqual([])
  })
})

function table(results: ReturnType<typeof runCases>): string {
  const rows = new Map<string, { passed: number; all: number; isRego: boolean }>()
  for (const { category, problem, isRego } of results) {
    const row = rows.get(category) ?? { passed: 0, all: 0, isRego }
    rows.set(category, { isRego, all: row.all + 1, passed: row.passed + (problem === undefined ? 1 : 0) })
  }
  const line = (name: string, passed: number, all: number, note = '') =>
    `${name.padEnd(18)}${String(passed).padStart(4)} of ${String(all).padStart(4)}${note}`
  const rego = results.filter(({ isRego }) => isRego)
  return [
    'Rego cases that pass, by category',
    ...[...rows].map(([name, { passed, all, isRego }]) => line(name, passed, all, isRego ? '' : '  (an extension of regorus)')),
    line('Rego itself', rego.filter(({ problem }) => problem === undefined).length, rego.length),
    line('everything', results.filter(({ problem }) => problem === undefined).length, results.length),
  ].join('\n')
}
