import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { canonicalOf } from '../canonical.ts'
import { AttributionTooSlow, noRules, openAttribution, type TagRule } from './attribution.ts'

const project = (rule: Partial<TagRule>, tags: Record<string, string>) =>
  openAttribution({ ...noRules, project: { keys: [], regex: '', ...rule } })(tags).project

describe('a tag mapping', () => {
  test('without rules attributes nothing', () => {
    expect(openAttribution(noRules)({ Project: 'web' })).toEqual({ project: '', environment: '', component: '' })
  })

  test('takes the first of the listed keys that is there, whatever its value', () => {
    expect(project({ keys: ['Project', 'app'] }, { app: 'shop', Project: 'web' })).toBe('web')
    expect(project({ keys: ['Project', 'app'] }, { app: 'shop' })).toBe('shop')
    expect(project({ keys: ['Project', 'app'] }, { app: 'shop', Project: '' })).toBe('')
    expect(project({ keys: ['Project'] }, { project: 'other case' })).toBe('')
  })

  test('asks its regular expression for keys, and only when no listed one is there', () => {
    expect(project({ regex: '^proj' }, { b: 'x', project: 'web', proj: 'shop' })).toBe('shop')
    expect(project({ regex: '(?i)PROJ' }, { myproject: 'web' })).toBe('web')
    expect(project({ keys: ['app'], regex: 'proj' }, { proj: 'web', app: 'shop' })).toBe('shop')
    expect(project({ regex: 'proj' }, { key: 'proj' })).toBe('')
  })

  test('asks it once for a key, however many resources carry that', () => {
    const slow = { keys: [], regex: '(?:[ab]?[a-z]?){48}[A-Z]$' }
    const attributionOf = openAttribution({ ...noRules, project: slow, environment: slow, component: slow })
    const tags = Object.fromEntries(Array.from({ length: 10 }, (_, n) => [`${'ab'.repeat(120)}${n}`, 'web']))
    const begun = performance.now()
    for (let n = 0; n < 5000; n++) attributionOf(tags)
    // Each of 150,000 questions would take a millisecond or two.
    expect(performance.now() - begun).toBeLessThan(10_000)
  })

  test('gives up when its regular expressions would take all day, and says why', () => {
    const attributionOf = openAttribution({ ...noRules, project: { keys: [], regex: '(?:[ab]?[a-z]?){48}[A-Z]$' } }, 100)
    const attributeAll = () => {
      for (let n = 0; n < 100_000; n++) attributionOf({ [`${'ab'.repeat(120)}${n}`]: 'web' })
    }
    const begun = performance.now()
    expect(attributeAll).toThrow(AttributionTooSlow)
    expect(attributeAll).toThrow('make them simpler, or list the keys')
    expect(performance.now() - begun).toBeLessThan(10_000)
    // What is listed needs none.
    expect(openAttribution({ ...noRules, project: { keys: ['app'], regex: 'x' } }, 0)({ app: 'web' }).project).toBe('web')
  })

  test('does not ask it for keys that are longer than those of any provider', () => {
    expect(project({ regex: 'k$' }, { ['k'.repeat(512)]: 'web' })).toBe('web')
    expect(project({ regex: 'k$' }, { ['k'.repeat(513)]: 'web' })).toBe('')
  })

  test('does not take what every object has for tags', () => {
    expect(project({ keys: ['constructor', 'toString', '__proto__'] }, {})).toBe('')
    expect(project({ keys: ['__proto__'] }, JSON.parse('{"__proto__": "web"}'))).toBe('web')
  })

  test.each([
    ['Web Shop', 'web-shop'],
    ['Éclair Café', 'eclair-cafe'],
    ['ＷＥＢ', 'web'],
    ['--web__', 'web'],
    ['a', 'a'],
    ['ß', ''],
    ['日本', ''],
    ['x'.repeat(300), 'x'.repeat(100)],
  ])('makes a canonical of %j', (value, canonical) => {
    expect(project({ keys: ['p'] }, { p: value })).toBe(canonical)
  })

  test('makes the canonical that a project of this name has', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (value) => {
        const made = project({ keys: ['p'] }, { p: value })
        expect(made).toMatch(/^([a-z0-9]([a-z0-9_-]*[a-z0-9])?)?$/)
        if (made.length >= 3) expect(made).toBe(canonicalOf(value))
        expect(project({ keys: ['p'] }, { p: made })).toBe(made)
      }),
      { seed: 5 },
    )
  })

  test('says the same whatever order tags are written in', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.tuple(fc.string(), fc.string()), { selector: ([key]) => key }), (entries) => {
        const rule = { keys: entries.slice(0, 2).map(([key]) => key), regex: '.' }
        expect(project(rule, Object.fromEntries(entries.toReversed()))).toBe(project(rule, Object.fromEntries(entries)))
      }),
      { seed: 6 },
    )
  })
})
