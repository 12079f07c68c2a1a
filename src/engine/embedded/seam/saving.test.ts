import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import * as w from '../../../../test/support/engine-world.ts'
import type { PipelineAt, Team } from '../../types.ts'
import type { EmbeddedEngine } from '../engine.ts'

const { config, job, resource, save, task } = w

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
const namesOfJobs = async (at: PipelineAt) => (await engine.listJobs(at)).map(({ name }) => name)
const wakeOf = async (at: PipelineAt) =>
  (await world.database.query('select config, xmin from engine_pipelines where pipeline_id = $1', [at.pipelineId]))[0]

describe('a configuration', () => {
  test('is read as it was saved, and jobs come in its order', async () => {
    const at = await fresh()
    const wanted = config([job('b', [task('say', 'x')]), job('a', [task('say', 'y')])])
    expect(await engine.savePipeline(at, { config: wanted, checkCredentials: false, evenIfUnsupported: false })).toEqual({
      engineId: at.pipelineId,
    })
    expect(await engine.readConfig(at)).toEqual(wanted)
    expect(await namesOfJobs(at)).toEqual(['b', 'a'])
    await save(engine, at, config(wanted.jobs.toReversed()))
    expect(await namesOfJobs(at)).toEqual(['a', 'b'])
  })

  test('that nobody saved is not there', async () => {
    const at = await fresh()
    expect(await engine.readConfig(at)).toBeUndefined()
    expect(await engine.readPipelines(team, [at])).toEqual(new Map())
    const asked = [
      () => engine.listJobs(at),
      () => engine.listResources(at),
      () => engine.getJob(at, 'a'),
      () => engine.createBuild(at, 'a'),
      () => engine.checkResource(at, 'a', null),
      () => engine.setPipelinePaused(at, true),
    ]
    for (const ask of asked) await expect(ask()).rejects.toMatchObject({ code: 'NotFoundEntity' })
    await engine.deletePipeline(at, null)
  })

  test('that is saved again as it is changes nothing', async () => {
    const at = await fresh()
    const wanted = config([job('use', [{ get: 'r' }])], resource('r', { check_every: 'never', source: { of: 'r', more: { x: 1, y: 2 } } }))
    await save(engine, at, wanted)
    await engine.setPipelinePaused(at, true)
    await w.until(
      async () =>
        (
          await world.database.query('select 1 from engine_pipelines where pipeline_id = $1 and (wake_at is null or wake_at > now())', [
            at.pipelineId,
          ])
        ).length > 0,
    )
    const before = await wakeOf(at)
    await save(engine, at, {
      resources: [{ ...resource('r'), source: { more: { y: 2, x: 1 }, of: 'r' }, check_every: 'never' }],
      jobs: wanted.jobs,
    })
    expect(await wakeOf(at)).toEqual(before)
  })

  test('keeps whether the pipeline is paused', async () => {
    const at = await fresh()
    await save(engine, at, config([job('a', [task('say', 'x')])]))
    await engine.setPipelinePaused(at, true)
    await save(engine, at, config([job('b', [task('say', 'x')])]))
    expect((await engine.readPipelines(team, [at])).get(at.pipelineId)).toMatchObject({ paused: true, jobs: [{ name: 'b' }] })
  })

  test('that the engine cannot run is refused with every place, or kept and nothing of it runs', async () => {
    const at = await fresh()
    const wanted = config([job('a', [{ get: 'r' }, { ...task('say', 'x'), tags: ['big'] }])], resource('r', { type: 'unheard-of' }))
    const refused = save(engine, at, wanted)
    await expect(refused).rejects.toMatchObject({ code: 'Invalid' })
    const { details } = (await refused.catch((error: unknown) => error)) as { details: string[] }
    expect(details.some((detail) => detail.includes('unheard-of'))).toBe(true)
    expect(details.some((detail) => /^jobs\[0\].*tags/.test(detail))).toBe(true)
    expect(await engine.readConfig(at)).toBeUndefined()

    await engine.savePipeline(at, { config: wanted, checkCredentials: false, evenIfUnsupported: true })
    expect(await namesOfJobs(at)).toEqual(['a'])
    for (const ask of [() => engine.createBuild(at, 'a'), () => engine.checkResource(at, 'r', null)])
      await expect(ask()).rejects.toMatchObject({ code: 'Conflict', details: expect.arrayContaining([expect.stringContaining('tags')]) })
  })

  test('that the engine cannot run lets builds wait that were there before, and they say why', async () => {
    const at = await fresh()
    await save(engine, at, config([job('a', [task('say', 'x')])]))
    await engine.setJobPaused(at, 'a', true)
    const { id } = await engine.createBuild(at, 'a')
    const unsupported = config([job('a', [{ ...task('say', 'x'), tags: ['big'] }])])
    await engine.savePipeline(at, { config: unsupported, checkCredentials: false, evenIfUnsupported: true })
    await w.until(async () => /cannot run this pipeline.*tags/.test((await engine.getBuildPreparation(at, 'a', id)).reason ?? ''))
    expect(await engine.getBuild(at, id)).toMatchObject({ status: 'pending' })
  })

  test('is refused when a source is wrong, with the place', async () => {
    const at = await fresh()
    await expect(save(engine, at, config([job('a', [{ get: 'r' }])], resource('r', { source: {} })))).rejects.toMatchObject({
      code: 'Invalid',
      details: ['resources[0].source.of: is missing'],
    })
  })

  test('is refused when somebody wants its credentials to be there and they are not', async () => {
    const at = await fresh()
    world.credentials.set(`${team.organizationId}/there`, { key: 'x' })
    const wanted = config(
      [job('a', [{ get: 'r' }])],
      resource('r', { source: { of: 'r', a: '((there.key))', b: '((gone.key))', c: '((there.field))' } }),
    )
    const refused = engine.savePipeline(at, { config: wanted, checkCredentials: true, evenIfUnsupported: false })
    await expect(refused).rejects.toMatchObject({ code: 'Invalid' })
    const details = ((await refused.catch((error: unknown) => error)) as { details: string[] }).details.join('\n')
    expect(details).toContain('gone.key')
    expect(details).toContain('field')
    expect(details).not.toContain('((there.key))')
    await save(engine, at, wanted)
  })
})

test('pipelines that many save at once end as one of what was saved, and never in between', async () => {
  const at = await fresh()
  const variants = Array.from({ length: 8 }, (_, index) =>
    config(
      [job(`a${index}`, [{ get: `r${index}` }]), job('both', [{ get: `r${index}` }])],
      resource(`r${index}`, { check_every: 'never' }),
    ),
  )
  for (let round = 0; round < 3; round++) {
    await Promise.all(variants.map((variant) => save(engine, at, variant)))
    const wanted = await engine.readConfig(at)
    expect(await namesOfJobs(at)).toEqual(wanted?.jobs.map(({ name }) => name))
    expect((await engine.listResources(at)).map(({ name }) => name)).toEqual(wanted?.resources?.map(({ name }) => name))
    expect((await world.database.query('select 1 from engine_jobs where pipeline_id = $1 and is_active', [at.pipelineId])).length).toBe(2)
  }
})

test('builds that many ask for at once have names without a gap', async () => {
  const at = await fresh()
  await save(engine, at, config([job('a', [task('say', 'x')])]))
  await engine.setPipelinePaused(at, true)
  const builds = await Promise.all(Array.from({ length: 20 }, () => engine.createBuild(at, 'a')))
  expect(builds.map(({ name }) => Number(name)).sort((a, b) => a - b)).toEqual(Array.from({ length: 20 }, (_, index) => index + 1))
})

test('many pipelines are read in one go, however large they are', async () => {
  const large = config([job('a', [task('say', 'x'.repeat(1_000_000))])])
  const many = await Promise.all(Array.from({ length: 24 }, fresh))
  for (const at of many) await engine.savePipeline(at, { config: large, checkCredentials: false, evenIfUnsupported: true })
  const states = await engine.readPipelines(team, many)
  expect(states.size).toBe(24)
  for (const state of states.values()) expect(state.jobs).toMatchObject([{ name: 'a' }])
})
