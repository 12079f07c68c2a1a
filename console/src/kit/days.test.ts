import { afterAll, beforeAll, expect, test } from 'vitest'
import { periodOf as shown } from '../features/events/use-events.ts'
import { periodOf, readPeriodSearch } from '../features/kpis/period.ts'
import { dayAfter, dayOf, endOfDay, startOfDay } from './days.ts'

const zone = process.env.TZ
beforeAll(() => {
  process.env.TZ = 'Europe/Paris'
})
afterAll(() => {
  if (zone === undefined) delete process.env.TZ
  else process.env.TZ = zone
})

const hours = (milliseconds: number) => (milliseconds + 1) / 3_600_000

test('a day ends where the next one begins, also when the clocks change', () => {
  expect(hours(endOfDay('2026-11-21') - startOfDay('2026-11-21'))).toBe(24)
  expect(hours(endOfDay('2026-10-25') - startOfDay('2026-10-25'))).toBe(25)
  expect(hours(endOfDay('2026-03-29') - startOfDay('2026-03-29'))).toBe(23)
  expect(dayAfter('2026-10-31', -6)).toBe('2026-10-25')
})

test('a day that the calendar does not have is none', () => {
  for (const text of ['2026-13-45', '2026-02-29', '2026-2-1', '0026-01-01', 'yesterday', undefined, 20261121])
    expect(dayOf(text)).toBeUndefined()
  expect(dayOf('2028-02-29')).toBe('2028-02-29')
})

test('events and KPIs are asked of whole days', () => {
  const [from, to] = ['2026-10-24', '2026-10-25']
  const [begin, end] = [Date.parse('2026-10-23T22:00:00Z'), Date.parse('2026-10-25T23:00:00Z')]
  expect(shown({ from, to }, Date.parse('2026-11-21T12:00:00Z'))).toEqual({ begin, end: end - 1 })
  expect(periodOf({ from, to })).toEqual({ begin: begin / 1000, end: end / 1000 - 1 })
  expect(readPeriodSearch({ from: '2026-13-45', to })).toEqual({})
})
