/** Builds as they come to be and run: the store, the scheduler, the executor and the runner together. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import * as w from '../../../../test/support/engine-world.ts'
import type { Step } from '../../../formats/pipeline/types.ts'
import type { EngineBuild, PipelineAt, Team } from '../../types.ts'
import type { EmbeddedEngine } from '../engine.ts'

const { config, ended, eventsOf, job, logOf, resource, save, task, until } = w

let world: w.EngineWorld
let team: Team
let engine: EmbeddedEngine
beforeAll(async () => {
  world = await w.openEngineWorld()
  team = await world.team('acme')
  engine = world.engine({ limits: { checkSeconds: 1 } })
  await engine.startRunner()
})
afterAll(() => world?.[Symbol.asyncDispose]())

const newest = { limit: 50 }
const get = (name: string, more: object = {}): Step => ({ get: name, ...more })
const buildsOf = async (at: PipelineAt, name: string): Promise<EngineBuild[]> => (await engine.listBuilds(at, name, newest)).items
const statuses = (builds: readonly EngineBuild[]) => builds.map(({ name, status }) => `${name} ${status}`)

describe('a build that somebody asks for', () => {
  test('runs, and tells what happens between two statuses', async () => {
    const at = await world.pipeline(team, 'hello')
    await save(engine, at, config([job('greet', [task('say', 'hello', 'world')])]))
    const { id, name, status } = await engine.createBuild(at, 'greet')
    expect({ name, status }).toEqual({ name: '1', status: 'pending' })
    expect(await ended(engine, at, id)).toMatchObject({ status: 'succeeded', job_name: 'greet' })
    const events = await eventsOf(engine, at, id)
    expect(events.map(({ id }) => id)).toEqual(events.map((_, index) => index))
    expect([events.at(0), events.at(-1)]).toMatchObject([
      { type: 'status', data: { status: 'started' } },
      { type: 'status', data: { status: 'succeeded' } },
    ])
    expect(logOf(events)).toMatch(/hello\r?\nworld/)
    expect(await engine.getBuildPlan(at, 'greet', id)).toMatchObject({ schema: 'exec.v2' })
  })

  test('has the versions that were there when it was asked for', async () => {
    const at = await world.pipeline(team, 'fresh')
    world.versions.set('fresh', [{ ref: 'a' }])
    await save(engine, at, config([job('use', [get('fresh'), task('say', 'x')])], resource('fresh', { check_every: 'never' })))
    await ended(engine, at, (await engine.createBuild(at, 'use')).id)
    world.versions.set('fresh', [{ ref: 'a' }, { ref: 'b' }])
    const { id } = await engine.createBuild(at, 'use')
    await ended(engine, at, id)
    expect(await engine.getBuildResources(at, 'use', id)).toEqual({
      inputs: [{ name: 'fresh', version: { ref: 'b' }, first_occurrence: true }],
      outputs: [],
    })
  })

  test('waits while the pipeline is paused, says so, and starts when it goes on', async () => {
    const at = await world.pipeline(team, 'paused')
    await save(engine, at, config([job('greet', [task('say', 'x')])]))
    await engine.setPipelinePaused(at, true)
    const { id } = await engine.createBuild(at, 'greet')
    const preparation = await until(async () => {
      const found = await engine.getBuildPreparation(at, 'greet', id)
      return found.paused_pipeline === 'blocking' && found
    })
    expect(preparation.reason).toMatch(/paused/)
    await engine.setPipelinePaused(at, false)
    expect(await ended(engine, at, id)).toMatchObject({ status: 'succeeded' })
    expect(await engine.getBuildPreparation(at, 'greet', id)).toMatchObject({ inputs_satisfied: 'not_blocking', inputs: {} })
  })
})

describe('versions', () => {
  test('that a check finds start builds, and what succeeded goes on to the next job', async () => {
    const at = await world.pipeline(team, 'chain')
    world.versions.set('chain', [{ ref: '1' }])
    await save(
      engine,
      at,
      config(
        [
          job('test', [get('chain', { trigger: true }), task('say', 'x')]),
          job('ship', [get('chain', { trigger: true, passed: ['test'] }), task('say', 'y')]),
        ],
        resource('chain'),
      ),
    )
    await until(async () => statuses(await buildsOf(at, 'ship'))[0] === '1 succeeded')
    world.versions.set('chain', [{ ref: '1' }, { ref: '2' }])
    await until(async () => statuses(await buildsOf(at, 'ship'))[0] === '2 succeeded')
    const [second] = await buildsOf(at, 'ship')
    expect((await engine.getBuildResources(at, 'ship', second?.id ?? 0)).inputs).toMatchObject([{ version: { ref: '2' } }])
    const [version] = (await engine.listVersions(at, 'chain', newest, [])).items
    expect((await engine.listBuildsWithVersion(at, 'chain', version?.id ?? 0, 'input')).map(({ job_name }) => job_name)).toEqual([
      'ship',
      'test',
    ])
    expect((await engine.listJobs(at)).map(({ finished_build }) => finished_build?.name)).toEqual(['2', '2'])
  })

  test('that a put makes come last, belong to the build, and are known with what was told of them', async () => {
    const at = await world.pipeline(team, 'puts')
    world.versions.set('puts', [{ ref: 'z' }])
    const plan = [{ put: 'release', resource: 'puts', params: { ref: 'made' } }]
    await save(engine, at, config([job('make', plan)], resource('puts')))
    const { id } = await engine.createBuild(at, 'make')
    expect(await ended(engine, at, id)).toMatchObject({ status: 'succeeded' })
    expect((await engine.getBuildResources(at, 'make', id)).outputs).toEqual([{ name: 'release', version: { ref: 'made' } }])
    const [first] = (await engine.listVersions(at, 'puts', newest, [])).items
    expect(first).toMatchObject({ version: { ref: 'made' }, enabled: true, metadata: [{ name: 'seen', value: 'yes' }] })
    expect((await engine.listBuildsWithVersion(at, 'puts', first?.id ?? 0, 'output')).map((build) => build.id)).toEqual([id])
  })

  test('are not used while they are disabled', async () => {
    const at = await world.pipeline(team, 'disabled')
    world.versions.set('disabled', [{ ref: '1' }])
    await save(engine, at, config([job('use', [get('disabled')])], resource('disabled')))
    await ended(engine, at, (await engine.createBuild(at, 'use')).id)
    world.versions.set('disabled', [{ ref: '1' }, { ref: '2' }])
    await ended(engine, at, (await engine.createBuild(at, 'use')).id)
    const [second] = (await engine.listVersions(at, 'disabled', newest, [])).items
    await engine.setVersionEnabled(at, 'disabled', second?.id ?? 0, false)
    const { id } = await engine.createBuild(at, 'use')
    await ended(engine, at, id)
    expect((await engine.getBuildResources(at, 'use', id)).inputs).toMatchObject([{ version: { ref: '1' } }])
  })
})

describe('a rerun', () => {
  test('takes the versions of the first build, and the name of that with a number', async () => {
    const at = await world.pipeline(team, 'again')
    world.versions.set('again', [{ ref: 'old' }])
    await save(engine, at, config([job('use', [get('again')])], resource('again')))
    const first = await engine.createBuild(at, 'use')
    await ended(engine, at, first.id)
    world.versions.set('again', [{ ref: 'old' }, { ref: 'new' }])
    await ended(engine, at, (await engine.createBuild(at, 'use')).id)
    const rerun = await engine.rerunBuild(at, 'use', first.id)
    expect(rerun).toMatchObject({ name: '1.1', rerun_number: 1, rerun_of: { id: first.id, name: '1' } })
    await ended(engine, at, rerun.id)
    expect((await engine.getBuildResources(at, 'use', rerun.id)).inputs).toMatchObject([
      { version: { ref: 'old' }, first_occurrence: false },
    ])
    expect(await engine.rerunBuild(at, 'use', rerun.id)).toMatchObject({ name: '1.2', rerun_of: { id: first.id } })
    expect((await engine.getJob(at, 'use')).finished_build?.name).toBe('2')
  })

  test('of a build that never began is refused', async () => {
    const at = await world.pipeline(team, 'never')
    await save(engine, at, config([job('greet', [task('say', 'x')])]))
    await engine.setJobPaused(at, 'greet', true)
    const { id } = await engine.createBuild(at, 'greet')
    await expect(engine.rerunBuild(at, 'greet', id)).rejects.toMatchObject({ code: 'Conflict' })
    await engine.abortBuild(at, 'greet', id)
    await expect(engine.rerunBuild(at, 'greet', id)).rejects.toMatchObject({
      code: 'Conflict',
      message: expect.stringContaining('never began'),
    })
  })
})

describe('an abort', () => {
  test('ends a running build within two seconds, and its hooks run', { retry: 2 }, async () => {
    const at = await world.pipeline(team, 'abort')
    await save(engine, at, config([job('wait', [{ ...task('wait'), on_abort: task('say', 'cleaned up') }])]))
    const { id } = await engine.createBuild(at, 'wait')
    await until(async () => (await eventsSoFar(at, id)).some(({ type }) => type === 'start-task'))
    const began = Date.now()
    await engine.abortBuild(at, 'wait', id)
    expect(await ended(engine, at, id, 2)).toMatchObject({ status: 'aborted' })
    expect(Date.now() - began).toBeLessThan(2000)
    expect(logOf(await eventsOf(engine, at, id))).toContain('cleaned up')
  })

  test('ends a pending one at once, and does nothing to one that has ended', async () => {
    const at = await world.pipeline(team, 'abort-pending')
    await save(engine, at, config([job('greet', [task('say', 'x')])]))
    await engine.setJobPaused(at, 'greet', true)
    const { id } = await engine.createBuild(at, 'greet')
    await engine.abortBuild(at, 'greet', id)
    expect(await engine.getBuild(at, id)).toMatchObject({ status: 'aborted' })
    expect((await eventsOf(engine, at, id)).map(({ type, data }) => [type, data['status']])).toEqual([['status', 'aborted']])
    await engine.abortBuild(at, 'greet', id)
    expect(await eventsOf(engine, at, id)).toHaveLength(1)
  })
})

describe('a check', () => {
  test('that somebody asks for is a build with a log', async () => {
    const at = await world.pipeline(team, 'checks')
    world.versions.set('checks', [{ ref: 'one' }])
    await save(engine, at, config([job('use', [get('checks')])], resource('checks', { check_every: 'never' })))
    const { id, name } = await engine.checkResource(at, 'checks', null)
    expect(name).toBe('check')
    expect(await ended(engine, at, id)).toMatchObject({ status: 'succeeded', resource_name: 'checks' })
    const events = await eventsOf(engine, at, id, { isCheck: true })
    expect(events.map(({ type }) => type)).toEqual(['status', 'initialize-check', 'log', 'status'])
    expect(logOf(events)).toContain('looking at checks')
    expect(await engine.getResource(at, 'checks')).toMatchObject({ build: { id, status: 'succeeded' }, last_checked: expect.any(Number) })
  })

  test('says why it failed, without the credentials in it', async () => {
    const at = await world.pipeline(team, 'broken')
    world.credentials.set(`${team.organizationId}/login`, { password: 'hunter2hunter2' })
    world.versions.set('hunter2hunter2', new Error('wrong password hunter2hunter2'))
    await save(engine, at, config([job('use', [get('broken')])], resource('broken', { source: { of: '((login.password))' } })))
    const { id } = await engine.checkResource(at, 'broken', null)
    expect(await ended(engine, at, id)).toMatchObject({ status: 'errored' })
    const { check_error } = await engine.getResource(at, 'broken')
    expect(check_error).toContain('wrong password')
    const told = JSON.stringify([
      check_error,
      await eventsOf(engine, at, id, { isCheck: true }),
      await world.database.query('select * from engine_resources'),
    ])
    expect(told).not.toContain('hunter2hunter2')
  })

  test('begins where somebody says', async () => {
    const at = await world.pipeline(team, 'from')
    world.versions.set(
      'from',
      ['1', '2', '3', '4'].map((ref) => ({ ref })),
    )
    await save(engine, at, config([job('use', [get('from')])], resource('from', { check_every: 'never' })))
    await ended(engine, at, (await engine.checkResource(at, 'from', { ref: '2' })).id)
    const { items } = await engine.listVersions(at, 'from', newest, [])
    expect(items.map(({ version }) => version['ref'])).toEqual(['4', '3', '2'])
  })
})

test('logs go as the job says, and the builds stay', async () => {
  const at = await world.pipeline(team, 'retention')
  await save(engine, at, config([job('greet', [task('say', 'x')], { build_log_retention: { builds: 2 } })]))
  const ids: number[] = []
  for (let round = 0; round < 4; round++) {
    const { id } = await engine.createBuild(at, 'greet')
    ids.push(id)
    await ended(engine, at, id)
  }
  await until(async () => (await buildsOf(at, 'greet')).filter(({ reap_time }) => reap_time !== undefined).length === 2)
  expect(await eventsOf(engine, at, ids[0] ?? 0)).toEqual([])
  expect((await eventsOf(engine, at, ids[3] ?? 0)).length).toBeGreaterThan(2)
  expect((await engine.getJob(at, 'greet')).first_logged_build_id).toBe(ids[2])
})

/** Of a build that may still run. */
async function eventsSoFar(at: PipelineAt, buildId: number) {
  return world.database.query<{ type: string }>(
    'select event as type from engine_events where build_id = $1 and organization_id = $2 order by seq',
    [buildId, at.organizationId],
  )
}
