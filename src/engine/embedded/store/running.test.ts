import { afterAll, beforeAll, expect, test } from 'vitest'
import * as w from '../../../../test/support/engine-world.ts'
import { OrgTx } from '../../../db/organization-tx.ts'
import { type Database, insideOf, openDatabase } from '../../../db/pool.ts'
import type { PipelineAt } from '../../types.ts'
import { appendEvents, endBuild } from './running.ts'

const [me, other] = ['00000000-0000-4000-8000-000000000001', '00000000-0000-4000-8000-000000000002']
const event = (payload: string) => ({ type: 'log', version: '5.1', data: { payload } })

let world: w.EngineWorld
let database: Database
let at: PipelineAt
beforeAll(async () => {
  world = await w.openEngineWorld()
  database = openDatabase({ url: world.database.url, size: 2 })
  at = await world.pipeline(await world.team('acme'), 'running')
  await w.save(world.engine(), at, w.config([w.job('use', [w.task('say', 'x')])]))
})
afterAll(async () => {
  await database?.[Symbol.asyncDispose]()
  await world?.[Symbol.asyncDispose]()
})

const inside = <T>(run: (tx: OrgTx) => Promise<T>) => OrgTx.write(database, insideOf(at.organizationId), run)
async function start(lease = '15 seconds'): Promise<number> {
  const [row] = await world.database.query<{ id: string }>(
    `insert into engine_builds (organization_id, pipeline_id, job_id, name, status, runner, lease_until)
     select organization_id, pipeline_id, id, '1', 'started', $1, now() + $2::interval from engine_jobs returning id`,
    [me, lease],
  )
  return Number(row?.id)
}
const stored = async (buildId: number) =>
  (
    await world.database.query<{ text: string }>(
      "select seq || coalesce(data ->> 'payload', '') as text from engine_events where build_id = $1 order by seq",
      [buildId],
    )
  ).map(({ text }) => text)
const at0 = new Date(0)

test('events that are stored twice, since nobody heard of the first time, are there once', async () => {
  const id = await start()
  expect(await inside((tx) => appendEvents(tx, me, id, 1, [event('a'), event('b')]))).toBe(true)
  expect(await inside((tx) => appendEvents(tx, me, id, 1, [event('a'), event('b')]))).toBe(true)
  expect(await inside((tx) => appendEvents(tx, me, id, 3, [event('c')]))).toBe(true)
  expect(await stored(id)).toEqual(['1a', '2b', '3c'])
})

test('who does not hold the build stores nothing and does not end it', async () => {
  const id = await start()
  expect(await inside((tx) => appendEvents(tx, other, id, 1, [event('a')]))).toBe(false)
  expect(await inside((tx) => endBuild(tx, { runner: other, buildId: id, status: 'succeeded', events: [event('a')], at: at0 }))).toBe(false)
  expect(await inside((tx) => endBuild(tx, { runner: null, buildId: id, status: 'errored', events: [event('a')], at: at0 }))).toBe(false)
  expect(await stored(id)).toEqual([])
})

test('a build ends once, and nothing comes after its last event', async () => {
  const id = await start('-1 second')
  const end = (runner: string | null) =>
    inside((tx) => endBuild(tx, { runner, buildId: id, status: 'errored', events: [event('end')], at: at0 }))
  const ends = await Promise.all([end(null), end(me), end(null)])
  expect(ends.filter(Boolean)).toHaveLength(1)
  expect(await inside((tx) => appendEvents(tx, me, id, 1, [event('late')]))).toBe(false)
  expect(await stored(id)).toEqual(['0end'])
})
