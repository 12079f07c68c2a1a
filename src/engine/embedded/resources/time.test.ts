import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { contextOf, useFolders } from '../../../../test/support/resource-context.ts'
import type { JsonObject } from '../../../formats/pipeline/types.ts'
import { timeResource } from './time.ts'

const folders = useFolders()

/** Whether a new version comes at a moment. */
async function comes(source: JsonObject, now: string, before?: string): Promise<boolean> {
  const type = timeResource(() => Date.parse(now))
  const version = before === undefined ? null : { time: before }
  const versions = await type.check(contextOf(), { source, version })
  const isNew = versions.at(-1)?.['time'] === new Date(now).toISOString() && before !== versions.at(-1)?.['time']
  expect(versions).toEqual([...(version ? [version] : []), ...(isNew ? [{ time: new Date(now).toISOString() }] : [])])
  return isNew
}

// 2026-03-02 is a Monday.
describe('a version comes', () => {
  test.each([
    ['at once when there is none', { interval: '5m' }, '2026-03-02T10:00:00Z', undefined, true],
    ['when the interval is over', { interval: '5m' }, '2026-03-02T10:05:00Z', '2026-03-02T10:00:00Z', true],
    ['not before', { interval: '5m' }, '2026-03-02T10:04:59Z', '2026-03-02T10:00:00Z', false],
    ['in its part of the day', { start: '8:00 PM', stop: '9:00 PM' }, '2026-03-02T20:00:00Z', '2026-03-01T20:10:00Z', true],
    ['not before that', { start: '8:00 PM', stop: '9:00 PM' }, '2026-03-02T19:59:59Z', '2026-03-01T20:10:00Z', false],
    ['not after that', { start: '8:00 PM', stop: '9:00 PM' }, '2026-03-02T21:00:00Z', '2026-03-01T20:10:00Z', false],
    ['once in it', { start: '8:00 PM', stop: '9:00 PM' }, '2026-03-02T20:30:00Z', '2026-03-02T20:00:30Z', false],
    [
      'often in it with an interval',
      { start: '20:00', stop: '21:00', interval: '10m' },
      '2026-03-02T20:10:00Z',
      '2026-03-02T20:00:00Z',
      true,
    ],
    ['over midnight, in the evening', { start: '11PM', stop: '1AM' }, '2026-03-02T23:30:00Z', undefined, true],
    ['over midnight, at night', { start: '11PM', stop: '1AM' }, '2026-03-03T00:30:00Z', undefined, true],
    ['once over midnight', { start: '11PM', stop: '1AM' }, '2026-03-03T00:30:00Z', '2026-03-02T23:10:00Z', false],
    ['not when the night is over', { start: '11PM', stop: '1AM' }, '2026-03-03T01:00:00Z', undefined, false],
    ['on its days', { interval: '1m', days: ['Monday'] }, '2026-03-02T10:00:00Z', '2026-03-01T10:00:00Z', true],
    ['on no other', { interval: '1m', days: ['Monday'] }, '2026-03-03T10:00:00Z', '2026-03-02T10:00:00Z', false],
    ['in the night that began on its day', { start: '11PM', stop: '1AM', days: ['Monday'] }, '2026-03-03T00:30:00Z', undefined, true],
    ['by the clock of its place', { start: '0900', stop: '1000', location: 'Asia/Tokyo' }, '2026-03-02T00:30:00Z', undefined, true],
    ['by the day of its place', { interval: '1m', days: ['Tuesday'], location: 'Asia/Tokyo' }, '2026-03-02T16:00:00Z', undefined, true],
    ['by an offset', { start: '9:00 AM -0500', stop: '10:00 AM -0500' }, '2026-03-02T14:30:00Z', undefined, true],
    ['in summer time too', { start: '9AM', stop: '10AM', location: 'Europe/Paris' }, '2026-07-01T07:30:00Z', undefined, true],
    ['anew when the known one is no time', { interval: '5m' }, '2026-03-02T10:00:00Z', undefined, true],
    ['at any time first, when one says so', { start: '1AM', stop: '2AM', initial_version: true }, '2026-03-02T10:00:00Z', undefined, true],
  ] as const)('%s', async (_, source, now, before, expected) => {
    expect(await comes({ ...source } as unknown as JsonObject, now, before)).toBe(expected)
  })
})

describe('a source', () => {
  test.each([
    [{ interval: '90m' }, []],
    [{ interval: '((how.often))' }, []],
    [{ start: '3:04 PM', stop: '1504' }, []],
    [{}, ['interval: is missing: there must be an interval, or start and stop']],
    [{ start: '1AM' }, ['stop: is missing: start and stop come together']],
    [{ interval: 'often' }, ['interval: must be a duration such as 30s or 1h30m']],
    [{ interval: '0s' }, ['interval: must be longer than nothing']],
    [{ interval: '1m', location: 'Mars/North' }, ['location: must be a time zone such as Europe/Paris']],
    [{ interval: '1m', every: '2m' }, [expect.stringMatching(/^every: is not known/)]],
    [{ start: '25:00', stop: '13 PM' }, [expect.stringMatching(/^start: must be a time/), expect.stringMatching(/^stop: must be a time/)]],
    [{ interval: '1m', days: ['monday'] }, [expect.stringMatching(/^days: must be a list of days/)]],
  ])('%j', (source, problems) => {
    expect(timeResource(Date.now).validate(source)).toEqual(problems)
  })
})

test('a get writes the time down', async () => {
  const folder = await folders.make()
  const input = { source: { interval: '1m' }, version: { time: '2026-03-02T10:00:00.000Z' }, params: {} }
  expect(await timeResource(Date.now).in(contextOf(), folder, input)).toEqual({ version: input.version, metadata: [] })
  expect(JSON.parse(readFileSync(join(folder, 'input'), 'utf8'))).toEqual(input)
  expect(readFileSync(join(folder, 'epoch'), 'utf8')).toBe('1772445600')
})

test('a put makes the time that it is', async () => {
  const { version } = await timeResource(() => 0).out(contextOf(), await folders.make(), { source: { interval: '1m' }, params: {} })
  expect(version).toEqual({ time: '1970-01-01T00:00:00.000Z' })
})
