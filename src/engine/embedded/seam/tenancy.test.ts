/** Numbers and names of others answer as if there were none, whatever they are asked for. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import * as w from '../../../../test/support/engine-world.ts'
import type { PipelineAt } from '../../types.ts'
import type { EmbeddedEngine } from '../engine.ts'

const { config, ended, job, resource, save } = w

let world: w.EngineWorld
let engine: EmbeddedEngine
let victim: PipelineAt
let others: Record<string, PipelineAt>
let build: number
let version: number
beforeAll(async () => {
  world = await w.openEngineWorld()
  engine = world.engine()
  await engine.startRunner()
  const [acme, evil] = [await world.team('acme'), await world.team('evil')]
  victim = await world.pipeline(acme, 'victim')
  const [beside, stranger] = [await world.pipeline(acme, 'beside'), await world.pipeline(evil, 'stranger')]
  others = {
    'another pipeline': beside,
    'a pipeline of another organization': stranger,
    'the number of the pipeline in another organization': { ...victim, organizationId: evil.organizationId },
  }
  world.versions.set('r', [{ ref: '1' }])
  for (const at of [victim, beside, stranger]) {
    await save(engine, at, config([job('use', [{ get: 'r' }])], resource('r', { check_every: 'never' })))
    const { id } = await engine.createBuild(at, 'use')
    await ended(engine, at, id)
    if (at === victim) build = id
  }
  version = (await engine.listVersions(victim, 'r', { limit: 1 }, [])).items[0]?.id ?? 0
})
afterAll(() => world?.[Symbol.asyncDispose]())

const asked: [string, (at: PipelineAt) => Promise<unknown>][] = [
  ['getBuild', (at) => engine.getBuild(at, build)],
  ['rerunBuild', (at) => engine.rerunBuild(at, 'use', build)],
  ['abortBuild', (at) => engine.abortBuild(at, 'use', build)],
  ['getBuildPlan', (at) => engine.getBuildPlan(at, 'use', build)],
  ['getBuildPreparation', (at) => engine.getBuildPreparation(at, 'use', build)],
  ['getBuildResources', (at) => engine.getBuildResources(at, 'use', build)],
  ['streamEvents', (at) => w.eventsOf(engine, at, build)],
  ['setVersionEnabled', (at) => engine.setVersionEnabled(at, 'r', version, false)],
  ['pinVersion', (at) => engine.pinVersion(at, 'r', version)],
  ['listBuildsWithVersion, input', (at) => engine.listBuildsWithVersion(at, 'r', version, 'input')],
  ['listBuildsWithVersion, output', (at) => engine.listBuildsWithVersion(at, 'r', version, 'output')],
]
const places = ['another pipeline', 'a pipeline of another organization', 'the number of the pipeline in another organization']
test.each(asked.flatMap(([name, ask]) => places.map((place) => [name, place, ask] as const)))(
  '%s through %s',
  async (_name, place, ask) => {
    const before = await world.database.query('select xmin, * from engine_builds order by id')
    const at = others[place]
    expect(at && (await ask(at).catch((error: unknown) => error))).toMatchObject({ code: 'NotFoundEntity' })
    expect(await world.database.query('select xmin, * from engine_builds order by id')).toEqual(before)
  },
)

test('a build is not found under another job', async () => {
  await expect(engine.getBuild(victim, build, 'other')).rejects.toMatchObject({ code: 'NotFoundEntity' })
  expect(await engine.getBuild(victim, build, 'use')).toMatchObject({ id: build })
})

test('bounds of others make empty pages', async () => {
  const stranger = others['a pipeline of another organization']
  if (!stranger) throw new Error('no stranger')
  expect(await engine.listVersions(stranger, 'r', { since: version, limit: 5 }, [])).toEqual({ items: [] })
  expect(await engine.listVersions(stranger, 'r', { until: version, limit: 5 }, [])).toEqual({ items: [] })
})
