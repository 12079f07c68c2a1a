import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createTestDatabase, type TestDatabase } from '../../test/support/database.ts'
import { couldMatchBelow, globsToPostgres, matches, ruleSet } from './rules.ts'

/** Few characters, so that random globs and texts often meet; every kind that could be mistaken for something else. */
const piece = fc.constantFrom('a', 'b', ':', ':', '-', '.', '(', '\\', 'é', '😀', '\n', '^', '$', '+', ' ', 'A')
const star = fc.constantFrom('*', '*', '**')
const glob = fc.array(fc.oneof({ weight: 3, arbitrary: piece }, star), { maxLength: 10 }).map((parts) => parts.join(''))
const text = fc.array(piece, { maxLength: 10 }).map((parts) => parts.join(''))
/** A text made from the glob, so that it matches more often than by chance. */
const pair = fc.oneof(
  fc.record({ glob, text }),
  fc
    .array(
      fc.oneof(
        piece.map((part) => [part, part]),
        fc.tuple(fc.constant('*'), text),
        fc.tuple(fc.constant('**'), text),
      ),
      { maxLength: 8 },
    )
    .map((parts) => ({
      glob: parts.map(([left]) => left).join(''),
      text: parts.map(([, right]) => right).join(''),
    })),
)
const seed = 20261121

/** What the words say, with no thought for speed. */
function naive(pattern: string[], characters: string[]): boolean {
  const [token, ...rest] = pattern
  if (token === undefined) return characters.length === 0
  const [character, ...others] = characters
  if (token !== '*' && token !== '**') return token === character && naive(rest, others)
  if (naive(rest, characters)) return true
  return character !== undefined && (token === '**' || character !== ':') && naive(pattern, others)
}
const naiveMatches = (pattern: string, subject: string) =>
  naive(
    [...pattern.matchAll(/\*{2,}|[\s\S]/gu)].map(([token]) => (token.startsWith('**') ? '**' : token)),
    [...subject],
  )

describe('globs', () => {
  test.each([
    ['organization:**', 'organization:project:create', true],
    ['**', 'organization:project:create', true],
    ['organization:project:*', 'organization:project:read', true],
    ['organization:project:*', 'organization:environment:read', false],
    ['organization:*:read', 'organization:project:read', true],
    ['organization:*:read', 'organization:team:member:read', false],
    ['organization:acme:project:cy-*', 'organization:acme:project:cy-1', true],
    ['organization:acme:project:cy-*', 'organization:acme:project:cy-1:environment:prod', false],
    ['organization:acme:project:*:environment:*-staging', 'organization:acme:project:web:environment:eu-staging', true],
    ['organization:acme:project:web:**', 'organization:acme:project:web:environment:prod', true],
    ['organization:acme:project:web:**', 'organization:acme:project:web', false],
    ['organization:acme:project:web', 'organization:acme:project:web:environment:prod', false],
    ['organization:acme', 'organization:acme2', false],
    ['a.c', 'abc', false],
    ['', '', true],
    ['*', '', true],
  ])('%s on %s: %s', (pattern, subject, expected) => {
    expect(matches(pattern, subject)).toBe(expected)
  })

  test('agree with a naive reading, whatever the glob and the text', () => {
    fc.assert(
      fc.property(pair, ({ glob: pattern, text: subject }) => matches(pattern, subject) === naiveMatches(pattern, subject)),
      { seed, numRuns: 5000 },
    )
  })

  test('a hostile glob costs no more than its length times the text’s', () => {
    const started = performance.now()
    expect(matches('*a'.repeat(500), `${'a'.repeat(499)}b`)).toBe(false)
    expect(performance.now() - started).toBeLessThan(2000)
  })

  test('what could match below a prefix is what some longer text does match', () => {
    fc.assert(
      fc.property(pair, fc.nat(10), ({ glob: pattern, text: subject }, cut) => {
        const prefix = [...subject].slice(0, cut).join('')
        // Never says no when there is a text; that it never says yes in vain follows from trying the glob's own ending.
        if (matches(pattern, subject)) expect(couldMatchBelow(pattern, prefix)).toBe(true)
        if (couldMatchBelow(pattern, prefix)) {
          const endings = [...pattern].map((_, index) => [...pattern].slice(index).join('').replaceAll('*', '')).concat('')
          expect(endings.some((ending) => matches(pattern, prefix + ending))).toBe(true)
        }
      }),
      { seed, numRuns: 3000 },
    )
  })
})

describe('globs as Postgres reads them', () => {
  let database: TestDatabase
  beforeAll(async () => {
    database = await createTestDatabase()
  })
  afterAll(() => database[Symbol.asyncDispose]())

  test('say the same as here, so that lists show what reading one by one would allow', async () => {
    const pairs = fc.sample(pair, { seed, numRuns: 4000 })
    const rows = await database.query<{ matched: boolean }>(
      'select subject ~ pattern as matched from unnest($1::text[], $2::text[]) with ordinality as t (pattern, subject, n) order by n',
      [pairs.map(({ glob: pattern }) => globsToPostgres([pattern])[0]), pairs.map(({ text: subject }) => subject)],
    )
    const different = pairs.filter(({ glob: pattern, text: subject }, index) => matches(pattern, subject) !== rows[index]?.matched)
    expect(different).toEqual([])
    expect(rows.filter(({ matched }) => matched).length).toBeGreaterThan(1000)
  })

  test('say the same together as one by one', async () => {
    const pairs = fc.sample(pair, { seed, numRuns: 450 })
    const globs = pairs.map(({ glob: pattern }) => pattern)
    const expressions = globsToPostgres([...globs, 'x'.repeat(20_000)])
    expect(expressions).toHaveLength(4)
    const subjects = pairs.map(({ text: subject }) => subject)
    const rows = await database.query<{ matched: boolean }>(
      'select subject ~ any ($1::text[]) as matched from unnest($2::text[]) with ordinality as t (subject, n) order by n',
      [expressions, subjects],
    )
    expect(rows.map(({ matched }) => matched)).toEqual(subjects.map((subject) => globs.some((pattern) => matches(pattern, subject))))
  })
})

describe('rules of an ancestor', () => {
  const rule = (action: string, ...resources: string[]) => ({ id: 1, organization_id: 1, action, resources })

  test('reach a descendant only as the administrator’s, or when they name it', () => {
    const inChild = (...rules: ReturnType<typeof rule>[]) => ruleSet(rules, 2).rules.length
    expect(inChild(rule('organization:**'))).toBe(1)
    expect(inChild(rule('**'))).toBe(1)
    expect(inChild(rule('organization:project:*'))).toBe(0)
    expect(inChild(rule('organization:project:read', 'organization:child:**'))).toBe(1)
  })

  test('hold in the ancestor itself whatever they are', () => {
    expect(ruleSet([rule('organization:project:*')], 1).granting('organization:project:read')).toHaveLength(1)
  })
})
