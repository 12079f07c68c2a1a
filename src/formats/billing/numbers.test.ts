import { Decimal } from 'decimal.js'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { currencyOf, decimalOf, decimalOrNull, nextPeriod, periodOf, timestampOf } from './numbers.ts'

describe('an amount', () => {
  test('is exact, with every digit that was written', () => {
    expect(decimalOf('-0.00000080000', 'BilledCost')).toBe('-0.00000080000')
    expect(decimalOrNull('NULL', 'ListCost')).toBeNull()
    expect(decimalOrNull('', 'ListCost')).toBeNull()
  })

  test.each([
    ['1.2E-7', '0.00000012'],
    ['-3.5e+2', '-350'],
    ['12e0', '12'],
    ['.5', '0.5'],
    ['5.', '5'],
    ['+7', '7'],
    [' 8 ', '8'],
    ['0E-18', '0.000000000000000000'],
  ])('%j is %j', (written, plain) => {
    expect(decimalOf(written, 'BilledCost')).toBe(plain)
  })

  test('with an exponent is what decimal.js reads', () => {
    fc.assert(
      fc.property(
        fc.bigInt({ min: -(10n ** 20n), max: 10n ** 20n }),
        fc.nat(15),
        fc.integer({ min: -30, max: 30 }),
        (digits, places, power) => {
          const written = `${digits < 0n ? '-' : ''}${String(digits < 0n ? -digits : digits)
            .padStart(places + 1, '0')
            .replace(new RegExp(`(?=.{${places}}$)`), '.')}e${power}`
          const plain = decimalOf(written, 'x')
          expect(plain).toMatch(/^-?\d+(\.\d+)?$/)
          expect(new Decimal(plain).eq(new Decimal(written))).toBe(true)
        },
      ),
      { seed: 7 },
    )
  })

  test.each([
    ['abc', 'BilledCost is "abc", which is not a number'],
    ['', 'BilledCost is empty'],
    ['NaN', 'which is not a number'],
    ['Infinity', 'which is not a number'],
    ['1,5', 'which is not a number'],
    ['0x10', 'which is not a number'],
    ['--1', 'which is not a number'],
    ['.', 'which is not a number'],
    ['-', 'which is not a number'],
    ['1e999999', 'which is not a number'],
    ['1e31', 'which is out of range'],
    ['1'.repeat(39), 'which is out of range'],
    ['9'.repeat(100_000), 'which is not a number'],
    ['1\u0000', 'BilledCost is "1 ", which is not a number'],
  ])('%j is refused', (written, message) => {
    expect(() => decimalOf(written, 'BilledCost')).toThrow(message)
  })
})

describe('a time', () => {
  test.each([
    ['2024-09-01 00:00:00', '2024-09-01T00:00:00Z'],
    ['2024-09-01T00:00:00Z', '2024-09-01T00:00:00Z'],
    ['2024-09-01T00:00:00.000Z', '2024-09-01T00:00:00Z'],
    ['2024-09-01T00:00Z', '2024-09-01T00:00:00Z'],
    ['2024-09-01', '2024-09-01T00:00:00Z'],
    ['2024-09-01 02:00:00+02:00', '2024-09-01T00:00:00Z'],
    ['2024-08-31 19:00:00-0500', '2024-09-01T00:00:00Z'],
    ['2024-09-01 00:00:00 UTC', '2024-09-01T00:00:00Z'],
    ['2024-02-29 23:59:59', '2024-02-29T23:59:59Z'],
  ])('%j is %j', (written, instant) => {
    expect(timestampOf(written, 'ChargePeriodStart')).toBe(instant)
    expect(timestampOf(written, 'ChargePeriodStart')).toBe(instant)
  })

  test.each([
    '',
    'yesterday',
    '2023-02-29',
    '2024-13-01',
    '2024-09-01 25:00:00',
    '1999-12-31',
    '2100-01-01',
    '9999-99-99',
    '20240901',
    '2024-09-01T00:00:00+99:99x',
  ])('%j is refused', (written) => {
    expect(() => timestampOf(written, 'ChargePeriodStart')).toThrow(/^ChargePeriodStart is /)
  })

  test('of a billing period names the month that is written, whatever the zone', () => {
    expect(periodOf('2024-09-01T00:00:00+02:00', 'BillingPeriodStart')).toBe('2024-09-01')
    expect(periodOf('2024-09-15', 'BillingPeriodStart')).toBe('2024-09-01')
    expect(nextPeriod('2024-12-01')).toBe('2025-01-01')
    expect(nextPeriod('2024-09-01')).toBe('2024-10-01')
    expect(() => periodOf('1970-01-01', 'BillingPeriodStart')).toThrow('which is not in this century')
  })
})

test('a currency is three letters, or what a provider calls its own', () => {
  expect(currencyOf('usd', 'BillingCurrency')).toBe('USD')
  expect(currencyOf('Tokens', 'BillingCurrency')).toBe('Tokens')
  expect(() => currencyOf('', 'BillingCurrency')).toThrow('BillingCurrency is empty')
})
