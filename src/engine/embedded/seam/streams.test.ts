import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import * as w from '../../../../test/support/engine-world.ts'
import type { EngineEvent, PipelineAt, Team } from '../../types.ts'
import type { EmbeddedEngine } from '../engine.ts'
import type { ExecuteBuild } from '../execute/types.ts'
import * as events from '../store/events.ts'

const { config, ended, eventsOf, job, logOf, save, task, until } = w

let world: w.EngineWorld
let team: Team
let engine: EmbeddedEngine
/** Released by the test. */
let release = () => {}
const execute: ExecuteBuild = async ({ job: { name } }, { emit }) => {
  const say = (payload: string) => emit({ type: 'log', version: '5.1', data: { payload, time: 0, origin: {} } })
  if (name === 'long') for (let line = 0; line < 10_000; line++) say(`line ${line}\n`)
  if (name === 'odd') say(`a\0b \ud800 ${'x'.repeat(200_000)}🙂`)
  if (name === 'slow') {
    say('first\n')
    await new Promise<void>((resolve) => {
      release = resolve
    })
    say('second\n')
  }
  return 'succeeded'
}
beforeAll(async () => {
  world = await w.openEngineWorld()
  team = await world.team('acme')
  engine = world.engine({ execute })
  await engine.startRunner()
})
afterAll(() => world?.[Symbol.asyncDispose]())

async function start(name: string): Promise<{ at: PipelineAt; id: number }> {
  const at = await world.pipeline(team, `${name}-${Math.random()}`)
  await save(engine, at, config([job(name, [task('say', 'x')])]))
  return { at, id: (await engine.createBuild(at, name)).id }
}

const tenThousand = Array.from({ length: 10_000 }, (_, line) => `line ${line}\n`).join('')

test('10,000 lines come whole and in order, whenever one begins to listen', async () => {
  const { at, id } = await start('long')
  const live = eventsOf(engine, at, id)
  await ended(engine, at, id)
  const afterwards = await eventsOf(engine, at, id)
  expect(logOf(afterwards)).toBe(tenThousand)
  expect(await live).toEqual(afterwards)
  expect(afterwards.map((event) => event.id)).toEqual(afterwards.map((_, index) => index))
  expect(afterwards.at(-1)).toMatchObject({ type: 'status', data: { status: 'succeeded' } })
})

test('a stream goes on after the event that was told last', async () => {
  const { at, id } = await start('long')
  await ended(engine, at, id)
  const all = await eventsOf(engine, at, id)
  for (const after of [0, 499, 500, 7321, all.length - 2]) expect(await eventsOf(engine, at, id, { after })).toEqual(all.slice(after + 1))
  expect(await eventsOf(engine, at, id, { after: all.length - 1 })).toEqual([])
})

test('what was said is told at once, and the stream ends with the build', { retry: 2 }, async () => {
  const { at, id } = await start('slow')
  const seen: EngineEvent[] = []
  const listening = (async () => {
    for await (const event of engine.streamEvents(at, id, { signal: AbortSignal.timeout(10_000), isCheck: false })) seen.push(event)
  })()
  await until(async () => logOf(seen) === 'first\n')
  const began = Date.now()
  release()
  await listening
  expect(Date.now() - began).toBeLessThan(800)
  expect(logOf(seen)).toBe('first\nsecond\n')
  expect(seen.at(-1)).toMatchObject({ type: 'status' })
})

test('word that comes while a stream looks is not lost', { retry: 2 }, async () => {
  const { at, id } = await start('slow')
  const real = events.readEvents
  let stale = 0
  const read = vi.spyOn(events, 'readEvents').mockImplementation(async (...asked) => {
    const batch = await real(...asked)
    if (stale !== 0 || !batch || batch.events.length > 0 || logOf(await eventsStored(id)) !== 'first\n') return batch
    // What it has seen is out of date when it comes back, and the word of that is over.
    stale = 1
    release()
    await sleep(500)
    stale = Date.now()
    return batch
  })
  expect(logOf(await eventsOf(engine, at, id))).toBe('first\nsecond\n')
  read.mockRestore()
  expect(stale).toBeGreaterThan(1)
  expect(Date.now() - stale).toBeLessThan(500)
})

test('a stream that was broken off and begun again hears everything once', async () => {
  const { at, id } = await start('long')
  const seen: EngineEvent[] = []
  for (let isOver = false; !isOver; ) {
    isOver = true
    for await (const event of engine.streamEvents(at, id, {
      after: seen.at(-1)?.id ?? -1,
      signal: AbortSignal.timeout(10_000),
      isCheck: false,
    })) {
      seen.push(event)
      if (seen.length % 777 === 0) {
        isOver = false
        break
      }
    }
  }
  expect(logOf(seen)).toBe(tenThousand)
})

test('200 streams of one build cost what a few do', async () => {
  const read = vi.spyOn(events, 'readEvents')
  const { at, id } = await start('long')
  const streams = Array.from({ length: 200 }, () => eventsOf(engine, at, id))
  const all = await Promise.all(streams)
  for (const one of all) expect(one.length).toBe(all[0]?.length)
  expect(logOf(all[199] ?? [])).toBe(tenThousand)
  const times = read.mock.calls.length
  read.mockRestore()
  // 20 batches, and the looks at the edge while the build ran; on their own they would be 4,000 at the least.
  expect(times).toBeGreaterThan(10)
  expect(times).toBeLessThan(400)
})

test('what Postgres cannot store is told as the sign for it, and a long line in parts', async () => {
  const { at, id } = await start('odd')
  await ended(engine, at, id)
  const told = await eventsOf(engine, at, id)
  expect(logOf(told)).toBe(`a\ufffdb \ufffd ${'x'.repeat(200_000)}🙂`)
  for (const { data } of told) expect(JSON.stringify(data).length).toBeLessThan(70_000)
})

test('a stream that nobody listens to any more ends', async () => {
  const { at, id } = await start('slow')
  await until(async () => (await engine.getBuild(at, id)).status === 'started')
  const stop = new AbortController()
  const listening = eventsOf(engine, at, id, { signal: stop.signal })
  await sleep(300)
  stop.abort()
  await listening
  release()
  await ended(engine, at, id)
})

test('builds of others, and checks where builds are meant, are not found', async () => {
  const { at, id } = await start('long')
  const elsewhere = await world.pipeline(team, 'elsewhere')
  const stranger = await world.pipeline(await world.team('other'), 'theirs')
  for (const place of [elsewhere, stranger]) await expect(eventsOf(engine, place, id)).rejects.toMatchObject({ code: 'NotFoundEntity' })
  await expect(eventsOf(engine, at, id, { isCheck: true })).rejects.toMatchObject({ code: 'NotFoundEntity' })
})

async function eventsStored(buildId: number): Promise<EngineEvent[]> {
  return world.database.query('select seq as id, event as type, version, data from engine_events where build_id = $1 order by seq', [
    buildId,
  ])
}
