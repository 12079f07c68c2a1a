/** Several processes on one database, and what happens when one of them is gone. */
import { spawn } from 'node:child_process'
import { access, readdir, writeFile } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { policyIn } from '../../../../test/support/engine-parts.ts'
import * as w from '../../../../test/support/engine-world.ts'
import type { Team } from '../../types.ts'
import type { ExecuteBuild } from '../execute/types.ts'

const { config, ended, eventsOf, job, save, task, until } = w

let world: w.EngineWorld
let team: Team
beforeEach(async () => {
  world = await w.openEngineWorld()
  team = await world.team('acme')
})
afterEach(() => world?.[Symbol.asyncDispose]())

test('two processes run each build once', async () => {
  const ran: number[] = []
  const execute: ExecuteBuild = async ({ id }) => {
    ran.push(id)
    await sleep(5)
    return 'succeeded'
  }
  const [one, other] = [world.engine({ execute }), world.engine({ execute })]
  await Promise.all([one.startRunner(), other.startRunner()])
  const pipelines = await Promise.all(['a', 'b', 'c'].map((name) => world.pipeline(team, name)))
  for (const at of pipelines) await save(one, at, config([job('greet', [task('say', 'x')])]))
  const asked = await Promise.all(
    pipelines.flatMap((at) =>
      Array.from({ length: 12 }, async (_, index) => ({ at, id: (await (index % 2 === 0 ? one : other).createBuild(at, 'greet')).id })),
    ),
  )
  for (const { at, id } of asked) await ended(one, at, id, 30)
  expect(ran.toSorted((a, b) => a - b)).toEqual(asked.map(({ id }) => id).sort((a, b) => a - b))
  expect((await one.listWorkers(team)).length).toBe(2)
})

test('an organization runs as many builds as it may, over all processes and pipelines, and all of them in the end', async () => {
  let [now, most] = [0, 0]
  const execute: ExecuteBuild = async () => {
    most = Math.max(most, ++now)
    await sleep(30)
    now -= 1
    return 'succeeded'
  }
  const limits = { buildsPerOrganization: 3 }
  const [one, other] = [world.engine({ execute, limits }), world.engine({ execute, limits })]
  await Promise.all([one.startRunner(), other.startRunner()])
  const pipelines = await Promise.all(['a', 'b', 'c', 'd'].map((name) => world.pipeline(team, name)))
  for (const at of pipelines) await save(one, at, config([job('greet', [task('say', 'x')])]))
  const asked = await Promise.all(
    pipelines.flatMap((at) => [1, 2, 3, 4].map(async () => ({ at, id: (await one.createBuild(at, 'greet')).id }))),
  )
  for (const { at, id } of asked) await ended(one, at, id, 30)
  expect(most).toBe(3)
})

test('builds of an organization are started by one process at a time', async () => {
  const engine = world.engine()
  await engine.startRunner()
  const at = await world.pipeline(team, 'counted')
  await save(engine, at, config([job('greet', [task('say', 'x')])]))
  await sleep(300)
  const other = new pg.Client({ connectionString: world.database.url })
  await other.connect()
  await other.query("begin; select pg_advisory_xact_lock(hashtextextended('trochoid engine ' || (select id from organizations)::text, 0))")
  const { id } = await engine.createBuild(at, 'greet')
  await sleep(500)
  expect(await engine.getBuild(at, id)).toMatchObject({ status: 'pending' })
  await other.end()
  expect(await ended(engine, at, id)).toMatchObject({ status: 'succeeded' })
})

test('a process runs as many builds as it has places', { retry: 2 }, async () => {
  let [now, most] = [0, 0]
  const execute: ExecuteBuild = async () => {
    most = Math.max(most, ++now)
    await sleep(20)
    now -= 1
    return 'succeeded'
  }
  const engine = world.engine({ execute, limits: { builds: 2, buildsPerOrganization: 0 } })
  await engine.startRunner()
  const teams = [team, await world.team('other')]
  const pipelines = await Promise.all(teams.flatMap((of) => ['a', 'b', 'c'].map((name) => world.pipeline(of, name))))
  for (const at of pipelines) await save(engine, at, config([job('greet', [task('say', 'x')])]))
  const began = Date.now()
  const asked = await Promise.all(pipelines.map(async (at) => ({ at, id: (await engine.createBuild(at, 'greet')).id })))
  for (const { at, id } of asked) await ended(engine, at, id, 30)
  expect(most).toBe(2)
  // Those that wait are told when a place is free: they do not wait for their next look.
  expect(Date.now() - began).toBeLessThan(4000)
})

test('an organization with many long builds leaves a place to another, and its own builds say what they wait for', async () => {
  const engine = world.engine({ limits: { builds: 3, buildsPerOrganization: 0 } })
  await engine.startRunner()
  const [long, short] = [await world.pipeline(team, 'long'), await world.pipeline(await world.team('other'), 'short')]
  await save(engine, long, config([job('wait', [task('wait')])]))
  await save(engine, short, config([job('greet', [task('say', 'x')])]))
  const asked: number[] = []
  for (let build = 0; build < 6; build++) asked.push((await engine.createBuild(long, 'wait')).id)
  const statuses = () => Promise.all(asked.map(async (id) => (await engine.getBuild(long, id)).status))
  const isStarted = async () => (await statuses()).filter((status) => status === 'started').length === 2
  await until(isStarted)
  const { id } = await engine.createBuild(short, 'greet')
  expect(await ended(engine, short, id, 15)).toMatchObject({ status: 'succeeded' })
  expect(await statuses()).toEqual(['started', 'started', 'pending', 'pending', 'pending', 'pending'])
  const { reason } = await engine.getBuildPreparation(long, 'wait', asked[2] ?? 0)
  expect(reason).toBe(
    'This server runs as many builds as it can, or as it does of one organization: this build starts when one of them ends; nothing has to be done.',
  )
  await engine.abortBuild(long, 'wait', asked[0] ?? 0)
  await until(async () => (await statuses())[2] === 'started', 15)
})

test('builds of a process that was killed are errored, and say why', async () => {
  const engine = world.engine()
  const at = await world.pipeline(team, 'killed')
  await save(engine, at, config([job('wait', [task('hang')])]))
  const { id } = await engine.createBuild(at, 'wait')
  const script = new URL('../../../../test/support/engine-process.ts', import.meta.url).pathname
  const victim = spawn(process.execPath, ['--import', 'tsx', script, world.database.url, world.folder], { stdio: 'inherit' })
  try {
    await until(async () => (await eventTypes(id)).includes('start-task'), 30)
    const [left] = await readdir(`${world.folder}/builds`)
    victim.kill('SIGKILL')
    await new Promise((resolve) => victim.once('exit', resolve))
    // Its word holds for 15 seconds; the test does not wait for them.
    await world.database.query("update engine_builds set lease_until = now() - interval '1 second'")
    await world.database.query("update engine_runners set seen_at = now() - interval '1 minute'")
    await engine.startRunner()
    expect(await ended(engine, at, id)).toMatchObject({ status: 'errored' })
    const events = await eventsOf(engine, at, id)
    expect(events.slice(-2)).toMatchObject([
      { type: 'error', data: { message: expect.stringContaining('restarted while the build ran') } },
      { type: 'status', data: { status: 'errored' } },
    ])
    await expect(access(`${world.folder}/builds/${left}`)).rejects.toMatchObject({ code: 'ENOENT' })
  } finally {
    victim.kill('SIGKILL')
  }
})

test('a process that stops ends its builds within seconds, and they say why', { retry: 2 }, async () => {
  const engine = world.engine()
  const runner = await engine.startRunner()
  const at = await world.pipeline(team, 'stopped')
  await save(engine, at, config([job('wait', [task('wait')])]))
  const { id } = await engine.createBuild(at, 'wait')
  await until(async () => (await eventTypes(id)).includes('start-task'))
  const began = Date.now()
  await runner[Symbol.asyncDispose]()
  // Hooks that do not end are waited for longer than that.
  expect(Date.now() - began).toBeLessThan(4900)
  expect(await engine.getBuild(at, id)).toMatchObject({ status: 'errored' })
  expect((await eventsOf(engine, at, id)).slice(-2)).toMatchObject([
    { type: 'error', data: { message: expect.stringContaining('was stopped while the build ran') } },
    { type: 'status', data: { status: 'errored' } },
  ])
  expect(await engine.listWorkers(team)).toEqual([])
  await expect(engine.checkHealth()).rejects.toThrow('No process runs builds')
})

test('a process that stops does not wait for tasks that do not end', async () => {
  const engine = world.engine()
  const runner = await engine.startRunner()
  const at = await world.pipeline(team, 'stubborn')
  await save(engine, at, config([job('wait', [task('hang')])]))
  const { id } = await engine.createBuild(at, 'wait')
  await until(async () => (await eventTypes(id)).includes('start-task'))
  const began = Date.now()
  await runner[Symbol.asyncDispose]()
  // Of the eight seconds that it gives them a busy machine makes more; without an end to its patience it would be for ever.
  expect(Date.now() - began).toBeLessThan(20_000)
  expect(await engine.getBuild(at, id)).toMatchObject({ status: 'errored' })
})

test('a build whose files take too much is stopped, and says so', async () => {
  const engine = world.engine({
    limits: { limits: { ...policyIn('').limits, diskBytes: 1_000_000 } },
    execute: async (_build, { folder, signal }) => {
      await writeFile(`${folder}/large`, Buffer.alloc(2_000_000))
      await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()))
      return 'aborted'
    },
  })
  await engine.startRunner()
  const at = await world.pipeline(team, 'large')
  await save(engine, at, config([job('fill', [task('say', 'x')])]))
  const { id } = await engine.createBuild(at, 'fill')
  expect(await ended(engine, at, id)).toMatchObject({ status: 'errored' })
  expect(JSON.stringify(await eventsOf(engine, at, id))).toContain('files take more than the engine allows')
})

test('what a runner finds goes by the organization that it is of', async () => {
  const engine = world.engine()
  await engine.startRunner()
  const at = await world.pipeline(team, 'mine')
  await save(engine, at, config([job('wait', [task('wait')])]))
  const { id } = await engine.createBuild(at, 'wait')
  await until(async () => (await engine.getBuild(at, id)).status === 'started')
  const stranger = await world.team('other')
  expect(await engine.listWorkers(team)).toMatchObject([{ version: 'embedded', active_containers: 1, ephemeral: true, state: 'running' }])
  expect(await engine.listWorkers(stranger)).toMatchObject([{ active_containers: 0 }])
})

async function eventTypes(buildId: number): Promise<string[]> {
  const rows = await world.database.query<{ event: string }>('select event from engine_events where build_id = $1 order by seq', [buildId])
  return rows.map(({ event }) => event)
}
