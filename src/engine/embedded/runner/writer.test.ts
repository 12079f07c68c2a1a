import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import type { NewEvent } from '../store/running.ts'
import { type EventWriter, openWriter, type WriterOptions } from './writer.ts'

const log = (payload: string): NewEvent => ({ type: 'log', version: '5.1', data: { payload, time: 1, origin: {} } })

function open(store: (seq: number, events: readonly NewEvent[]) => Promise<boolean>, more: Partial<WriterOptions> = {}): EventWriter {
  return openWriter({ seq: 1, store, onLost: () => {}, onError: () => {}, ...more })
}

test('events are stored in their order, numbered without a gap, by one statement at a time', async () => {
  const stored: [number, string][] = []
  let under = 0
  const writer = open(async (seq, events) => {
    expect(++under).toBe(1)
    await sleep(Math.random() * 5)
    for (const [index, { data }] of events.entries()) stored.push([seq + index, String(data['payload'])])
    under -= 1
    return true
  })
  for (let event = 0; event < 3000; event++) {
    writer.emit(log(String(event)))
    if (event % 400 === 0) await sleep(2)
  }
  expect(await writer.close()).toBe(true)
  expect(stored).toEqual(Array.from({ length: 3000 }, (_, index) => [index + 1, String(index)]))
})

test('an event waits for company, and not for long', async () => {
  const sizes: number[] = []
  const writer = open(async (_, events) => sizes.push(events.length) > 0)
  writer.emit(log('a'))
  writer.emit(log('b'))
  expect(sizes).toEqual([])
  await sleep(200)
  expect(sizes).toEqual([2])
  await writer.close()
})

test('a statement that fails is repeated with the same events', async () => {
  const tries: [number, number][] = []
  const errors: unknown[] = []
  const writer = open(
    async (seq, events) => {
      tries.push([seq, events.length])
      if (tries.length === 1) throw new Error('away')
      return true
    },
    { onError: (error) => errors.push(error) },
  )
  writer.emit(log('a'))
  writer.emit(log('b'))
  expect(await writer.close()).toBe(true)
  expect(tries).toEqual([
    [1, 2],
    [1, 2],
  ])
  expect(errors).toHaveLength(1)
})

test('whoever is told that the build is not theirs writes nothing more', async () => {
  let [tries, lost] = [0, 0]
  const writer = open(
    async () => {
      tries += 1
      return false
    },
    { onLost: () => (lost += 1) },
  )
  writer.emit(log('a'))
  expect(await writer.close()).toBe(false)
  writer.emit(log('b'))
  await sleep(150)
  expect([tries, lost]).toEqual([1, 1])
})

test('one statement takes no more than a quarter of a megabyte, unless one event does', async () => {
  const sizes: number[] = []
  const writer = open(async (_, events) => sizes.push(JSON.stringify(events).length) > 0)
  for (let event = 0; event < 40; event++) writer.emit(log('x'.repeat(60_000)))
  await writer.close()
  expect(Math.max(...sizes)).toBeLessThan(300_000)
})
