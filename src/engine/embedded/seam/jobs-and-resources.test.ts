import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import * as w from '../../../../test/support/engine-world.ts'
import type { PipelineAt, Team } from '../../types.ts'
import type { EmbeddedEngine } from '../engine.ts'

const { config, ended, job, resource, save, task } = w
const newest = { limit: 50 }

let world: w.EngineWorld
let team: Team
let engine: EmbeddedEngine
beforeAll(async () => {
  world = await w.openEngineWorld()
  team = await world.team('acme')
  engine = world.engine()
  await engine.startRunner()
})
afterAll(() => world?.[Symbol.asyncDispose]())

let made = 0
const fresh = (): Promise<PipelineAt> => world.pipeline(team, `pipeline-${++made}`)
const refsOf = async (at: PipelineAt, name: string) =>
  (await engine.listVersions(at, name, newest, [])).items.map(({ version }) => version['ref'])

describe('a job', () => {
  test('that goes and comes back has its builds again', async () => {
    const at = await fresh()
    const two = config([job('a', [task('say', 'x')]), job('b', [task('say', 'x')])])
    await save(engine, at, two)
    await ended(engine, at, (await engine.createBuild(at, 'a')).id)
    await engine.setJobPaused(at, 'a', true)
    const { id } = await engine.createBuild(at, 'a')
    await save(engine, at, config([job('b', [task('say', 'x')])]))
    await expect(engine.getJob(at, 'a')).rejects.toMatchObject({ code: 'NotFoundEntity' })
    // It would wait for ever.
    expect(await engine.getBuild(at, id)).toMatchObject({ status: 'aborted' })
    await save(engine, at, two)
    expect(await engine.getJob(at, 'a')).toMatchObject({ paused: true, finished_build: { name: '2', status: 'aborted' } })
    expect((await engine.createBuild(at, 'a')).name).toBe('3')
  })

  test('takes its builds along to a new name', async () => {
    const at = await fresh()
    await save(engine, at, config([job('before', [task('say', 'x')])]))
    await ended(engine, at, (await engine.createBuild(at, 'before')).id)
    await save(engine, at, config([job('after', [task('say', 'x')], { old_name: 'before' })]))
    expect((await engine.listBuilds(at, 'after', newest)).items).toMatchObject([{ name: '1', job_name: 'after' }])
    await expect(engine.getJob(at, 'before')).rejects.toMatchObject({ code: 'NotFoundEntity' })
  })

  test('that takes no builds by hand, or none again, says so', async () => {
    const at = await fresh()
    await save(engine, at, config([job('a', [task('say', 'x')], { disable_reruns: true })]))
    const { id } = await engine.createBuild(at, 'a')
    await ended(engine, at, id)
    await expect(engine.rerunBuild(at, 'a', id)).rejects.toMatchObject({
      code: 'Conflict',
      message: expect.stringContaining('disable_reruns'),
    })
    await save(engine, at, config([job('a', [task('say', 'x')], { disable_manual_trigger: true })]))
    await expect(engine.createBuild(at, 'a')).rejects.toMatchObject({
      code: 'Conflict',
      message: expect.stringContaining('disable_manual_trigger'),
    })
    expect(await engine.getJob(at, 'a')).toMatchObject({ disable_manual_trigger: true })
  })

  test('shows what it takes and makes, and the groups that it is in', async () => {
    const at = await fresh()
    await save(engine, at, {
      ...config(
        [
          job('a', [{ get: 'r', trigger: true }, { put: 's' }]),
          job('b', [{ in_parallel: [{ get: 'code', resource: 'r', passed: ['a'], version: 'every' }] }]),
        ],
        resource('r', { check_every: 'never' }),
        resource('s'),
      ),
      groups: [
        { name: 'all', jobs: ['*'] },
        { name: 'some', jobs: ['b'] },
      ],
    })
    expect(await engine.listJobs(at)).toMatchObject([
      { groups: ['all'], inputs: [{ name: 'r', resource: 'r', trigger: true }], outputs: [{ name: 's', resource: 's' }] },
      { groups: ['all', 'some'], inputs: [{ name: 'code', resource: 'r', trigger: false, passed: ['a'], version: 'every' }], outputs: [] },
    ])
  })

  test('shows its next build, the last that ended, and the one since which it has that status', async () => {
    const at = await fresh()
    await save(engine, at, config([job('a', [task('say', 'x')]), job('new', [task('say', 'x')])]))
    await engine.setPipelinePaused(at, true)
    await world.database.query(
      `insert into engine_builds (organization_id, pipeline_id, job_id, name, status)
       select organization_id, pipeline_id, j.id, n, s from engine_jobs j,
         (values ('1', 'succeeded'), ('2', 'failed'), ('3', 'failed'), ('4', 'pending'), ('5', 'pending')) b (n, s)
       where pipeline_id = $1 and j.name = 'a' order by n`,
      [at.pipelineId],
    )
    const [a, other] = await engine.listJobs(at)
    expect([a?.finished_build?.name, a?.next_build?.name, a?.transition_build?.name]).toEqual(['3', '4', '2'])
    expect(other).not.toHaveProperty('finished_build')
    expect(other).not.toHaveProperty('transition_build')
  })

  test('refuses more builds when a hundred wait', async () => {
    const at = await fresh()
    await save(engine, at, config([job('a', [task('say', 'x')])]))
    await engine.setPipelinePaused(at, true)
    await world.database.query(
      `insert into engine_builds (organization_id, pipeline_id, job_id, name, is_manual)
       select organization_id, pipeline_id, id, 'x' || n, true from engine_jobs, generate_series(1, 100) n where pipeline_id = $1`,
      [at.pipelineId],
    )
    await expect(engine.createBuild(at, 'a')).rejects.toMatchObject({ code: 'Conflict', message: expect.stringContaining('100 builds') })
  })

  test('lets go of the caches of a step, or of one path', async () => {
    const at = await fresh()
    await save(engine, at, config([job('a', [task('say', 'x')])]))
    await world.database.query(
      `insert into engine_caches (organization_id, job_id, step, path, content)
       select organization_id, id, step, path, 'x' from engine_jobs, (values ('build', 'a'), ('build', 'b'), ('test', 'a')) c (step, path)
       where pipeline_id = $1`,
      [at.pipelineId],
    )
    expect(await engine.clearTaskCache(at, 'a', 'build', 'b')).toBe(1)
    expect(await engine.clearTaskCache(at, 'a', 'build', undefined)).toBe(1)
    expect(await engine.clearTaskCache(at, 'a', 'nothing', undefined)).toBe(0)
    expect(await engine.clearTaskCache(at, 'a', 'test', 'a')).toBe(1)
    await expect(engine.clearTaskCache(at, 'nobody', 'test', 'a')).rejects.toMatchObject({ code: 'NotFoundEntity' })
  })
})

describe('a resource', () => {
  test('with another source has other versions, and the old ones again with the old source', async () => {
    const at = await fresh()
    const of = (name: string) => config([job('use', [{ get: 'r' }])], resource('r', { source: { of: name }, check_every: 'never' }))
    world.versions.set('one', [{ ref: 'of-one' }])
    world.versions.set('two', [{ ref: 'of-two' }])
    await save(engine, at, of('one'))
    await ended(engine, at, (await engine.checkResource(at, 'r', null)).id)
    const [version] = (await engine.listVersions(at, 'r', newest, [])).items
    await engine.pinVersion(at, 'r', version?.id ?? 0)
    await save(engine, at, of('two'))
    expect(await refsOf(at, 'r')).toEqual([])
    const resourceNow = await engine.getResource(at, 'r')
    expect(resourceNow).toMatchObject({ pinned_in_config: false })
    expect(resourceNow).not.toHaveProperty('pinned_version')
    expect(resourceNow).not.toHaveProperty('last_checked')
    // A version of the history before is none of this resource now.
    await expect(engine.pinVersion(at, 'r', version?.id ?? 0)).rejects.toMatchObject({ code: 'NotFoundEntity' })
    await ended(engine, at, (await engine.checkResource(at, 'r', null)).id)
    expect(await refsOf(at, 'r')).toEqual(['of-two'])
    await save(engine, at, of('one'))
    expect(await refsOf(at, 'r')).toEqual(['of-one'])
  })

  test('is pinned and let go through the API, with a comment that goes with the pin', async () => {
    const at = await fresh()
    world.versions.set('pins', [{ ref: '1' }, { ref: '2' }])
    await save(engine, at, config([job('use', [{ get: 'pins' }])], resource('pins', { check_every: 'never' })))
    await expect(engine.setPinComment(at, 'pins', 'why')).rejects.toMatchObject({ code: 'Conflict' })
    await ended(engine, at, (await engine.checkResource(at, 'pins', { ref: '1' })).id)
    const items = (await engine.listVersions(at, 'pins', newest, [])).items
    const idOf = (ref: string) => items.find(({ version }) => version['ref'] === ref)?.id ?? 0
    await engine.pinVersion(at, 'pins', idOf('1'))
    await engine.setPinComment(at, 'pins', 'it works')
    await engine.pinVersion(at, 'pins', idOf('1'))
    expect(await engine.getResource(at, 'pins')).toMatchObject({
      pinned_version: { ref: '1' },
      pin_comment: 'it works',
      pinned_in_config: false,
    })
    const { id } = await engine.createBuild(at, 'use')
    await ended(engine, at, id)
    expect((await engine.getBuildResources(at, 'use', id)).inputs).toMatchObject([{ version: { ref: '1' } }])
    await engine.unpinResource(at, 'pins')
    await engine.unpinResource(at, 'pins')
    expect(await engine.getResource(at, 'pins')).not.toHaveProperty('pinned_version')
    await engine.pinVersion(at, 'pins', idOf('2'))
    expect(await engine.getResource(at, 'pins')).not.toHaveProperty('pin_comment')
  })

  test('that the configuration pins is let go there alone, and its version is looked for', async () => {
    const at = await fresh()
    world.versions.set('fixed', [{ ref: '1' }, { ref: '2' }, { ref: '3' }])
    await save(engine, at, config([job('use', [{ get: 'fixed' }])], resource('fixed', { version: { ref: '2' }, check_every: 'never' })))
    await ended(engine, at, (await engine.checkResource(at, 'fixed', null)).id)
    const { id } = await engine.createBuild(at, 'use')
    await ended(engine, at, id)
    expect((await engine.getBuildResources(at, 'use', id)).inputs).toMatchObject([{ version: { ref: '2' } }])
    expect(await engine.getResource(at, 'fixed')).toMatchObject({ pinned_in_config: true, pinned_version: { ref: '2' } })
    const [version] = (await engine.listVersions(at, 'fixed', newest, [])).items
    await expect(engine.pinVersion(at, 'fixed', version?.id ?? 0)).rejects.toMatchObject({ code: 'Conflict' })
    await expect(engine.unpinResource(at, 'fixed')).rejects.toMatchObject({ code: 'Conflict' })
    await engine.setPinComment(at, 'fixed', 'by file')
    expect(await engine.getResource(at, 'fixed')).toMatchObject({ pin_comment: 'by file' })
  })

  test('refuses more checks when a hundred of its pipeline wait, but not one that waits already', async () => {
    const at = await fresh()
    await save(
      engine,
      at,
      config([job('use', [{ get: 'r' }])], resource('r', { check_every: 'never' }), resource('s', { check_every: 'never' })),
    )
    // Nobody begins them: somebody else looks at both.
    await world.database.query("update engine_resources set checking_until = now() + interval '1 minute' where pipeline_id = $1", [
      at.pipelineId,
    ])
    const { id } = await engine.checkResource(at, 'r', { ref: 'x' })
    await world.database.query(
      `insert into engine_builds (organization_id, pipeline_id, resource_id, name, is_manual)
       select organization_id, pipeline_id, id, 'check', true from engine_resources, generate_series(1, 99) n where pipeline_id = $1 and name = 'r'`,
      [at.pipelineId],
    )
    await expect(engine.checkResource(at, 's', null)).rejects.toMatchObject({
      code: 'Conflict',
      message: expect.stringContaining('100 checks of this pipeline wait already'),
    })
    expect((await engine.checkResource(at, 'r', { ref: 'x' })).id).toBe(id)
  })
})
