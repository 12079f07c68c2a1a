import { describe, expect, test } from 'vitest'
import { askOpa, opaIsThere, whyNoOpa } from '../../../test/support/opa.ts'
import { randomPolicy } from '../../../test/support/rego-generator.ts'
import { builtins } from './builtins/builtins.ts'
import { RegoError } from './errors.ts'
import { parseModule } from './parser.ts'
import { open } from './rego.ts'
import { fromJson } from './values.ts'

describe.skipIf(!opaIsThere)(`next to opa (${whyNoOpa})`, () => {
  test('200 random policies mean the same', async () => {
    const different: string[] = []
    const counts = { same: 0, refused: 0, untyped: 0, early: 0 }
    for (let seed = 0; seed < 200; seed++) {
      const { text, input } = randomPolicy(seed)
      const [theirs, ours] = [await askOpa(text, input), answer(text, input)]
      if (theirs.errors.length > 0 && ours instanceof RegoError) counts.refused++
      // OPA finds by types what we find, or never meet, when we get there.
      else if (theirs.errors.includes('rego_type_error')) counts.untyped++
      // OPA's index leaves out rules that cannot hold, and with them the conflicts on the way there.
      else if (theirs.errors.length === 0 && ours instanceof RegoError && ours.code === 'conflict') counts.early++
      else if (theirs.errors.length === 0 && sorted(ours) === sorted(theirs.value)) counts.same++
      else
        different.push(
          `seed ${seed}\n${text}\n${JSON.stringify(input)}\nopa: ${theirs.errors} ${sorted(theirs.value)}\nours: ${sorted(ours)}`,
        )
    }
    expect(different).toEqual([])
    expect(counts.same).toBeGreaterThan(150)
    expect(counts.early).toBeLessThan(4)
  }, 180_000)

  test.each([
    [
      'a negated call whose argument is undefined does not hold',
      'p { not input.none < 1 }\nq { not input.none == 1 }\nr { not input.none }',
    ],
    ['variables bound inside a negated call are bound outside', 'p[x] { not count(input.list[x]) == 1 }'],
    ['sets, objects and numbers are ordered alike', 'p = sort([{}, set(), [], "a", 1, true, null, {"a": 1}, {1}, [0]])'],
    ['large whole numbers are exact', 'p = 9007199254740993 * 9007199254740993\nq = p - 1\nr = 7 % -3'],
    ['parts of an object come together', 'p[x] = y { y = input.list[x][0] }\np.c = 3 { true }\nq.r.s = 1 { false }'],
    ['bodies are put in order', 'p = x { x = y + 1; y = z * 2; z = input.one }\nq { [a, 1] = [2, b]; a > b }'],
    ['strings are ordered by code point', 'p = sort(["\\uffff", "\\ud83d\\ude00", "é", "z", "Z", ""])'],
    ['walk visits everything, in order', 'p = [x | walk(input.list, x)]\nq = [y | [["a", _], y] = walk(input.list)]'],
    [
      'with replaces input, data and functions',
      'a = input.one\np = x { x = a with input.one as 5 }\nf(_) = 9\nq = x { x = count("ab") with count as f }',
    ],
    ['a string in a query has its key', 'p = {k: v | v = input.list[k][0]}\nq = [i | input.text[i]]'],
  ])('%s', async (_, rules) => {
    const text = `package test\n\nimport future.keywords.in\n\n${rules}\n`
    const input = { one: 1, text: 'text', list: { a: [1, 2], b: [3], c: [] } }
    const theirs = await askOpa(text, input)
    expect(theirs.errors).toEqual([])
    expect(JSON.parse(sorted(answer(text, input)))).toEqual(theirs.value)
  })
})

function answer(text: string, input: unknown): unknown {
  try {
    const modules = [parseModule(text, { version: 'v0' })]
    return open({ modules, builtins, input: fromJson(input), limits: { deadline: Date.now() + 10_000 } }).json(['data', 'test'])
  } catch (problem) {
    if (problem instanceof RegoError) return problem
    throw problem
  }
}

/** With sorted keys. */
const sorted = (value: unknown): string =>
  value instanceof Error
    ? value.message
    : JSON.stringify(value, (_, inner: unknown) =>
        typeof inner === 'object' && inner !== null && !Array.isArray(inner)
          ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
          : inner,
      )
