import { Decimal } from 'decimal.js'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { CostSum } from '../../costs/types.ts'
import { histogramOf } from './histogram.ts'

const sum = (keys: string[], cost: string, more: Partial<CostSum> = {}): CostSum => ({
  ...{ keys, cost, effective: cost, covered: '0', kwh: 1, co2e: 0.5 },
  ...more,
})

test('levels nest in the order asked for; time goes on, and the rest begins with what costs most', () => {
  const sums = [
    sum(['2026-02', 'a'], '1'),
    sum(['2026-01', 'b'], '2'),
    sum(['2026-01', 'a'], '2'),
    sum(['2026-01', 'c'], '30', { effective: '100', covered: '25' }),
  ]
  const histogram = histogramOf(sums, ['time', 'service'], ['time', 'service'])
  expect(histogram).toMatchObject({ cost: 35, kwh: 4, co2e: 2 })
  expect(histogram.buckets.map(({ value, cost, buckets }) => [value, cost, buckets?.map((below) => below.value)])).toEqual([
    ['2026-01', 34, ['c', 'a', 'b']],
    ['2026-02', 1, ['a']],
  ])
  expect(histogram.energy_coverage).toBe(0.238095)
  const other = histogramOf(sums, ['time', 'service'], ['service'])
  expect(other.buckets.map(({ value, cost }) => [value, cost])).toEqual([
    ['c', 30],
    ['a', 3],
    ['b', 2],
  ])
  expect(other.buckets[0]).not.toHaveProperty('buckets')
})

test('nothing is a histogram too, without a share of anything', () => {
  expect(histogramOf([], ['time'], ['time'])).toEqual({ cost: 0, kwh: 0, co2e: 0, buckets: [] })
})

test('values that are names of parts of the language are values', () => {
  const { buckets } = histogramOf([sum(['__proto__'], '1'), sum(['constructor'], '2'), sum([''], '3')], ['project'], ['project'])
  expect(buckets.map(({ value }) => value)).toEqual(['', 'constructor', '__proto__'])
})

test('what is added up is exact, whatever is large or small in it', () => {
  expect(histogramOf([sum(['a'], '0.1'), sum(['a'], '0.2')], ['service'], ['service']).cost).toBe(0.3)
  const huge = ['123456789012345678901234567890', '-123456789012345678901234567890', '0.00000000000000000001']
  expect(
    histogramOf(
      huge.map((cost) => sum(['a'], cost)),
      ['service'],
      ['service'],
    ).cost,
  ).toBe(1e-20)
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.constantFrom('a', 'b', 'c'), fc.integer(), fc.nat(12))), (entries) => {
      const sums = entries.map(([key, digits, scale]) => sum([key], new Decimal(digits).div(new Decimal(10).pow(scale)).toFixed()))
      const { cost, buckets } = histogramOf(sums, ['service'], ['service'])
      const Exact = Decimal.clone({ precision: 100 })
      const total = sums.reduce((so, { cost: one }) => so.plus(one), new Exact(0))
      expect(cost).toBe(total.toNumber())
      const largest = Math.max(1, ...buckets.map((bucket) => Math.abs(bucket.cost)))
      expect(Math.abs(buckets.reduce((so, bucket) => so + bucket.cost, 0) - cost)).toBeLessThanOrEqual(largest * 1e-15 * 4)
    }),
    { seed: 3 },
  )
})
