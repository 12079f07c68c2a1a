import { describe, expect, test } from 'vitest'
import { readEuroRates } from './ecb.ts'
import { type EuroRate, type OwnRate, ratesOf } from './rates.ts'

const days = { begin: '2026-07-01', end: '2026-07-04' }
const rates = (foreign: string, asked: string, own: OwnRate[], known: EuroRate[] = []) =>
  ratesOf(days, [foreign], asked, own, known).map(({ day, rate }) => [day.slice(8), rate])
const own = (day: string, from: string, to: string, rate: string): OwnRate => ({ day, from, to, rate })
const euro = (day: string, currency: string, rate: string): EuroRate => ({ day, currency, rate })

describe('the rate of a day', () => {
  test('is the nearest one before it, and none before the first', () => {
    expect(rates('EUR', 'USD', [own('2026-07-02', 'EUR', 'USD', '1.1')])).toEqual([
      ['02', '1.1'],
      ['03', '1.1'],
    ])
    expect(rates('EUR', 'USD', [own('2020-01-01', 'EUR', 'USD', '1.2'), own('2026-07-03', 'EUR', 'USD', '1.1')])).toEqual([
      ['01', '1.2'],
      ['02', '1.2'],
      ['03', '1.1'],
    ])
  })

  test('is derived from the opposite direction, the later of the two', () => {
    const both = [own('2026-07-01', 'USD', 'EUR', '0.8'), own('2026-07-02', 'EUR', 'USD', '1.5'), own('2026-07-03', 'USD', 'EUR', '0.5')]
    expect(rates('EUR', 'USD', both)).toEqual([
      ['01', '1.25'],
      ['02', '1.5'],
      ['03', '2'],
    ])
  })

  test('goes through the euro where the two were never compared, with legs of either source', () => {
    const known = [euro('2026-06-30', 'USD', '1.2'), euro('2026-06-29', 'GBP', '0.8')]
    expect(rates('GBP', 'USD', [], known)[0]).toEqual(['01', '1.5'])
    expect(rates('USD', 'GBP', [], known)[0]?.[1]).toMatch(/^0\.6666666666/)
    expect(rates('GBP', 'EUR', [], known)[0]).toEqual(['01', '1.25'])
    expect(rates('GBP', 'USD', [own('2026-01-01', 'EUR', 'USD', '1.6')], known)[0]).toEqual(['01', '2'])
    expect(rates('CNY', 'USD', [], known)).toEqual([])
  })

  test('entered by the organization goes before what is known, however old', () => {
    const known = [euro('2026-07-01', 'USD', '1.2')]
    expect(rates('EUR', 'USD', [own('2019-01-01', 'EUR', 'USD', '9')], known)[2]).toEqual(['03', '9'])
  })
})

describe('files of the European Central Bank', () => {
  const expected = [euro('2026-07-31', 'USD', '1.0823'), euro('2026-07-31', 'CNY', '7.84'), euro('2026-07-30', 'USD', '1.08')]

  test('are read as CSV, of all days or of one', () => {
    expect(readEuroRates('\ufeffDate,USD,CYP,CNY,\r\n2026-07-31,1.0823,N/A,7.84,\r\n2026-07-30,1.08,N/A,,\r\n')).toEqual(expected)
    expect(readEuroRates('Date, USD, CNY, \n31 July 2026, 1.0823, 7.84, \n')).toEqual(expected.slice(0, 2))
  })

  test('are read as XML', () => {
    const xml = `<?xml version="1.0" encoding="UTF-8"?>
<gesmes:Envelope xmlns:gesmes="http://www.gesmes.org/xml/2002-08-01"><gesmes:subject>Reference rates</gesmes:subject><Cube>
<Cube time="2026-07-31"><Cube currency="USD" rate="1.0823"/><Cube currency='CNY' rate='7.84'/></Cube>
<Cube time='2026-07-30'><Cube currency="USD" rate="1.08"/></Cube></Cube></gesmes:Envelope>`
    expect(readEuroRates(xml)).toEqual(expected)
  })

  test.each([
    ['', 'there are no rates in it'],
    ['<html>Not here</html>', 'there are no rates in it'],
    ['Date,USD\n', 'there are no rates in it'],
    ['Datum,USD\n2026-07-31,1', 'there are no rates in it'],
    ['Date,USD\n31.07.2026,1', 'line 2: "31.07.2026" is no day'],
    ['Date,USD\n2026-07-31,0', 'line 2: the rate of USD is "0"'],
    ['Date,USD\n2026-07-31,1e9', 'line 2: the rate of USD is "1e9"'],
    ['Date,__proto__\n2026-07-31,1', '"__proto__" is no currency'],
    [`<Cube time="2026-07-31"><Cube currency="USD" rate="-1"/></Cube>`, 'the rates of 2026-07-31: the rate of USD is "-1"'],
  ])('that are none are refused with the place: %j', (text, message) => {
    expect(() => readEuroRates(text)).toThrow(message)
  })
})
