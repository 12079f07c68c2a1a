/** Numbers, and names, of somebody else: never answered, and never sent to Concourse where it does not ask whose they are. */
import fc from 'fast-check'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { type ConcourseWorld, openConcourseWorld } from '../../../test/support/concourse-world.ts'
import type { PipelineConfig } from '../../formats/pipeline/types.ts'
import type { PipelineAt, PipelineEngine } from '../types.ts'

const config: PipelineConfig = {
  resources: [{ name: 'repo', type: 'mock', source: { initial_version: 'v1' }, check_every: 'never' }],
  jobs: [{ name: 'test', plan: [{ get: 'repo' }] }],
}

let world: ConcourseWorld
let mine: PipelineAt
let [myBuild, theirBuild, myVersion, theirVersion] = [0, 0, 0, 0]

beforeAll(async () => {
  world = await openConcourseWorld()
  mine = await world.save('p', config)
  const theirs = await world.save('p', config, world.beta)
  const firstVersion = async (at: PipelineAt) => (await world.engine.listVersions(at, 'repo', { limit: 1 }, [])).items[0]?.id ?? 0
  ;[myBuild, theirBuild] = [(await world.run(mine, 'test')).id, (await world.run(theirs, 'test')).id]
  ;[myVersion, theirVersion] = [await firstVersion(mine), await firstVersion(theirs)]
})
afterAll(() => world[Symbol.asyncDispose]())
beforeEach(() => {
  world.double.requests.length = 0
})

const drain = async (events: AsyncIterable<unknown>) => {
  for await (const _ of events);
}
const listen = (engine: PipelineEngine, id: number, isCheck: boolean) =>
  drain(engine.streamEvents(mine, id, { signal: AbortSignal.timeout(5000), isCheck }))

const onBuild: ((engine: PipelineEngine, id: number, job: string) => Promise<unknown>)[] = [
  (engine, id, job) => engine.getBuild(mine, id, job),
  (engine, id, job) => engine.abortBuild(mine, job, id),
  (engine, id, job) => engine.rerunBuild(mine, job, id),
  (engine, id, job) => engine.getBuildPlan(mine, job, id),
  (engine, id, job) => engine.getBuildPreparation(mine, job, id),
  (engine, id, job) => engine.getBuildResources(mine, job, id),
  (engine, id) => listen(engine, id, false),
]
const onVersion: ((engine: PipelineEngine, id: number, resource: string) => Promise<unknown>)[] = [
  (engine, id, resource) => engine.setVersionEnabled(mine, resource, id, false),
  (engine, id, resource) => engine.pinVersion(mine, resource, id),
  (engine, id, resource) => engine.listBuildsWithVersion(mine, resource, id, 'input'),
  (engine, id, resource) => engine.listBuildsWithVersion(mine, resource, id, 'output'),
]

const notFound = (work: Promise<unknown>) => expect(work).rejects.toMatchObject({ name: 'ApiError', code: 'NotFoundEntity' })
/** Every call so far was inside the caller's own team, and only looked. */
const expectOnlyLooks = () => {
  for (const { method, path } of world.double.requests)
    expect(`${method} ${path}`).toMatch(
      /^GET \/api\/v1\/teams\/team-acme\/pipelines\/p\/(builds|jobs\/[^/]+\/builds|resources\/[^/]+\/versions)\?/,
    )
}

const numbers = fc.oneof(
  fc.integer({ min: 0, max: 60 }),
  fc.constantFrom(-1, 0.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 31, 2 ** 53 - 1, 1e300),
)
const hostileNames = fc.oneof(
  fc.constantFrom(
    '..',
    '.',
    '',
    'test/builds',
    '../../../../team-beta/pipelines/p/jobs/test',
    '%2e%2e',
    'test?from=1',
    'test#',
    'te st',
    'test\0',
    '__proto__',
  ),
  fc.string({ maxLength: 20 }),
)

test.each(onBuild.map((call, at) => [at, call] as const))('builds of others, %i', async (_at, call) => {
  await fc.assert(
    fc.asyncProperty(numbers, fc.oneof(fc.constant('test'), hostileNames), async (id, job) => {
      if (id === myBuild) return
      world.double.requests.length = 0
      await notFound(call(world.engine, id, job))
      expectOnlyLooks()
    }),
    {
      seed: 1,
      numRuns: 80,
      examples: [
        [theirBuild, 'test'],
        [theirBuild, '..'],
      ],
    },
  )
})

test.each(onVersion.map((call, at) => [at, call] as const))('versions of others, %i', async (_at, call) => {
  await fc.assert(
    fc.asyncProperty(numbers, fc.oneof(fc.constant('repo'), hostileNames), async (id, resource) => {
      if (id === myVersion) return
      world.double.requests.length = 0
      await notFound(call(world.engine, id, resource))
      expectOnlyLooks()
    }),
    {
      seed: 1,
      numRuns: 80,
      examples: [
        [theirVersion, 'repo'],
        [theirVersion, '..'],
      ],
    },
  )
})

test('nothing of theirs has changed by all this', async () => {
  const theirs = { ...mine, ...world.beta }
  expect((await world.engine.listBuilds(theirs, 'test', { limit: 5 })).items).toMatchObject([{ id: theirBuild, status: 'succeeded' }])
  expect(await world.engine.listVersions(theirs, 'repo', { limit: 5 }, [])).toMatchObject({ items: [{ id: theirVersion, enabled: true }] })
  expect((await world.engine.getResource(theirs, 'repo')).pinned_version).toBeUndefined()
})

test('a check of others is compared even when somebody says that it is ours', async () => {
  const check = await world.engine.checkResource({ ...mine, ...world.beta }, 'repo', null)
  await notFound(listen(world.engine, check.id, true))
  await notFound(listen(world.engine, myBuild, true))
  expect(world.double.requests.filter(({ path }) => path.endsWith('/events'))).toEqual([])
})

test('an answer that is about another pipeline than was asked for is not believed', async () => {
  const [build] = world.double.world.builds.filter(({ id }) => id === theirBuild)
  const body = JSON.stringify([
    { id: theirBuild, name: '1', status: 'succeeded', team_name: 'team-beta', pipeline_name: 'p', job_name: build?.job?.name },
  ])
  world.double.fail({ path: /jobs\/test\/builds/, does: { kind: 'answer', status: 200, body } })
  await notFound(world.engine.getBuild(mine, theirBuild, 'test'))
})

test('builds of another organization that used the same version are left out', async () => {
  const build = (id: number, team_name: string) => ({ id, name: '1', status: 'succeeded', team_name, pipeline_name: 'p', job_name: 'test' })
  const body = JSON.stringify([build(3, 'team-acme'), build(9, 'team-beta'), build(7, 'team-acme')])
  world.double.fail({ path: /input_to/, does: { kind: 'answer', status: 200, body } })
  expect((await world.engine.listBuildsWithVersion(mine, 'repo', myVersion, 'input')).map(({ id }) => id)).toEqual([7, 3])
})

test('where a build of ours is asked about, nothing leaves the answer that may hold a credential', async () => {
  const answers = await Promise.all([
    world.engine.listJobs(mine),
    world.engine.listResources(mine),
    world.engine.getBuildResources(mine, 'test', myBuild),
  ])
  expect(JSON.stringify(answers)).not.toContain('initial_version')
  expect(world.double.requests.filter(({ path }) => /\/inputs(\?|$)/.test(path))).toEqual([])
})
