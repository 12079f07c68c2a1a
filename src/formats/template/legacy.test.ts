import { describe, expect, test } from 'vitest'
import { legacyKeys, substituteLegacy } from './template.ts'

const data = { project: 'p', environment: 'e', scs_branch: '', org: 'o', api_url: '$& ($ project $)' }

describe('stacks of versions 1 and 2', () => {
  test.each([
    ['($ project $)', 'p'],
    ['($project$)-($  environment\t$)', 'p-e'],
    ['($ .project $)', '($ .project $)'],
    ['($ nope $)', '($ nope $)'],
    ['($ scs_branch $)', '($ scs_branch $)'],
    ['($ use_case $)', '($ use_case $)'],
    ['($ org $)', '($ org $)'],
    ['($ constructor $)($ __proto__ $)', '($ constructor $)($ __proto__ $)'],
    ['($ api_url $)', '$& ($ project $)'],
    ['($ ($ project $) $)', '($ p $)'],
    ['($ if eq .project "p" $)x($ end $)', '($ if eq .project "p" $)x($ end $)'],
    ['(($ project $)) ($ project', '(p) ($ project'],
  ])('%s', (text, expected) => {
    expect(substituteLegacy(text, data)).toBe(expected)
  })

  test('know 21 keys', () => {
    expect(new Set(legacyKeys).size).toBe(21)
  })

  test('are read once, however hostile', { retry: 2 }, () => {
    const text = `${'($ '.repeat(200_000)}${' '.repeat(200_000)}${'($ project '.repeat(100_000)}`
    const start = performance.now()
    expect(substituteLegacy(text, data)).toBe(text)
    expect(performance.now() - start).toBeLessThan(1000)
  })
})
