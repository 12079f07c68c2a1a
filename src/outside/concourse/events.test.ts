import fc from 'fast-check'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type ConcourseDouble, openConcourseDouble } from '../../../test/support/concourse-double/double.ts'
import { type BuildRow, begin, emit, finish, newBuild, type PipelineRow } from '../../../test/support/concourse-double/world.ts'
import { type ConcourseClient, openConcourseClient } from './client.ts'
import type { StreamOptions } from './events.ts'
import type { BuildEvent } from './types.ts'

let double: ConcourseDouble
let client: ConcourseClient
const pauses = { first: 5, most: 20 }

beforeEach(async () => {
  double = await openConcourseDouble()
  const { url, username, password } = double
  client = openConcourseClient({ url, username, password, concurrency: 1, seconds: 2, streams: 250 })
})
afterEach(async () => {
  client[Symbol.dispose]()
  await double[Symbol.asyncDispose]()
})

/** Nothing runs it: the test says what happens in it. */
function newQuietBuild(): BuildRow {
  const pipeline = { id: 0, name: 'p', team: double.world.teams[0], jobs: [], resources: [] } as unknown as PipelineRow
  return newBuild(double.world, pipeline, { name: '1' })
}
const say = (build: BuildRow, text: string) => emit(build, 'log', '5.1', { payload: text, origin: { id: '1', source: 'stdout' }, time: 1 })
function newEndedBuild(lines: number): BuildRow {
  const build = newQuietBuild()
  begin(double.world, build)
  for (let line = 0; line < lines; line++) say(build, `line ${line} — ž\n`)
  finish(double.world, build, 'succeeded')
  return build
}
async function all(build: BuildRow, options: Partial<StreamOptions> = {}): Promise<BuildEvent[]> {
  const events: BuildEvent[] = []
  const signal = AbortSignal.timeout(10_000)
  for await (const event of client.streamEvents(build.id, { signal, pauses, ...options })) events.push(event)
  if (signal.aborted) throw new Error('the stream did not end')
  return events
}
const streams = () => double.requests.filter(({ path }) => path.endsWith('/events'))
const closed = () => expect.poll(() => double.openStreams()).toBe(0)

test('events come with their numbers, and the stream is closed at its end although the server leaves it open', async () => {
  const events = await all(newEndedBuild(3))
  expect(events.map(({ id, type }) => `${id} ${type}`)).toEqual(['0 status', '1 log', '2 log', '3 log', '4 status'])
  expect(events[1]).toEqual({ id: 1, type: 'log', version: '5.1', data: expect.objectContaining({ payload: 'line 0 — ž\n' }) })
  expect(streams()).toHaveLength(1)
  await closed()
})

test('they are not packed, and asked for as what they are', async () => {
  await all(newEndedBuild(1))
  expect(streams()[0]?.headers).toMatchObject({ 'accept-encoding': 'identity', accept: 'text/event-stream' })
})

test('a stream that breaks, wherever, goes on where it was: nothing is lost, and nothing comes twice', async () => {
  const build = newEndedBuild(6)
  const whole = await all(build)
  await fc.assert(
    fc.asyncProperty(fc.array(fc.nat(900), { maxLength: 6 }), fc.integer({ min: -1, max: 7 }), async (cuts, after) => {
      for (const bytes of cuts) double.fail({ path: /events/, does: { kind: 'cut', bytes: bytes + 1 } })
      expect(await all(build, after < 0 ? {} : { after })).toEqual(whole.slice(after + 1))
    }),
    { seed: 1, numRuns: 60 },
  )
  await closed()
}, 60_000)

test('only what is missing is asked for again', async () => {
  const build = newEndedBuild(4)
  await all(build)
  expect(await all(build, { after: 0 })).toHaveLength(5)
  expect(streams().map(({ headers }) => headers['last-event-id'])).toEqual([undefined, '0'])
})

test('a server that starts again from the beginning does not make anything come twice', async () => {
  const build = newEndedBuild(4)
  const whole = await all(build)
  const last = JSON.stringify({ data: {}, event: 'log', version: '5.1' })
  const body = ['id: 0', 'event: event', `data: ${last}`, '', 'id: 1', 'event: event', `data: ${last}`, '', ''].join('\n')
  double.fail({ path: /events/, does: { kind: 'answer', status: 200, body } })
  expect(await all(build, { after: 1 })).toEqual(whole.slice(2))
})

test('a build that waits is waited for, although the server sends not even a status before the first event', async () => {
  const build = newQuietBuild()
  const events = all(build)
  await expect.poll(() => double.openStreams()).toBe(1)
  // Longer than any call may take.
  await new Promise((wake) => setTimeout(wake, 2300))
  begin(double.world, build)
  finish(double.world, build, 'failed')
  expect((await events).map(({ data }) => data['status'])).toEqual(['started', 'failed'])
  expect(streams()).toHaveLength(1)
})

test.each(['before its first event', 'behind an event'])('a stream ends when its signal aborts %s', async (when) => {
  const build = newQuietBuild()
  if (when !== 'before its first event') begin(double.world, build)
  const stop = new AbortController()
  const done = (async () => {
    for await (const _ of client.streamEvents(build.id, { signal: stop.signal, pauses }));
  })()
  await expect.poll(() => double.openStreams()).toBe(1)
  stop.abort()
  await done
  await closed()
})

test('a reader who leaves closes the stream', async () => {
  for await (const _ of client.streamEvents(newEndedBuild(50).id, { signal: new AbortController().signal, pauses })) break
  await closed()
})

test('a token that was forgotten meanwhile is replaced', async () => {
  const build = newEndedBuild(3)
  await all(build)
  double.expireTokens()
  expect(await all(build)).toHaveLength(5)
})

test('a build that is gone is not waited for', async () => {
  await expect(all({ ...newEndedBuild(1), id: 999_999 })).rejects.toMatchObject({ problem: { kind: 'notFound' } })
})

test('when Concourse stays away, that is said in the end', async () => {
  double.fail({ path: /events/, times: 1000, does: { kind: 'answer', status: 503 } })
  await expect(all(newEndedBuild(1))).rejects.toMatchObject({ problem: { kind: 'unavailable' } })
})

test('a short absence is not noticed', async () => {
  double.fail({ path: /events/, times: 3, does: { kind: 'hang up' } })
  expect(await all(newEndedBuild(1))).toHaveLength(3)
})

test('what cannot be understood is left out, and the rest is told', async () => {
  const good = (id: number) => ['event: event', `id: ${id}`, 'data: {"data":{},"event":"log","version":"5.1"}', '', ''].join('\n')
  const odd = [
    'id: x',
    'id: 1\nevent: event\ndata: {"event":7}',
    'event: event\ndata: {',
    'event: ping\ndata: 1',
    'id: 1\nevent: event\ndata: null',
  ]
  const body = `${good(0)}${odd.map((frame) => `${frame}\n\n`).join('')}${good(2)}event: end\ndata\n\n`
  double.fail({ path: /events/, does: { kind: 'answer', status: 200, body } })
  expect((await all(newEndedBuild(1))).map(({ id }) => id)).toEqual([0, 2])
})

test('a frame without an end is an error, not a full memory', async () => {
  double.fail({ path: /events/, does: { kind: 'answer', status: 200, body: `data: ${'x'.repeat(9 * 1024 * 1024)}` } })
  await expect(all(newEndedBuild(1))).rejects.toMatchObject({ problem: { kind: 'server' } })
})

test('many streams leave the calls their places, and are counted', async () => {
  const builds = Array.from({ length: 250 }, newQuietBuild)
  for (const build of builds) begin(double.world, build)
  const done = Promise.all(builds.map((build) => all(build)))
  await expect.poll(() => double.openStreams()).toBe(250)
  expect(await client.listWorkers()).toHaveLength(1)
  await expect(client.streamEvents(newQuietBuild().id, { signal: AbortSignal.timeout(5000), pauses }).next()).rejects.toMatchObject({
    problem: { kind: 'unavailable' },
  })
  for (const build of builds) finish(double.world, build, 'succeeded')
  expect((await done).every((events) => events.length === 2)).toBe(true)
  // Their places are free again.
  expect(await all(newEndedBuild(1))).toHaveLength(3)
})
