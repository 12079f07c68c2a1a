import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { bumped, bumps, compareVersions, formatVersion, parseVersion } from './bump.ts'

const parsed = (text: string) => {
  const version = parseVersion(text)
  if (!version) throw new Error(`${text} is no version`)
  return version
}

describe('a version is bumped', () => {
  test.each([
    ['1.2.3', 'major', undefined, '2.0.0'],
    ['1.2.3', 'minor', undefined, '1.3.0'],
    ['1.2.3', 'patch', undefined, '1.2.4'],
    ['1.2.3', 'final', undefined, '1.2.3'],
    ['1.2.3-rc.4', 'final', undefined, '1.2.3'],
    ['1.2.3-rc.4', 'patch', undefined, '1.2.4'],
    ['1.2.3-rc.4+b.1', 'major', undefined, '2.0.0'],
    ['1.2.3', undefined, 'rc', '1.2.3-rc.1'],
    ['1.2.3-rc.1', undefined, 'rc', '1.2.3-rc.2'],
    ['1.2.3-rc.9', undefined, 'rc', '1.2.3-rc.10'],
    ['1.2.3-alpha.4', undefined, 'beta', '1.2.3-beta.1'],
    ['1.2.3', 'minor', 'rc', '1.3.0-rc.1'],
    ['1.2.3-rc.2', 'minor', 'rc', '1.3.0-rc.1'],
    ['1.2.3-rc.2', 'final', 'rc', '1.2.3-rc.1'],
    ['v1.2.3', 'patch', undefined, '1.2.4'],
    ['0.0.0', undefined, undefined, '0.0.0'],
    ['1.2.99999999999999999999', 'patch', undefined, '1.2.100000000000000000000'],
  ] as const)('%s by %s and %s is %s', (from, bump, pre, to) => {
    expect(formatVersion(bumped(parsed(from), bump, pre))).toBe(to)
  })

  test('to a pre-release without a number', () => {
    expect(formatVersion(bumped(parsed('1.2.3'), 'minor', 'dev', true))).toBe('1.3.0-dev')
  })
})

test.each(['', '1', '1.2', '01.2.3', '1.2.3.4', '1.2.3-', 'latest', '1.2.3 4', `1.2.${'3'.repeat(300)}`])('%j is no version', (text) => {
  expect(parseVersion(text)).toBeUndefined()
})

test('versions are in the order of their specification', () => {
  const order = [
    '0.9.9',
    '1.0.0-alpha',
    '1.0.0-alpha.1',
    '1.0.0-alpha.beta',
    '1.0.0-beta',
    '1.0.0-beta.2',
    '1.0.0-beta.11',
    '1.0.0-rc.1',
    '1.0.0',
    '1.0.1',
    '1.10.0',
    '2.0.0',
  ]
  for (const [a, left] of order.entries())
    for (const [b, right] of order.entries()) expect(Math.sign(compareVersions(parsed(left), parsed(right)))).toBe(Math.sign(a - b))
})

test('a bump never goes back, and what is written is read again', () => {
  const numbers = fc.tuple(fc.nat(), fc.nat(), fc.nat())
  const pre = fc.option(fc.constantFrom('rc.1', 'alpha', 'x.7.z'), { nil: undefined })
  fc.assert(
    fc.property(numbers, pre, fc.constantFrom(...bumps.filter((one) => one !== 'final')), ([a, b, c], tail, bump) => {
      const version = parsed(`${a}.${b}.${c}${tail === undefined ? '' : `-${tail}`}`)
      expect(formatVersion(parsed(formatVersion(version)))).toBe(formatVersion(version))
      expect(compareVersions(bumped(version, bump), version)).toBeGreaterThan(0)
    }),
    { seed: 1, numRuns: 300 },
  )
})
