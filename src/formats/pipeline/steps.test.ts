import { describe, expect, test } from 'vitest'
import { inputsOf, matchesGlob, outputsOf, stepsOf } from './steps.ts'
import type { JobConfig } from './types.ts'

const job: JobConfig = {
  name: 'all',
  plan: [
    { in_parallel: [{ get: 'a' }, { in_parallel: { steps: [{ get: 'b', resource: 'r' }], limit: 1 } }] },
    { do: [{ try: { put: 'c', on_failure: { put: 'd' } } }], ensure: { get: 'e' }, on_success: { task: 'f', file: 'x' } },
  ],
  ensure: { put: 'g' },
  on_failure: { put: 'h' },
}

describe('the steps of a job', () => {
  test('are all there with their paths, hooks too', () => {
    expect(stepsOf(job).map(({ path }) => path)).toEqual([
      'plan[0]',
      'plan[0].in_parallel[0]',
      'plan[0].in_parallel[1]',
      'plan[0].in_parallel[1].in_parallel.steps[0]',
      'plan[1]',
      'plan[1].do[0]',
      'plan[1].do[0].try',
      'plan[1].do[0].try.on_failure',
      'plan[1].on_success',
      'plan[1].ensure',
      'on_failure',
      'ensure',
    ])
  })

  test('that get are its inputs, those that put its outputs', () => {
    expect(inputsOf(job).map(({ get }) => get)).toEqual(['a', 'b', 'e'])
    expect(outputsOf(job).map(({ put }) => put)).toEqual(['c', 'd', 'h', 'g'])
  })
})

describe('a glob', () => {
  test.each([
    ['build', 'build', true],
    ['build', 'build2', false],
    ['build-*', 'build-web', true],
    ['build-*', 'build-', true],
    ['*', 'a/b', true],
    ['?', 'é', true],
    ['?', '', false],
    ['[a-c]x', 'bx', true],
    ['[!a-c]x', 'bx', false],
    ['[^a-c]x', 'dx', true],
    ['{web,api}-*', 'api-1', true],
    ['{web,api{1,2}}', 'api2', true],
    ['{web,api}', 'db', false],
    ['a\\*', 'a*', true],
    ['a\\*', 'ab', false],
    ['a.c', 'abc', false],
    ['a.*', 'a.c', true],
    ['(a|b)*', 'a', false],
    ['[a.]', '.', true],
    // No globs: they match nothing.
    ['[a', '[a', false],
    ['{a', '{a', false],
    ['a}', 'a}', false],
    ['a\\', 'a\\', false],
    ['[z-a]', 'b', false],
  ])('%s and %j: %s', (pattern, name, expected) => {
    expect(matchesGlob(pattern, name)).toBe(expected)
  })

  test('takes time that grows with its text alone', () => {
    const start = performance.now()
    expect(matchesGlob(`${'*a'.repeat(200)}b`, 'a'.repeat(5000))).toBe(false)
    expect(matchesGlob('*'.repeat(400), 'a'.repeat(5000))).toBe(true)
    expect(performance.now() - start).toBeLessThan(2000)
  })
})
