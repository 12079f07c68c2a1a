import { describe, expect, test } from 'vitest'
import { type Bench, hello, ids, job, mock, plainly, refused, script } from './harness.ts'

export function buildContract(bench: Bench): void {
  describe('a build', () => {
    test('that is asked for by hand runs to its end', async () => {
      const at = await bench.pipeline(hello)
      const asked = await bench.engine.createBuild(at, 'hello')
      expect(asked).toMatchObject({ name: '1', status: 'pending', job_name: 'hello' })
      const build = await bench.ended(at, asked)
      expect(build).toMatchObject({ id: asked.id, name: '1', status: 'succeeded', job_name: 'hello' })
      expect(build.end_time).toBeGreaterThanOrEqual(build.start_time ?? Number.POSITIVE_INFINITY)
      expect(await bench.engine.getBuild(at, build.id, 'hello')).toEqual(build)
      expect(await bench.builds(at, 'hello')).toEqual([build])
    })

    test('begins by itself with a version that is new, and only then', async () => {
      const at = await bench.pipeline({ resources: [mock('repo')], jobs: [job('test', [{ get: 'repo', trigger: true }])] })
      for (const version of ['v2', 'v2', 'v3']) {
        await bench.found(at, 'repo', version)
        const look = () => bench.builds(at, 'test')
        await bench.until(
          `a build with ${version}`,
          look,
          ([newest]) => newest?.status === 'succeeded' && newest.name === (version === 'v2' ? '1' : '2'),
        )
      }
      const builds = await bench.builds(at, 'test')
      expect(builds.map(({ name }) => name)).toEqual(['2', '1'])
      const resources = await bench.engine.getBuildResources(at, 'test', builds[0]?.id ?? 0)
      expect(resources).toEqual({ inputs: [{ name: 'repo', version: { version: 'v3' }, first_occurrence: true }], outputs: [] })
    })

    test('tells what it took and what it made', async () => {
      const at = await bench.pipeline({
        resources: [mock('repo'), mock('image')],
        jobs: [job('build', [{ get: 'repo' }, { put: 'image', params: { version: 'i7' } }])],
      })
      const build = await bench.run(at, 'build')
      expect(build.status).toBe('succeeded')
      expect(await bench.engine.getBuildResources(at, 'build', build.id)).toEqual({
        inputs: [{ name: 'repo', version: { version: 'v1' }, first_occurrence: true }],
        outputs: [{ name: 'image', version: { version: 'i7' } }],
      })
    })

    test('has a plan once it has started', async () => {
      const at = await bench.pipeline({ resources: [mock('repo')], jobs: [job('build', [{ get: 'repo' }, script('echo x')])] })
      await bench.engine.setJobPaused(at, 'build', true)
      const build = await bench.engine.createBuild(at, 'build')
      await refused(bench.engine.getBuildPlan(at, 'build', build.id), 'NotFoundEntity')
      await bench.engine.setJobPaused(at, 'build', false)
      await bench.ended(at, build)
      const { schema, plan } = await bench.engine.getBuildPlan(at, 'build', build.id)
      expect(schema).toBe('exec.v2')
      const text = JSON.stringify(plan)
      for (const part of ['"get":{"name":"repo"', '"task":{"name":"say"', '"id":']) expect(text).toContain(part)
    })

    test('runs again with the same versions, under a name with another number', async () => {
      const at = await bench.pipeline({
        resources: [mock('repo')],
        jobs: [job('test', [{ get: 'repo' }, script('cat repo/version', { inputs: [{ name: 'repo' }] })])],
      })
      const first = await bench.run(at, 'test')
      await bench.found(at, 'repo', 'v2')
      const again = await bench.engine.rerunBuild(at, 'test', first.id)
      expect(again).toMatchObject({ name: '1.1', job_name: 'test', rerun_of: { id: first.id, name: '1' }, rerun_number: 1 })
      expect((await bench.ended(at, again)).status).toBe('succeeded')
      const { inputs } = await bench.engine.getBuildResources(at, 'test', again.id)
      expect(inputs).toEqual([{ name: 'repo', version: { version: 'v1' }, first_occurrence: false }])
      // Of a rerun: of what it was a rerun of.
      expect(await bench.engine.rerunBuild(at, 'test', again.id)).toMatchObject({ name: '1.2', rerun_of: { id: first.id, name: '1' } })
    })

    test('that never began cannot run again', async () => {
      const at = await bench.pipeline(hello)
      await bench.engine.setJobPaused(at, 'hello', true)
      const build = await bench.engine.createBuild(at, 'hello')
      await refused(bench.engine.rerunBuild(at, 'hello', build.id), 'Conflict')
    })

    test('is aborted while it runs, and aborting it again does nothing', async () => {
      const at = await bench.pipeline({ jobs: [job('long', [script('echo begun; sleep 300')])] })
      const build = await bench.engine.createBuild(at, 'long')
      await bench.until(
        'it runs',
        () => bench.engine.getBuild(at, build.id),
        ({ status }) => status === 'started',
      )
      await bench.engine.abortBuild(at, 'long', build.id)
      expect((await bench.ended(at, build)).status).toBe('aborted')
      await bench.engine.abortBuild(at, 'long', build.id)
      expect((await bench.events(at, build)).at(-1)).toMatchObject({ type: 'status', data: { status: 'aborted' } })
    })

    test('is aborted while it waits', async () => {
      const at = await bench.pipeline(hello)
      await bench.engine.setJobPaused(at, 'hello', true)
      const build = await bench.engine.createBuild(at, 'hello')
      await bench.engine.abortBuild(at, 'hello', build.id)
      expect((await bench.ended(at, build)).status).toBe('aborted')
    })

    test('that has ended stays what it is when it is aborted', async () => {
      const at = await bench.pipeline(hello)
      const build = await bench.run(at, 'hello')
      await bench.engine.abortBuild(at, 'hello', build.id)
      expect((await bench.engine.getBuild(at, build.id)).status).toBe('succeeded')
    })
  })

  describe('builds of a job', () => {
    test('come in pages that leave out nothing and repeat nothing, reruns among them', async () => {
      const at = await bench.pipeline(hello)
      const first = await bench.run(at, 'hello')
      await bench.engine.setJobPaused(at, 'hello', true)
      const made = [first]
      for (const isRerun of [false, true, false, false, true, false])
        made.push(await (isRerun ? bench.engine.rerunBuild(at, 'hello', first.id) : bench.engine.createBuild(at, 'hello')))
      const all = ids(made).sort((one, other) => other - one)
      const page = (query: { since?: number; until?: number; limit: number }) => bench.engine.listBuilds(at, 'hello', query)
      // Bounds that are builds of this job, and some that are not.
      const bounds = [...all, Math.max(...all) + 7, Math.min(...all) - 1, Number.MAX_SAFE_INTEGER].filter((id) => id > 0)
      for (const limit of [1, 2, 3, 10]) {
        expect(ids((await page({ limit })).items)).toEqual(all.slice(0, limit))
        for (const bound of bounds) {
          const older = all.filter((id) => id < bound)
          const newer = all.filter((id) => id > bound)
          const below = await page({ since: bound, limit })
          expect(ids(below.items), `since ${bound}, limit ${limit}`).toEqual(older.slice(0, limit))
          expect(below.next, `since ${bound}, limit ${limit}`).toEqual(older.length > limit ? { since: older[limit - 1] } : undefined)
          expect(below.previous).toEqual(older.length > 0 && older.length < all.length ? { until: older[0] } : undefined)
          const above = await page({ until: bound, limit })
          expect(ids(above.items), `until ${bound}, limit ${limit}`).toEqual(newer.slice(-limit))
          expect(above.previous).toEqual(newer.length > limit ? { until: newer.at(-limit) } : undefined)
          expect(above.next).toEqual(newer.length > 0 && newer.length < all.length ? { since: newer.at(-1) } : undefined)
        }
      }
    })

    test('that ended are told by when they began', async () => {
      const at = await bench.pipeline({ jobs: [...hello.jobs, job('other', [script('exit 1')])] })
      const one = await bench.run(at, 'hello')
      const two = await bench.run(at, 'other')
      const three = await bench.run(at, 'hello')
      await bench.engine.setJobPaused(at, 'hello', true)
      await bench.engine.createBuild(at, 'hello')
      const [begin, end] = [(one.start_time ?? 0) - 1, (three.start_time ?? 0) + 1]
      const told = async (job: string | undefined, from: number, to: number, most: number) =>
        ids(await bench.engine.listFinishedBuilds(at, job, from, to, most))
      expect(await told(undefined, begin, end, 10)).toEqual(ids([one, two, three]))
      expect(await told('hello', begin, end, 10)).toEqual(ids([one, three]))
      expect(await told(undefined, begin, end, 2)).toEqual(ids([one, two]))
      expect(await told(undefined, end + 100, end + 200, 10)).toEqual([])
      expect(await told(undefined, begin - 200, begin - 100, 10)).toEqual([])
      await refused(bench.engine.listFinishedBuilds(at, 'nobody', begin, end, 10), 'NotFoundEntity')
    })

    test('keep their history when the configuration changes', async () => {
      const at = await bench.pipeline(hello)
      const build = await bench.run(at, 'hello')
      await bench.engine.savePipeline(at, { config: { jobs: [job('hello', [script('echo new')])] }, ...plainly })
      expect((await bench.run(at, 'hello')).name).toBe('2')
      expect(ids(await bench.builds(at, 'hello'))).toContain(build.id)
    })
  })
}
