/** Pages of builds and versions, held against a plain list of all of them. */
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import * as w from '../../../../test/support/engine-world.ts'
import type { EnginePage, EnginePageQuery, PipelineAt } from '../../types.ts'
import type { EmbeddedEngine } from '../engine.ts'

const { config, job, resource, save, task } = w

let world: w.EngineWorld
let engine: EmbeddedEngine
let at: PipelineAt
/** Newest first. */
let builds: number[]
let versions: { id: number; even: boolean }[]
beforeAll(async () => {
  world = await w.openEngineWorld()
  engine = world.engine()
  at = await world.pipeline(await world.team('acme'), 'paged')
  await save(engine, at, config([job('a', [{ get: 'r' }]), job('b', [task('say', 'x')])], resource('r'), resource('s')))
  // Of two jobs in turn, so that the numbers of one have gaps.
  await world.database.query(`insert into engine_builds (organization_id, pipeline_id, job_id, name, status)
    select organization_id, pipeline_id, id, n, 'succeeded' from generate_series(1, 25) n, engine_jobs order by n`)
  const ofA = await world.database.query<{ id: string }>(
    "select b.id from engine_builds b join engine_jobs j on j.id = b.job_id where j.name = 'a' order by b.id desc",
  )
  builds = ofA.map(({ id }) => Number(id))
  // In an order that is not that of their ids.
  await world.database.query(`insert into engine_versions (organization_id, resource_id, history, version, digest, check_order)
    select organization_id, id, history, jsonb_build_object('n', n::text, 'even', (n % 2 = 0)::text), n, (n * 7) % 30
    from generate_series(1, 29) n, engine_resources where name in ('r', 's') order by n`)
  const ofR = await world.database.query<{ id: string; even: boolean }>(
    "select v.id, v.version ->> 'even' = 'true' as even from engine_versions v join engine_resources r on r.id = v.resource_id where r.name = 'r' order by check_order desc",
  )
  versions = ofR.map(({ id, even }) => ({ id: Number(id), even }))
})
afterAll(() => world?.[Symbol.asyncDispose]())

/** What the page is, by its definition. */
function expected(all: readonly number[], order: (id: number) => number, { since, until, limit }: EnginePageQuery) {
  const [from, to] = [since === undefined ? undefined : order(since), until === undefined ? undefined : order(until)]
  const older = all.filter((id) => from === undefined || order(id) < from)
  const page = to === undefined ? older.slice(0, limit) : all.filter((id) => order(id) > to).slice(-limit)
  const [newest, oldest] = [page[0], page.at(-1)]
  return {
    ids: page,
    ...(oldest !== undefined && all.some((id) => order(id) < order(oldest)) ? { next: { since: oldest } } : {}),
    ...(newest !== undefined && all.some((id) => order(id) > order(newest)) ? { previous: { until: newest } } : {}),
  }
}
const shown = ({ items, ...links }: EnginePage<{ id: number }>) => ({ ids: items.map(({ id }) => id), ...links })

const query = (ids: readonly number[]): fc.Arbitrary<EnginePageQuery> =>
  fc
    .record({ bound: fc.constantFrom('since', 'until', 'none'), id: fc.constantFrom(...ids), limit: fc.integer({ min: 1, max: 30 }) })
    .map(({ bound, id, limit }) => ({
      limit,
      ...(bound === 'since' ? { since: id } : bound === 'until' ? { until: id } : {}),
    }))

test('a page of builds is what lies beyond its bound, and says exactly what lies around it', () =>
  fc.assert(
    fc.asyncProperty(query([0, ...builds, ...builds.map((id) => id + 1)]), async (page) => {
      expect(shown(await engine.listBuilds(at, 'a', page))).toEqual(expected(builds, (id) => id, page))
    }),
    { seed: 1, numRuns: 150 },
  ))

test('a page of versions goes by the order in which they were found, with a filter too', () =>
  fc.assert(
    fc.asyncProperty(query(versions.map(({ id }) => id)), fc.boolean(), async (page, onlyEven) => {
      const places = new Map(versions.map(({ id }, index) => [id, -index] as const))
      const all = versions.filter(({ even }) => even || !onlyEven).map(({ id }) => id)
      const found = await engine.listVersions(at, 'r', page, onlyEven ? [['even', 'true']] : [])
      expect(shown(found)).toEqual(expected(all, (id) => places.get(id) ?? 0, page))
    }),
    { seed: 1, numRuns: 150 },
  ))

test('whoever follows the links sees everything once, there and back', async () => {
  const walk = async (page: EnginePageQuery, onward: (page: EnginePage<{ id: number }>) => EnginePageQuery | undefined) => {
    const seen: number[][] = []
    for (let next: EnginePageQuery | undefined = page; next; ) {
      const found: EnginePage<{ id: number }> = await engine.listVersions(at, 'r', next, [])
      seen.push(found.items.map(({ id }) => id))
      next = onward(found)
    }
    return seen
  }
  const ids = versions.map(({ id }) => id)
  expect((await walk({ limit: 4 }, ({ next }) => next && { ...next, limit: 4 })).flat()).toEqual(ids)
  const back = await walk({ since: ids.at(-2) ?? 0, limit: 1 }, ({ previous }) => previous && { ...previous, limit: 4 })
  expect(back.reverse().flat()).toEqual(ids)
})

test('filters hold all at once, and what looks like a pattern is plain text', async () => {
  const refs = async (...filter: [string, string][]) => (await engine.listVersions(at, 'r', { limit: 50 }, filter)).items.length
  expect(await refs(['even', 'true'], ['n', '4'])).toBe(1)
  expect(await refs(['even', 'true'], ['n', '5'])).toBe(0)
  expect(await refs(['n', '4'], ['n', '5'])).toBe(0)
  for (const odd of ['%', '"', "'", '__proto__', '{}']) expect(await refs(['n', odd])).toBe(0)
  expect(await refs(['__proto__', 'x'])).toBe(0)
})

test('finished builds come by the time at which they began, both ends included', async () => {
  await world.database.query(
    `update engine_builds set started_at = to_timestamp(1000 + name::int) + interval '0.4 s', ended_at = to_timestamp(2000)`,
  )
  const names = async (job: string | undefined, begin: number, end: number, most = 100) =>
    (await engine.listFinishedBuilds(at, job, begin, end, most)).map(({ name }) => name)
  expect(await names('a', 1003, 1005)).toEqual(['3', '4', '5'])
  expect(await names(undefined, 1003, 1004)).toEqual(['3', '3', '4', '4'])
  expect(await names('a', 1003, 1025, 2)).toEqual(['3', '4'])
})
