import { describe, expect, test } from 'vitest'
import { readRateFile } from './rate-file.ts'

const rate = (value: string, day = '2026-07-31') => ({ day, from: 'EUR', to: 'USD', rate: value })

describe('a file of exchange rates', () => {
  test.each([
    ['commas', '2026-07-31,EUR,USD,1.0845'],
    ['semicolons and decimal commas', '2026-07-31;EUR;USD;1,0845'],
    ['semicolons and decimal points', '2026-07-31;EUR;USD;1.0845'],
    ['tabs, decimal commas and quotes', '"2026-07-31"\t"EUR"\t"USD"\t"1,0845"'],
    ['a heading and empty lines', '\r\nday;from;to;rate\r\n2026-07-31;EUR;USD;1,0845\r\n'],
  ])('is read with %s', (_, text) => {
    expect(readRateFile(text).rates).toEqual([rate('1.0845')])
  })

  test('names the lines that could be read as another rate: a comma too many, thousands, a cell more or less', () => {
    const commas = ['day,from,to,rate', '2026-07-31,EUR,USD,1,0845', '2026-07-30,EUR,USD,1.08', '2026-07-29,EUR,USD']
    expect(readRateFile(commas.join('\n'))).toEqual({ rates: [rate('1.08', '2026-07-30')], wrong: [2, 4] })
    const semicolons = ['day;from;to;rate', '2026-07-31;EUR;USD;1.000,5', '2026-07-31,EUR,USD,1', '2026-07-31;EUR;USD;1,08;x']
    expect(readRateFile(semicolons.join('\n'))).toEqual({ rates: [], wrong: [2, 3, 4] })
  })
})
