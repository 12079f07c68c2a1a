import { describe, expect, test } from 'vitest'
import { type Evidence, judge, moneyText, reasonOf, refused, stillRefused } from './judge.ts'

const totals = {
  lines: 1000,
  currencies: ['USD'],
  billed: '100.00',
  effective: '90',
  firstDay: '2026-07-01',
  lastDay: '2026-07-31',
  missingDays: [],
}
const month: Evidence = { period: '2026-07-01', totals, stated: {}, active: undefined, lostDays: [] }
const active = { lines: 1000, currency: 'USD', billed: '100.00' }
const withTotals = (more: Partial<typeof totals>, rest: Partial<Evidence> = {}): Evidence => ({
  ...month,
  totals: { ...totals, ...more },
  ...rest,
})

describe('what readers may see', () => {
  test.each<[string, Evidence]>([
    ['a first month', month],
    ['the same again', { ...month, active }],
    ['one that costs more', withTotals({ billed: '200', lines: 2000 }, { active })],
    ['one that costs 1 % less', withTotals({ billed: '99', lines: 990 }, { active })],
    ['what the manifest states', { ...month, stated: { total: '100', lines: 1000 } }],
    ['what the manifest states, rounded', withTotals({ billed: '100.004999999' }, { stated: { total: '100' } })],
    ['a month that costs nothing', withTotals({ billed: '0', lines: 12 })],
    ['a month that costs minus nothing', withTotals({ billed: '-0.00' })],
    ['an empty month that nobody knew', withTotals({ billed: '0', lines: 0, currencies: [] })],
    ['more than before, where before was below zero', withTotals({ billed: '0' }, { active: { ...active, billed: '-5' } })],
    ['another currency, which cannot be compared', withTotals({ billed: '1', currencies: ['EUR'] }, { active })],
  ])('%s', (_, evidence) => {
    expect(judge(evidence)).toEqual([])
  })
})

describe('what is suspicious, in words', () => {
  test.each<[string, Evidence, string[]]>([
    [
      'several currencies, and then nothing else matters',
      withTotals({ currencies: ['EUR', 'USD'], billed: '-1' }, { active }),
      ['the lines of 2026-07 are in several currencies (EUR, USD), which cannot be added up'],
    ],
    [
      'another total than the manifest',
      { ...month, stated: { total: '1234.56' } },
      ['the manifest states 1,234.56 USD for 2026-07, but its lines add up to 100.00 USD'],
    ],
    [
      'another number of lines than the manifest',
      { ...month, stated: { lines: 1001 } },
      ['the manifest states 1,001 lines for 2026-07, but 1,000 were read'],
    ],
    [
      'a difference of a cent',
      withTotals({ billed: '100.01' }, { stated: { total: '100.00' } }),
      ['the manifest states 100.00 USD for 2026-07, but its lines add up to 100.01 USD'],
    ],
    ['a negative total', withTotals({ billed: '-0.01' }), ['the lines of 2026-07 add up to -0.01 USD, which is below zero']],
    [
      'a drop of more than 1 % of cost',
      withTotals({ billed: '98.99' }, { active }),
      ['2026-07 costs 98.99 USD, 1 % less than the 100.00 USD before'],
    ],
    [
      'a drop of more than 1 % of lines',
      withTotals({ lines: 500 }, { active }),
      ['2026-07 has 500 lines, 50 % fewer than the 1,000 before'],
    ],
    [
      'an empty month in place of a full one',
      withTotals({ lines: 0, billed: '0', currencies: [] }, { active }),
      ['2026-07 costs 0.00, 100 % less than the 100.00 USD before', '2026-07 has 0 lines, 100 % fewer than the 1,000 before'],
    ],
    ['a day that is gone', { ...month, active, lostDays: ['2026-07-14'] }, ['a day is missing that had costs before: 2026-07-14']],
    [
      'many days that are gone',
      { ...month, active, lostDays: [1, 2, 3, 4, 5, 6, 7].map((day) => `2026-07-0${day}`) },
      ['7 days are missing that had costs before: 2026-07-01, 2026-07-02, 2026-07-03, 2026-07-04, 2026-07-05 and 2 more'],
    ],
  ])('%s', (_, evidence, reasons) => {
    expect(judge(evidence)).toEqual(reasons)
  })

  test('amounts of any size are compared exactly', () => {
    const large = `${'9'.repeat(60)}.01`
    expect(judge(withTotals({ billed: large }, { stated: { total: large } }))).toEqual([])
    expect(judge(withTotals({ billed: large }, { stated: { total: `${'9'.repeat(60)}.02` } }))).toHaveLength(1)
  })
})

test('money is written for people', () => {
  expect(moneyText('1234567.5', 'USD')).toBe('1,234,567.50 USD')
  expect(moneyText('-0.00000080000', 'EUR')).toBe('-0.000001 EUR')
  expect(moneyText('12.34567899', '')).toBe('12.345679')
  expect(moneyText('-1234', 'EUR')).toBe('-1,234.00 EUR')
})

test('a problem is the same however often it is told, and another one of another month', () => {
  const why = '2026-07 costs 31.00 USD, 50 % less than the 62.00 USD before'
  const now = reasonOf(refused('2026-07 costs 35.20 USD, 43 % less than the 62.00 USD before', false))
  expect([reasonOf(refused(why, false)), reasonOf(stillRefused('2026-07-01', why))]).toEqual([now, now])
  expect(reasonOf(refused(why.replace('2026-07', '2026-08'), false))).not.toBe(now)
  expect(reasonOf('2026-07: a.csv, line 12: there are no lines in it')).not.toBe(
    reasonOf('2026-06: a.csv, line 12: there are no lines in it'),
  )
})
