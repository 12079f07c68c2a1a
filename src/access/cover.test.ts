import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { covers, type GrantedRule, includes } from './cover.ts'
import { matches, type Rule, ruleSet } from './rules.ts'

const glob = fc.array(fc.constantFrom('a', 'b', ':', '*', '**', 'a*', '*:b'), { maxLength: 7 }).map((parts) => parts.join(''))
const text = fc.string({ unit: fc.constantFrom('a', 'b', 'c', ':'), maxLength: 8 })
/** A text that the glob matches: each star becomes something it may stand for. */
const textOf = (pattern: string, fillings: readonly string[]) => {
  let next = 0
  const filling = () => fillings[next++ % fillings.length] ?? ''
  return pattern.replace(/\*+/g, (stars) => (stars.length > 1 ? filling() : filling().replaceAll(':', '')))
}

describe('one glob within another', () => {
  test('whatever the inner matches, the outer matches too', () => {
    fc.assert(
      fc.property(glob, glob, fc.array(text, { minLength: 1, maxLength: 6 }), (outer, inner, fillings) => {
        if (!includes(outer, inner)) return
        expect(matches(outer, textOf(inner, fillings))).toBe(true)
      }),
      { numRuns: 3000 },
    )
  })

  test('a no has a reason: some short text that only the inner matches', () => {
    const letters = ['a', 'b', 'c', ':']
    const texts = [''].concat(...[1, 2, 3, 4, 5].map((length) => combinations(letters, length)))
    fc.assert(
      fc.property(shortGlob, shortGlob, (outer, inner) => {
        const counterexample = texts.find((candidate) => matches(inner, candidate) && !matches(outer, candidate))
        expect(includes(outer, inner)).toBe(counterexample === undefined)
      }),
      { numRuns: 150 },
    )
  })

  test('every glob is within itself and within **', () => {
    fc.assert(fc.property(glob, (pattern) => includes(pattern, pattern) && includes('**', pattern)))
  })

  test.each([
    ['organization:**', 'organization:project:*', true],
    ['organization:**', '**', false],
    ['organization:project:*', 'organization:project:**', false],
    ['organization:project:**', 'organization:project:*', true],
    ['organization:*:read', 'organization:project:read', true],
    ['organization:*:read', 'organization:team:member:read', false],
    ['organization:acme:project:cy-*', 'organization:acme:project:cy-a*', true],
    ['organization:acme:project:cy-*', 'organization:acme:project:c*', false],
    ['organization:acme:**', 'organization:*:project:web', false],
  ])('%s includes %s: %s', (outer, inner, expected) => {
    expect(includes(outer, inner)).toBe(expected)
  })

  test('a hostile pair is given up quickly, and not covered', () => {
    const outer = '*a'.repeat(200)
    const started = performance.now()
    expect(includes(`${outer}x`, `${'*b*a'.repeat(300)}`)).toBe(false)
    expect(performance.now() - started).toBeLessThan(3000)
  })
})

describe('what a holder may hand on', () => {
  const holding = (...rules: [action: string, ...resources: string[]][]) =>
    ruleSet(
      rules.map(([action, ...resources], id): Rule => ({ id, organization_id: 1, action, resources })),
      1,
    )
  const may = (holder: ReturnType<typeof holding>, action: string, ...resources: string[]) => covers(holder, { action, resources }, 'acme')

  test('an administrator may hand on everything', () => {
    fc.assert(
      fc.property(glob, fc.array(glob, { maxLength: 3 }), (action, resources) =>
        covers(holding(['organization:**']), { action: `organization:${action}`, resources }, 'acme'),
      ),
    )
  })

  test('who may change members may not make an administrator', () => {
    const holder = holding(['organization:member:*'], ['organization:project:**'])
    expect(may(holder, 'organization:**')).toBe(false)
    expect(may(holder, '**')).toBe(false)
    expect(may(holder, 'organization:*:update')).toBe(false)
    expect(may(holder, 'organization:member:update')).toBe(true)
  })

  test('a rule on some projects is not handed on for all', () => {
    const holder = holding(['organization:project:*', 'organization:acme:project:cy-*'])
    expect(may(holder, 'organization:project:read')).toBe(false)
    expect(may(holder, 'organization:project:read', 'organization:acme:project:**')).toBe(false)
    expect(may(holder, 'organization:project:read', 'organization:acme:project:cy-1', 'organization:acme:project:cy-2*')).toBe(true)
    expect(may(holder, 'organization:project:read', 'organization:acme:project:cy-1', 'organization:acme:project:web')).toBe(false)
  })

  test('a rule without resources stays in its organization: it is not handed on for descendants', () => {
    const holder = holding(['organization:project:*'])
    expect(may(holder, 'organization:project:read', 'organization:acme:project:web')).toBe(true)
    expect(may(holder, 'organization:project:read', '**')).toBe(false)
    expect(may(holder, 'organization:project:read', 'organization:acme-child:project:web')).toBe(false)
  })

  test('nothing is granted that the holder was not, whatever is asked', () => {
    const rule = fc.record({ action: glob, resources: fc.array(glob, { maxLength: 2 }) })
    fc.assert(
      fc.property(fc.array(rule, { maxLength: 4 }), rule, fc.array(text, { minLength: 2, maxLength: 6 }), (held, asked, fillings) => {
        const holder = ruleSet(
          held.map((one, id): Rule => ({ id, organization_id: 1, ...one })),
          1,
        )
        if (!covers(holder, asked, 'acme')) return
        const [resourceGlob = 'organization:acme:**'] = asked.resources
        const action = textOf(asked.action, fillings)
        const resource = textOf(resourceGlob, [...fillings].reverse())
        expect(
          holder.rules.some(
            (one: GrantedRule) =>
              matches(one.action, action) && (!one.resources?.length || one.resources.some((part) => matches(part, resource))),
          ),
        ).toBe(true)
      }),
      { numRuns: 2000 },
    )
  })
})

const shortGlob = fc.array(fc.constantFrom('a', 'b', ':', '*', '**'), { maxLength: 3 }).map((parts) => parts.join(''))
const combinations = (letters: readonly string[], length: number): string[] =>
  length === 1 ? [...letters] : combinations(letters, length - 1).flatMap((start) => letters.map((letter) => start + letter))
