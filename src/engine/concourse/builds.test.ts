import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type ConcourseWorld, openConcourseWorld } from '../../../test/support/concourse-world.ts'
import type { JobConfig, PipelineConfig } from '../../formats/pipeline/types.ts'
import type { PipelineAt } from '../types.ts'

let world: ConcourseWorld
beforeEach(async () => {
  world = await openConcourseWorld({ buildsPerOrganization: 3 })
})
afterEach(() => world[Symbol.asyncDispose]())

const task = (script: string): JobConfig['plan'][number] => ({
  task: 'say',
  config: {
    platform: 'linux',
    image_resource: { type: 'registry-image', source: { repository: 'busybox' } },
    run: { path: 'sh', args: ['-ec', script] },
  },
})
const long: PipelineConfig = { jobs: [{ name: 'long', plan: [task('sleep 300')] }] }
const refused = (work: Promise<unknown>, code: string, words = '') =>
  expect(work).rejects.toMatchObject({ name: 'ApiError', code, message: expect.stringContaining(words) })

describe('an organization', () => {
  test('has no more builds asked for by hand than it may, in all its pipelines and however many ask at once', async () => {
    const [one, two] = [await world.save('one', long), await world.save('two', long)]
    const asked = await Promise.allSettled([one, two, one, two, one, two].map((at) => world.engine.createBuild(at, 'long')))
    expect(asked.filter(({ status }) => status === 'fulfilled')).toHaveLength(3)
    await refused(world.engine.createBuild(one, 'long'), 'Conflict', '3 builds that run or wait')
    const [{ id } = { id: 0 }] = (await world.engine.listBuilds(one, 'long', { limit: 1 })).items
    await refused(world.engine.rerunBuild(one, 'long', id), 'Conflict', '3 builds')
    await expect.poll(async () => (await world.engine.getBuild(one, id)).status).toBe('started')
    await world.engine.abortBuild(one, 'long', id)
    await expect.poll(async () => (await world.engine.getBuild(one, id)).status).toBe('aborted')
    await world.engine.createBuild(two, 'long')
  })

  test('does not take the places of another one', async () => {
    const [mine, theirs] = [await world.save('p', long), await world.save('p', long, world.beta)]
    for (let build = 0; build < 3; build++) await world.engine.createBuild(theirs, 'long')
    await world.engine.createBuild(mine, 'long')
  })

  test('is not kept from its next build by one that was refused', async () => {
    const at = await world.save('p', long)
    await refused(world.engine.createBuild(at, 'nobody'), 'NotFoundEntity')
    world.double.fail({ path: /teams\/team-acme\/builds/, does: { kind: 'answer', status: 500 } })
    await refused(world.engine.createBuild(at, 'long'), 'RetryOperation')
    await world.engine.createBuild(at, 'long')
  })
})

describe('the sentence of a build that waits', () => {
  const paused = async (config: PipelineConfig, job: string): Promise<[PipelineAt, number]> => {
    const at = await world.save('p', config)
    await world.engine.setPipelinePaused(at, true)
    const { id } = await world.engine.createBuild(at, job)
    return [at, id]
  }
  const prepared = (fields: object) =>
    world.double.fail({
      path: /preparation/,
      does: {
        kind: 'answer',
        status: 200,
        body: JSON.stringify({
          ...{ build_id: 1, paused_pipeline: 'not_blocking', paused_job: 'not_blocking', max_running_builds: 'not_blocking' },
          ...{ inputs: {}, inputs_satisfied: 'not_blocking', missing_input_reasons: {}, ...fields },
        }),
      },
    })
  const missing = (why: string) => ({ inputs: { repo: 'blocking' }, inputs_satisfied: 'blocking', missing_input_reasons: { repo: why } })

  test.each<[object, RegExp | undefined]>([
    [{ paused_pipeline: 'blocking', paused_job: 'blocking' }, /^The pipeline p is paused: unpause it\.$/],
    [{ paused_job: 'blocking', max_running_builds: 'blocking' }, /^The job long is paused: unpause it\.$/],
    [{ max_running_builds: 'blocking' }, /serial_groups.*abort it\.$/],
    [missing('latest version of resource not found'), /input repo has no version yet: check it/],
    [missing('pinned version ref:x not found'), /pinned to was not found \(pinned version ref:x not found\): pin one/],
    [missing('no satisfiable builds from passed jobs found for set of inputs'), /run those jobs first/],
    [missing('checking for latest available versions'), /input repo is being checked/],
    [missing('input is not included in resolved candidates'), /repo has no version that can be used \(input is not/],
    [{ inputs_satisfied: 'blocking' }, /inputs of the build are being checked/],
    [{ inputs_satisfied: 'a word that is new' }, undefined],
    [{}, undefined],
  ])('for %j', async (fields, reason) => {
    const [at, id] = await paused(long, 'long')
    prepared(fields)
    const seen = await world.engine.getBuildPreparation(at, 'long', id)
    if (reason) expect(seen.reason).toMatch(reason)
    else expect(seen.reason).toBeUndefined()
  })

  test('names the build that runs', async () => {
    const at = await world.save('p', { jobs: [{ ...long.jobs[0], name: 'long', plan: [task('sleep 300')], serial: true }] })
    const first = await world.engine.createBuild(at, 'long')
    await expect.poll(async () => (await world.engine.getBuild(at, first.id)).status).toBe('started')
    const second = await world.engine.createBuild(at, 'long')
    const { reason } = await world.engine.getBuildPreparation(at, 'long', second.id)
    expect(reason).toBe('The job long runs as many builds as it may: build #1 runs. Wait for its end, or abort it.')
  })

  test('names the build that was asked for earlier', async () => {
    const [at] = await paused(long, 'long')
    const { id } = await world.engine.createBuild(at, 'long')
    prepared({})
    expect((await world.engine.getBuildPreparation(at, 'long', id)).reason).toMatch(/^Build #1 of the job was asked for earlier/)
  })

  test('says when there is no worker to check with', async () => {
    const [at, id] = await paused(long, 'long')
    for (const worker of world.double.world.workers) worker['state'] = 'stalled'
    prepared(missing('checking for latest available versions'))
    expect((await world.engine.getBuildPreparation(at, 'long', id)).reason).toMatch(/no worker of Concourse is running/)
    // Not being told of workers makes the sentence poorer, not an error.
    prepared(missing('checking for latest available versions'))
    world.double.fail({ path: /workers/, does: { kind: 'answer', status: 500 } })
    expect((await world.engine.getBuildPreparation(at, 'long', id)).reason).toMatch(/being checked/)
  })
})

test('finished builds are all there, although a rerun stands at the place of an old one', async () => {
  const at = await world.save('p', { jobs: [{ name: 'say', plan: [task('echo x')] }] })
  const ids: number[] = []
  for (let build = 0; build < 4; build++) ids.push((await world.run(at, 'say')).id)
  const { id } = await world.engine.rerunBuild(at, 'say', ids[0] ?? 0)
  await expect.poll(async () => (await world.engine.getBuild(at, id)).status).toBe('succeeded')
  // As if all but the first began an hour later.
  for (const build of world.double.world.builds) if (build.start) build.start += build.id === ids[0] ? 0 : 3600
  const later = Math.floor(Date.now() / 1000) + 1800
  const found = await world.engine.listFinishedBuilds(at, 'say', later, later + 7200, 100)
  expect(found.map((build) => build.id)).toEqual([...ids.slice(1), id])
})

test('a build that has ended is not aborted: Concourse is not even asked to', async () => {
  const at = await world.save('p', { jobs: [{ name: 'say', plan: [task('echo x')] }] })
  await world.engine.abortBuild(at, 'say', (await world.run(at, 'say')).id)
  expect(world.double.requests.filter(({ path }) => path.endsWith('/abort'))).toEqual([])
})

test('a worker of another organization is not told of, and of no worker where it is', async () => {
  const [shared] = world.double.world.workers
  world.double.world.workers.push({ ...shared, name: 'mine', team: 'team-acme' }, { ...shared, name: 'theirs', team: 'team-beta' })
  const workers = await world.engine.listWorkers(world.acme)
  expect(workers.map(({ name }) => name)).toEqual(['worker-1', 'mine'])
  expect(JSON.stringify(workers)).not.toContain('10.0.0')
})

test('why a check failed is read once', async () => {
  const at = await world.save('p', {
    resources: [{ name: 'repo', type: 'mock', source: { check_failure: 'no route to host' }, check_every: 'never' }],
    jobs: [{ name: 'test', plan: [{ get: 'repo' }] }],
  })
  await world.engine.checkResource(at, 'repo', null)
  await expect
    .poll(async () => (await world.engine.getResource(at, 'repo')).check_error)
    .toBe('ERRO intentionally failing to check: no route to host')
  await world.engine.listResources(at)
  expect(world.double.requests.filter(({ path }) => path.endsWith('/events'))).toHaveLength(1)
  await expect.poll(() => world.double.openStreams()).toBe(0)
})

test('streams end when the engine is closed', async () => {
  const at = await world.save('p', long)
  const { id } = await world.engine.createBuild(at, 'long')
  const engine = await world.another()
  const reading = (async () => {
    for await (const _ of engine.streamEvents(at, id, { signal: new AbortController().signal, isCheck: false }));
  })()
  await expect.poll(() => world.double.openStreams()).toBe(1)
  await engine[Symbol.asyncDispose]()
  await reading
  await expect.poll(() => world.double.openStreams()).toBe(0)
})
