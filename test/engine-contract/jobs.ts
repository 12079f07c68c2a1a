import { describe, expect, test } from 'vitest'
import type { PipelineConfig } from '../../src/formats/pipeline/types.ts'
import { type Bench, hello, job, mock, plainly, refused, script } from './harness.ts'

const sayOnly = (text: string): PipelineConfig => ({ jobs: [job('say', [script(text)])] })

export function jobContract(bench: Bench): void {
  describe('a job', () => {
    test('tells what it takes and makes, in a list as alone', async () => {
      const at = await bench.pipeline({
        groups: [{ name: 'g', jobs: ['build', 'ship'] }],
        resources: [mock('repo'), mock('image')],
        jobs: [
          job('build', [
            { get: 'repo', trigger: true },
            { put: 'image', params: { version: 'i1' } },
          ]),
          job('ship', [{ do: [{ get: 'code', resource: 'repo', passed: ['build'], version: 'every' }] }], { disable_manual_trigger: true }),
        ],
      })
      const list = await bench.engine.listJobs(at)
      expect(list).toMatchObject([
        {
          ...{ name: 'build', paused: false, groups: ['g'], disable_manual_trigger: false },
          ...{ inputs: [{ name: 'repo', resource: 'repo', trigger: true }], outputs: [{ name: 'image', resource: 'image' }] },
        },
        {
          ...{ name: 'ship', paused: false, groups: ['g'], disable_manual_trigger: true, outputs: [] },
          inputs: [{ name: 'code', resource: 'repo', trigger: false, passed: ['build'], version: 'every' }],
        },
      ])
      for (const one of list) expect(await bench.engine.getJob(at, one.name)).toEqual(one)
    })

    test('takes no builds by hand when its configuration says so', async () => {
      const at = await bench.pipeline({ jobs: [job('shut', [script('echo x')], { disable_manual_trigger: true })] })
      await refused(bench.engine.createBuild(at, 'shut'), 'Conflict')
      expect(await bench.builds(at, 'shut')).toEqual([])
    })

    test('is paused and unpaused, however often', async () => {
      const at = await bench.pipeline(hello)
      for (const paused of [true, true, false, false]) {
        await bench.engine.setJobPaused(at, 'hello', paused)
        expect((await bench.engine.getJob(at, 'hello')).paused).toBe(paused)
      }
    })

    test('knows its last build, and since when it goes as it does', async () => {
      const at = await bench.pipeline(sayOnly('echo well'))
      const first = await bench.run(at, 'say')
      await bench.engine.savePipeline(at, { config: sayOnly('exit 1'), ...plainly })
      const second = await bench.run(at, 'say')
      const third = await bench.run(at, 'say')
      expect([first.status, second.status, third.status]).toEqual(['succeeded', 'failed', 'failed'])
      const look = () => bench.engine.getJob(at, 'say')
      const seen = await bench.until('the job has settled', look, ({ finished_build }) => finished_build?.id === third.id)
      expect(seen.transition_build).toMatchObject({ id: second.id, name: '2', status: 'failed' })
      expect(seen.next_build).toBeUndefined()
      expect(seen.first_logged_build_id).toBe(first.id)
    })

    test('shows the build that runs as the next one', async () => {
      const at = await bench.pipeline(sayOnly('sleep 60'))
      const build = await bench.engine.createBuild(at, 'say')
      const look = () => bench.engine.getJob(at, 'say')
      const seen = await bench.until('the build runs', look, ({ next_build }) => next_build?.status === 'started')
      expect(seen.next_build).toMatchObject({ id: build.id, name: '1', job_name: 'say' })
      await bench.engine.abortBuild(at, 'say', build.id)
      await bench.ended(at, build)
    })

    test('forgets the cache of a task, or says that there is none', async () => {
      const cached = script('echo warm > warm/file', { caches: [{ path: 'warm' }] })
      const at = await bench.pipeline({ jobs: [job('cook', [cached])] })
      expect((await bench.run(at, 'cook')).status).toBe('succeeded')
      expect(await bench.engine.clearTaskCache(at, 'cook', 'no-such-step', undefined)).toBe(0)
      expect(await bench.engine.clearTaskCache(at, 'cook', 'say', 'elsewhere')).toBe(0)
      expect(await bench.engine.clearTaskCache(at, 'cook', 'say', 'warm')).toBeGreaterThan(0)
      expect(await bench.engine.clearTaskCache(at, 'cook', 'say', undefined)).toBe(0)
      await refused(bench.engine.clearTaskCache(at, 'nobody', 'say', undefined), 'NotFoundEntity')
    })

    test('that the pipeline does not have is NotFound', async () => {
      const at = await bench.pipeline(hello)
      const calls = [
        () => bench.engine.getJob(at, 'nobody'),
        () => bench.engine.setJobPaused(at, 'nobody', true),
        () => bench.engine.createBuild(at, 'nobody'),
        () => bench.engine.listBuilds(at, 'nobody', { limit: 5 }),
        // Names that lead somewhere else in a path.
        () => bench.engine.getJob(at, '..'),
        () => bench.engine.listBuilds(at, '../../other', { limit: 5 }),
        () => bench.engine.getJob(at, 'hello/builds'),
        () => bench.engine.getJob(at, ''),
      ]
      for (const call of calls) await refused(call(), 'NotFoundEntity')
    })
  })
}
