import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseForms } from './read.ts'
import type { FormEntity } from './types.ts'

const known = 'The Forms File has an invalid format: '

describe('the text of a form file', () => {
  test('anchors, aliases and merge keys work', () => {
    const { forms, errors } = parseForms(`
shared:
  base: &base {type: string, widget: dropdown, default: a}
  more: &more {required: true, default: z}
  list: &list [a, b]
version: 3
use_cases:
- name: U
  sections:
  - name: S
    groups:
    - &group
      name: G
      technologies: [pipeline]
      vars:
      - {<<: [*base, *more], name: X, key: x, values: *list, default: b}
    - <<: *group
      name: H
      technologies: [terraform]
`)
    expect(errors).toEqual([])
    const entity: FormEntity = { name: 'X', key: 'x', type: 'string', widget: 'dropdown', default: 'b', values: ['a', 'b'], required: true }
    expect(forms.use_cases[0]?.sections[0]?.groups).toEqual([
      { name: 'G', technologies: ['pipeline'], vars: [entity] },
      { name: 'H', technologies: ['terraform'], vars: [entity] },
    ])
  })

  test.each<[string, string, string]>([
    ['a key that stands twice', 'version: "2"\nuse_cases: []\nversion: "3"', 'line 3: the key "version" stands twice'],
    ['what is no YAML', 'use_cases:\n- name: [', 'line 2:'],
    ['two documents', 'use_cases: []\n---\nuse_cases: []', 'line 2:'],
    ['an alias without an anchor', 'use_cases: *nobody', 'line 1: the alias "*nobody" has no anchor before it'],
    ['a value that contains itself', 'use_cases: &a [*a]', 'line 1: the alias "*a" has no anchor before it'],
    ['something else than a map to merge', 'a: &a 1\nb: {<<: *a}', 'line 2: what << merges must be a map'],
    ['a list as a key', '? [a]\n: 1', 'a key must be a text'],
    ['huge nesting of lists', '['.repeat(50_000), 'nested more than 100 levels deep'],
    ['a character that cannot be stored', 'use_cases: "\\0"', 'holds a character that cannot be stored'],
    ['half a character', 'use_cases: "\\ud800"', ''],
    ['huge nesting that ends', `use_cases: ${'{a: '.repeat(2_000)}${'}'.repeat(2_000)}`, 'nested more than 100 levels deep'],
    ['huge nesting of blocks', `use_cases:\n${'- '.repeat(20_000)}x`, 'nested more than 100 levels deep'],
    ['too much text', `# ${'x'.repeat(1_000_001)}`, 'it has more than 1000000 characters'],
  ])('%s is a mistake', (_, yaml, mistake) => {
    const { errors } = parseForms(yaml)
    expect(errors[0]?.startsWith(known)).toBe(true)
    expect(errors.some((error) => error.includes(mistake))).toBe(true)
  })

  test('an alias bomb is a mistake, soon', () => {
    const levels = 'abcdefghij'.split('').map((name, index, all) => {
      const inner = all[index - 1]
      return `${name}: &${name} [${Array.from({ length: 10 }, () => (inner === undefined ? 'x' : `*${inner}`)).join(', ')}]`
    })
    const start = performance.now()
    expect(parseForms(`${levels.join('\n')}\nuse_cases: *j`).errors).toEqual([`${known}it has more than 200000 values`])
    expect(performance.now() - start).toBeLessThan(2_000)
  })

  test('merge keys do not multiply', () => {
    const wide = Array.from({ length: 20_000 }, (_, index) => `k${index}: 1`).join(', ')
    const merges = Array.from({ length: 5_000 }, () => '- {<<: *w}').join('\n')
    expect(parseForms(`w: &w {${wide}}\nuse_cases:\n${merges}`).errors.join()).toContain('merge keys make the file too large')
  })

  test('a long text in many places counts each time', () => {
    const vars = Array.from({ length: 2_000 }, () => '- *c').join('\n')
    expect(parseForms(`c: &c "${'x'.repeat(4_000)}"\nuse_cases:\n${vars}`).errors).toEqual([`${known}it has more than 2000000 characters`])
  })

  test('a map with very many keys is read in no time', () => {
    const yaml = Array.from({ length: 50_000 }, (_, index) => `k${index}: {}`).join('\n')
    const start = performance.now()
    parseForms(yaml)
    expect(performance.now() - start).toBeLessThan(8_000)
  })

  test('no text makes it throw', () => {
    const word = fc.oneof(
      fc.string(),
      fc.constantFrom('use_cases:', '\n', '- ', '  ', '&a ', '*a', '<<: ', '{', '}', '[', ']', ': ', '!!set', '? ', '|\n', '"'),
    )
    fc.assert(
      fc.property(fc.array(word, { maxLength: 20 }), (words) => {
        parseForms(words.join(''))
      }),
      { seed: 1, numRuns: 2_000 },
    )
  })
})
