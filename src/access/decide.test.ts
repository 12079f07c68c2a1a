import { describe, expect, test } from 'vitest'
import { decide, decideBelow, visibility } from './decide.ts'
import { ruleSet } from './rules.ts'

const rules = (...list: [action: string, ...resources: string[]][]) =>
  ruleSet(
    list.map(([action, ...resources], index) => ({ id: index + 1, organization_id: 1, action, resources })),
    1,
  )

describe('decisions (the worked samples of platform-semantics.md, section 9)', () => {
  const web = 'organization:acme:project:web'
  const prod = `${web}:environment:prod`
  test.each([
    [['organization:**'], 'organization:project:create', web, true],
    [['organization:project:*'], 'organization:project:read', web, true],
    [['organization:project:*'], 'organization:environment:read', prod, false],
    [['organization:**', web], 'organization:project:read', web, true],
    [['organization:**', web], 'organization:environment:read', prod, false],
    [['organization:**', `${web}:**`], 'organization:environment:read', prod, true],
    [['organization:*:read', 'organization:acme:project:cy-*'], 'organization:project:read', 'organization:acme:project:cy-1', true],
    [['organization:environment:read', `${web}:environment:*`], 'organization:environment:read', prod, true],
  ] as [[string, ...string[]], string, string, boolean][])('%j: %s on %s is %s', (rule, action, resource, allowed) => {
    expect(decide(rules(rule), action, resource) !== undefined).toBe(allowed)
  })

  test('the last of thousands of rules counts, and hostile ones are given up', () => {
    const globs = (glob: (index: number) => string) => rules(['organization:project:*', ...Array.from({ length: 2000 }, (_, i) => glob(i))])
    const name = `organization:acme:project:${'a'.repeat(90)}`
    expect(
      decide(
        globs((index) => `organization:acme:project:*a${index - 1999 || 'a'}*`),
        'organization:project:read',
        name,
      ),
    ).toBeDefined()
    const hostile = globs((index) => `organization:acme:project:${'*a'.repeat(9)}b${index}`)
    const started = performance.now()
    expect(decide(hostile, 'organization:project:read', name.padEnd(1000, 'a'))).toBeUndefined()
    expect(performance.now() - started).toBeLessThan(2000)
  })

  test('no rule, no permission', () => {
    expect(decide(rules(), 'organization:read', 'organization:acme')).toBeUndefined()
  })

  test('rules add up: the one that allows is found among those that do not', () => {
    const found = decide(
      rules(['organization:project:read', 'organization:acme:project:api'], ['organization:project:*', web]),
      'organization:project:read',
      web,
    )
    expect(found?.id).toBe(2)
  })

  test('a rule on another organization allows nothing here', () => {
    expect(decide(rules(['organization:**', 'organization:globex:**']), 'organization:project:read', web)).toBeUndefined()
  })
})

describe('creates and lists, whose last name is not known yet', () => {
  const below = 'organization:acme:project:'
  test.each([
    [['organization:project:create'], true],
    [['organization:project:create', 'organization:acme:project:cy-*'], true],
    [['organization:project:create', 'organization:**'], true],
    [['organization:project:create', 'organization:acme:team:*'], false],
    [['organization:project:create', 'organization:acme'], false],
    [['organization:project:read'], false],
  ] as [[string, ...string[]], boolean][])('%j: %s', (rule, open) => {
    expect(decideBelow(rules(rule), 'organization:project:create', below) !== undefined).toBe(open)
  })
})

describe('what of a list is visible', () => {
  const owner = { id: 7, owned: [] }
  test('everything, when one rule is about everything', () => {
    const both = rules(['organization:project:read', 'organization:acme:project:a'], ['organization:project:list'])
    expect(
      visibility(both, ['organization:project:list', 'organization:project:read'], 'organization:acme', owner).expressions,
    ).toBeUndefined()
  })
  test('nothing but one’s own, when no rule grants the action', () => {
    expect(visibility(rules(['organization:team:read']), ['organization:project:read'], 'organization:acme', owner)).toEqual({
      prefix: 'organization:acme',
      expressions: [],
      ownerId: 7,
      owned: [],
    })
  })
  test('what is inside of something one owns', () => {
    const mine = visibility(rules(), ['organization:environment:read'], 'organization:acme', {
      id: 7,
      owned: ['organization:acme:project:web'],
    })
    expect(mine.expressions?.some((expression) => new RegExp(expression).test('organization:acme:project:web:environment:prod'))).toBe(true)
    expect(mine.expressions?.some((expression) => new RegExp(expression).test('organization:acme:project:web2'))).toBe(false)
  })
})
