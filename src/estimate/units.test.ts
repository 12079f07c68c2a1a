import { expect, it } from 'vitest'
import { normaliseUnit } from './units.ts'

it('knows the words of all three feeds, and how many units one of theirs is', () => {
  const cases: [theirs: string, unit: string, quantity: string][] = [
    ['Hrs', 'hour', '1'],
    ['1 Hour', 'hour', '1'],
    ['100 Hours', 'hour', '100'],
    ['h', 'hour', '1'],
    ['GB-Mo', 'GB-month', '1'],
    ['GB-month', 'GB-month', '1'],
    ['1 GB/Month', 'GB-month', '1'],
    ['GiBy.mo', 'GB-month', '1'],
    ['100 GB/Month', 'GB-month', '100'],
    ['IOPS-Mo', 'IOPS-month', '1'],
    ['MiBps-mo', 'MiBps-month', '1'],
    ['GiBps-mo', 'MiBps-month', '1024'],
    ['10K', 'request', '10000'],
    ['1M', 'request', '1000000'],
    ['1 Month', 'month', '1'],
    ['1/Month', 'month', '1'],
    ['100 RUs', 'RU', '100'],
    ['1 TB', 'GB', '1024'],
    ['Lambda-GB-Second', 'GB-second', '1'],
    ['Requests', 'request', '1'],
    ['ReadCapacityUnit-Hrs', 'hour', '1'],
  ]
  expect(cases.map(([theirs]) => [theirs, normaliseUnit(theirs).unit, normaliseUnit(theirs).quantity])).toEqual(cases)
})

it('leaves a word that it does not know as it is, so that equal words still meet', () => {
  expect(normaliseUnit(' Widget  Hours ')).toEqual({ unit: 'widget hours', quantity: '1' })
  expect(normaliseUnit('10K widgets')).toEqual({ unit: 'widgets', quantity: '10000' })
  expect(normaliseUnit('')).toEqual({ unit: '', quantity: '1' })
})

it('understands its own words', () => {
  for (const unit of ['hour', 'GB', 'GB-month', 'GB-second', 'IOPS-month', 'MiBps-month', 'vCPU-hour', 'request', 'ACU-hour', 'LCU-hour']) {
    expect(normaliseUnit(unit)).toEqual({ unit, quantity: '1' })
  }
})
