/** Words that are not heard, connections that break, and builds that are taken away. */
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import * as w from '../../../../test/support/engine-world.ts'
import type { Team } from '../../types.ts'
import type { ExecuteBuild } from '../execute/types.ts'
import type { PlatformPorts } from '../ports.ts'

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

describe('a set_pipeline', () => {
  const before = config([job('talk', [task('say', 'x')])])
  const wanted = config([...before.jobs, job('more', [task('say', 'y')])])

  /** A build that sets its pipeline once it is told to. @returns what it is told then */
  async function setting(name: string, ports: Partial<PlatformPorts> = {}) {
    let go = () => {}
    const told = new Promise<void>((resolve) => {
      go = resolve
    })
    let answer: string | undefined
    const engine = world.engine({
      execute: async (_build, { setPipeline }) => {
        await told
        answer = await setPipeline(wanted).then(
          ({ changed }) => `changed: ${changed}`,
          (error: Error) => error.message,
        )
        return 'succeeded'
      },
      ports: { findCredential: async () => undefined, setPipeline: async () => ({ changed: true }), sendEvent: async () => 1, ...ports },
    })
    await engine.startRunner()
    const at = await world.pipeline(team, name)
    await save(engine, at, before)
    const { id } = await engine.createBuild(at, 'talk')
    await until(async () => (await engine.getBuild(at, id)).status === 'started')
    const answered = async () => {
      go()
      return until(async () => answer)
    }
    return { engine, at, id, answered }
  }

  test('saves what it is given', async () => {
    const { engine, at, answered } = await setting('set')
    expect(await answered()).toBe('changed: true')
    expect(await engine.readConfig(at)).toEqual(wanted)
  })

  test('of a build that is not run here any more saves nothing', async () => {
    let times = 0
    const { engine, at, id, answered } = await setting('set', { setPipeline: async () => ({ changed: ++times > 0 }) })
    await world.database.query('update engine_builds set runner = gen_random_uuid() where id = $1', [id])
    expect(await answered()).toBe('The build is not run here any more')
    expect(await engine.readConfig(at)).toEqual(before)
    expect(times).toBe(0)
  })

  const neutral = 'The engine could not set the pipeline: run the build again, and tell an operator if that does not help'

  test('that the database refuses is told to the operator alone', async () => {
    const { engine, at, answered } = await setting('set')
    await world.database.query(
      "create function refuse() returns trigger language plpgsql as $$ begin raise exception 'private detail'; end $$",
    )
    await world.database.query('create trigger refuse before insert on engine_jobs for each row execute function refuse()')
    expect(await answered()).toBe(neutral)
    expect(await engine.readConfig(at)).toEqual(before)
    expect(world.logs.join('')).toContain('private detail')
  })

  test('that the platform cannot write down is told to the operator alone', async () => {
    const { answered } = await setting('set', { setPipeline: () => Promise.reject(new Error('private detail')) })
    expect(await answered()).toBe(neutral)
    expect(world.logs.join('')).toContain('private detail')
  })
})

async function eventTypes(buildId: number): Promise<string[]> {
  const rows = await world.database.query<{ event: string }>('select event from engine_events where build_id = $1 order by seq', [buildId])
  return rows.map(({ event }) => event)
}
