import { expect, test } from 'vitest'
import { isDuration, seconds } from './durations.ts'

test.each([
  ['90s', 90],
  ['1h30m', 5400],
  ['1.5h', 5400],
  ['.5m', 30],
  ['2h45m30.5s', 9930.5],
  ['300ms', 0.3],
  ['1us', 1e-6],
  ['1µs', 1e-6],
  ['0', 0],
  ['+5s', 5],
  ['0s', 0],
  ['-0s', 0],
])('%s is %d seconds', (text, expected) => {
  expect(seconds(text)).toBeCloseTo(expected, 12)
})

test.each(['', 'never', '5', '1d', '5 m', 'm', '1h-5m', '-5m', '1e3s', '١s', '9999999999999h', `${'1s'.repeat(100)}`])(
  '%j is no duration',
  (text) => {
    expect(isDuration(text)).toBe(false)
  },
)
