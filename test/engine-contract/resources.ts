import { describe, expect, test } from 'vitest'
import type { PipelineConfig, ResourceConfig } from '../../src/formats/pipeline/types.ts'
import { type Bench, ids, job, mock, refused, versionsOf } from './harness.ts'

const withRepo = (more: Partial<ResourceConfig> = {}): PipelineConfig => ({
  resources: [mock('repo', more)],
  jobs: [job('test', [{ get: 'repo' }])],
})

export function resourceContract(bench: Bench): void {
  describe('a resource', () => {
    test('is told of in a list as alone', async () => {
      const at = await bench.pipeline({
        resources: [mock('repo', { icon: 'git' }), mock('tick', { type: 'time', source: { interval: '24h' } })],
        jobs: [job('test', [{ get: 'repo' }, { get: 'tick' }])],
      })
      await bench.found(at, 'repo', null)
      const list = await bench.engine.listResources(at)
      expect(list).toMatchObject([
        { name: 'repo', type: 'mock', icon: 'git', pinned_in_config: false, last_checked: expect.any(Number) },
        { name: 'tick', type: 'time', pinned_in_config: false },
      ])
      expect(list[0]).not.toHaveProperty('source')
      for (const one of list) expect(await bench.engine.getResource(at, one.name)).toEqual(one)
    })

    test('is checked when somebody asks, from a version or from the newest', async () => {
      const at = await bench.pipeline(withRepo())
      const check = await bench.engine.checkResource(at, 'repo', null)
      expect(check).toMatchObject({ name: 'check', resource_name: 'repo' })
      await bench.events(at, check, { isCheck: true })
      expect(versionsOf(await bench.versions(at, 'repo'))).toEqual(['v1'])
      await bench.found(at, 'repo', 'v2')
      await bench.found(at, 'repo', 'v2')
      expect(versionsOf(await bench.versions(at, 'repo'))).toEqual(['v2', 'v1'])
      expect((await bench.engine.getResource(at, 'repo')).build).toMatchObject({ name: 'check', status: 'succeeded' })
    })

    test('says why its check failed', async () => {
      const at = await bench.pipeline(withRepo({ source: { check_failure: 'the well is dry' } }))
      await bench.found(at, 'repo', null)
      const seen = await bench.until(
        'it failed',
        () => bench.engine.getResource(at, 'repo'),
        ({ check_error }) => check_error !== undefined,
      )
      expect(seen.check_error).toContain('the well is dry')
    })

    test('that the pipeline does not have is NotFound', async () => {
      const at = await bench.pipeline(withRepo())
      const calls = [
        () => bench.engine.getResource(at, 'nothing'),
        () => bench.engine.checkResource(at, 'nothing', null),
        () => bench.engine.listVersions(at, 'nothing', { limit: 5 }, []),
        () => bench.engine.unpinResource(at, 'nothing'),
        () => bench.engine.getResource(at, '..'),
      ]
      for (const call of calls) await refused(call(), 'NotFoundEntity')
    })
  })

  describe('versions of a resource', () => {
    test('come in pages that leave out nothing and repeat nothing', async () => {
      const at = await bench.pipeline(withRepo())
      for (const version of ['v1', 'v2', 'v3', 'v4', 'v5']) await bench.found(at, 'repo', version)
      const all = ids(await bench.versions(at, 'repo'))
      expect(all).toHaveLength(5)
      const page = (query: { since?: number; until?: number; limit: number }) => bench.engine.listVersions(at, 'repo', query, [])
      for (const limit of [1, 2, 3, 10])
        for (const [place, bound] of all.entries()) {
          const [newer, older] = [all.slice(0, place), all.slice(place + 1)]
          const below = await page({ since: bound, limit })
          expect(ids(below.items)).toEqual(older.slice(0, limit))
          expect(below.next).toEqual(older.length > limit ? { since: older[limit - 1] } : undefined)
          const above = await page({ until: bound, limit })
          expect(ids(above.items)).toEqual(newer.slice(-limit))
          expect(above.previous).toEqual(newer.length > limit ? { until: newer.at(-limit) } : undefined)
        }
    })

    test('have no page beside a version of another resource', async () => {
      const [at, other] = [await bench.pipeline(withRepo()), await bench.pipeline(withRepo())]
      await bench.found(at, 'repo', 'v1')
      await bench.found(other, 'repo', 'v1')
      const [foreign] = await bench.versions(other, 'repo')
      for (const bound of [foreign?.id ?? 0, Number.MAX_SAFE_INTEGER]) {
        expect(await bench.engine.listVersions(at, 'repo', { since: bound, limit: 5 }, [])).toEqual({ items: [] })
        expect(await bench.engine.listVersions(at, 'repo', { until: bound, limit: 5 }, [])).toEqual({ items: [] })
      }
    })

    test('are found by their fields', async () => {
      const at = await bench.pipeline(withRepo())
      for (const version of ['a:b', 'v2']) await bench.found(at, 'repo', version)
      const found = async (...filter: [string, string][]) =>
        versionsOf((await bench.engine.listVersions(at, 'repo', { limit: 5 }, filter)).items)
      expect(await found(['version', 'v2'])).toEqual(['v2'])
      expect(await found(['version', 'a:b'])).toEqual(['a:b'])
      expect(await found(['version', 'v2'], ['version', 'a:b'])).toEqual([])
      expect(await found(['ref', 'v2'])).toEqual([])
    })

    test('are skipped while they are disabled, and saying so twice changes nothing', async () => {
      const at = await bench.pipeline(withRepo())
      for (const version of ['v1', 'v2']) await bench.found(at, 'repo', version)
      const [newest] = await bench.versions(at, 'repo')
      for (const enabled of [false, false]) await bench.engine.setVersionEnabled(at, 'repo', newest?.id ?? 0, enabled)
      expect((await bench.versions(at, 'repo')).map(({ enabled }) => enabled)).toEqual([false, true])
      const build = await bench.run(at, 'test')
      const { inputs } = await bench.engine.getBuildResources(at, 'test', build.id)
      expect(versionsOf(inputs)).toEqual(['v1'])
      for (const enabled of [true, true]) await bench.engine.setVersionEnabled(at, 'repo', newest?.id ?? 0, enabled)
      expect((await bench.versions(at, 'repo')).map(({ enabled }) => enabled)).toEqual([true, true])
    })

    test('are taken when they are pinned, with a comment on it, until they are unpinned', async () => {
      const at = await bench.pipeline(withRepo())
      for (const version of ['v1', 'v2']) await bench.found(at, 'repo', version)
      const [, oldest] = await bench.versions(at, 'repo')
      await refused(bench.engine.setPinComment(at, 'repo', 'why'), 'Conflict')
      for (let time = 0; time < 2; time++) await bench.engine.pinVersion(at, 'repo', oldest?.id ?? 0)
      await bench.engine.setPinComment(at, 'repo', 'v2 is broken')
      expect(await bench.engine.getResource(at, 'repo')).toMatchObject({
        ...{ pinned_version: { version: 'v1' }, pinned_in_config: false, pin_comment: 'v2 is broken' },
      })
      const build = await bench.run(at, 'test')
      expect(versionsOf((await bench.engine.getBuildResources(at, 'test', build.id)).inputs)).toEqual(['v1'])
      for (let time = 0; time < 2; time++) await bench.engine.unpinResource(at, 'repo')
      const after = await bench.engine.getResource(at, 'repo')
      expect([after.pinned_version, after.pin_comment]).toEqual([undefined, undefined])
    })

    test('that the configuration pins are pinned there alone', async () => {
      const at = await bench.pipeline(withRepo({ version: { version: 'v1' } }))
      await bench.found(at, 'repo', 'v1')
      expect(await bench.engine.getResource(at, 'repo')).toMatchObject({ pinned_in_config: true, pinned_version: { version: 'v1' } })
      const [version] = await bench.versions(at, 'repo')
      await refused(bench.engine.pinVersion(at, 'repo', version?.id ?? 0), 'Conflict')
      await refused(bench.engine.unpinResource(at, 'repo'), 'Conflict')
    })

    test('know the builds that took them and made them, newest first', async () => {
      const at = await bench.pipeline({
        resources: [mock('repo'), mock('image', { source: { metadata: [{ name: 'size', value: '7' }] } })],
        jobs: [job('build', [{ get: 'repo' }, { put: 'image', params: { version: 'i1' } }])],
      })
      const first = await bench.run(at, 'build')
      const second = await bench.run(at, 'build')
      const [repo] = await bench.versions(at, 'repo')
      const image = (await bench.versions(at, 'image')).find(({ version }) => version['version'] === 'i1')
      const builds = async (resource: string, id: number | undefined, as: 'input' | 'output') =>
        ids(await bench.engine.listBuildsWithVersion(at, resource, id ?? 0, as))
      expect(await builds('repo', repo?.id, 'input')).toEqual(ids([second, first]))
      expect(await builds('repo', repo?.id, 'output')).toEqual([])
      expect(await builds('image', image?.id, 'output')).toEqual(ids([second, first]))
      expect(image?.metadata).toEqual([{ name: 'size', value: '7' }])
    })
  })

  describe('workers', () => {
    test('are those of the organization and those of all', async () => {
      const workers = await bench.engine.listWorkers(bench.team)
      expect(workers.length).toBeGreaterThan(0)
      for (const worker of workers) {
        expect(worker).toMatchObject({ name: expect.any(String), state: expect.any(String), platform: 'linux', tags: expect.any(Array) })
        expect(['', bench.team.team, bench.team.organization]).toContain(worker.team)
        expect(worker).not.toHaveProperty('addr')
      }
    })

    test('or not, the engine says that it is well', async () => {
      expect(await bench.engine.checkHealth()).not.toBe('')
    })
  })
}
