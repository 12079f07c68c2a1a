/** Words that are not heard, connections that break, and builds that are taken away. */
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, expect, test } from 'vitest'
import * as w from '../../../../test/support/engine-world.ts'
import type { Team } from '../../types.ts'
import type { ExecuteBuild } from '../execute/types.ts'

const { config, ended, eventsOf, job, logOf, save, task, until } = w

let world: w.EngineWorld
let team: Team
beforeEach(async () => {
  world = await w.openEngineWorld()
  team = await world.team('acme')
})
afterEach(() => world?.[Symbol.asyncDispose]())

test('without a word from others everything happens all the same, only later', async () => {
  const engine = world.engine({ notices: { on: () => () => {}, [Symbol.asyncDispose]: async () => {} } })
  await engine.startRunner()
  const at = await world.pipeline(team, 'deaf')
  await save(engine, at, config([job('wait', [task('wait')])]))
  const { id } = await engine.createBuild(at, 'wait')
  const listening = eventsOf(engine, at, id)
  await until(async () => (await eventTypes(id)).includes('start-task'), 3)
  await engine.abortBuild(at, 'wait', id)
  expect(await ended(engine, at, id, 3)).toMatchObject({ status: 'aborted' })
  expect((await listening).at(-1)).toMatchObject({ data: { status: 'aborted' } })
})

test('connections that break lose no line of a log, and no build', async () => {
  const lines = Array.from({ length: 300 }, (_, line) => `line ${line}\n`)
  const execute: ExecuteBuild = async (_build, { emit }) => {
    for (const payload of lines) {
      emit({ type: 'log', version: '5.1', data: { payload, time: 0, origin: {} } })
      await sleep(5)
    }
    return 'succeeded'
  }
  const engine = world.engine({ execute })
  await engine.startRunner()
  const at = await world.pipeline(team, 'broken')
  await save(engine, at, config([job('talk', [task('say', 'x')])]))
  const { id } = await engine.createBuild(at, 'talk')
  for (let round = 0; round < 4; round++) {
    await sleep(300)
    await world.database.query(
      "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and application_name like 'trochoid%'",
    )
  }
  const build = await until(async () => {
    const found = await engine.getBuild(at, id).catch(() => undefined)
    return found?.end_time !== undefined && found
  })
  expect(build).toMatchObject({ status: 'succeeded' })
  const told = await eventsOf(engine, at, id)
  expect(logOf(told)).toBe(lines.join(''))
  expect(told.map((event) => event.id)).toEqual(told.map((_, index) => index))
})

test('whoever lost a build stops it and writes nothing more', async () => {
  let stopped = false
  const execute: ExecuteBuild = async (_build, { emit, signal }) => {
    for (let line = 0; !signal.aborted; line++) {
      emit({ type: 'log', version: '5.1', data: { payload: `line ${line}\n`, time: 0, origin: {} } })
      await sleep(10)
    }
    stopped = true
    emit({ type: 'log', version: '5.1', data: { payload: 'too late\n', time: 0, origin: {} } })
    return 'succeeded'
  }
  const engine = world.engine({ execute })
  await engine.startRunner()
  const at = await world.pipeline(team, 'fenced')
  await save(engine, at, config([job('talk', [task('say', 'x')])]))
  const { id } = await engine.createBuild(at, 'talk')
  await until(async () => (await eventTypes(id)).includes('log'))
  await world.database.query('update engine_builds set runner = gen_random_uuid() where id = $1', [id])
  await until(async () => stopped)
  const [before] = await world.database.query('select count(*) from engine_events')
  await sleep(300)
  expect(await world.database.query('select count(*) from engine_events')).toEqual([before])
  expect(logOf(await eventsOf(engine, at, id, { signal: AbortSignal.timeout(500) }))).not.toContain('too late')
  expect(await engine.getBuild(at, id)).toMatchObject({ status: 'started' })
})

test('a build of a pipeline that was deleted stops', async () => {
  let stopped = false
  const execute: ExecuteBuild = async (_build, { signal }) => {
    await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()))
    stopped = true
    return 'aborted'
  }
  const engine = world.engine({ execute })
  await engine.startRunner()
  const at = await world.pipeline(team, 'deleted')
  await save(engine, at, config([job('talk', [task('say', 'x')])]))
  const { id } = await engine.createBuild(at, 'talk')
  await until(async () => (await engine.getBuild(at, id)).status === 'started')
  await engine.deletePipeline(at, at.pipelineId)
  await until(async () => stopped, 3)
  await expect(engine.getBuild(at, id)).rejects.toMatchObject({ code: 'NotFoundEntity' })
})

async function eventTypes(buildId: number): Promise<string[]> {
  const rows = await world.database.query<{ event: string }>('select event from engine_events where build_id = $1 order by seq', [buildId])
  return rows.map(({ event }) => event)
}
