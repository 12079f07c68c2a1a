import { describe, expect, test } from 'vitest'
import { type Bench, hello, job, mock, script } from './harness.ts'

export function waitingContract(bench: Bench): void {
  describe('a build that waits says why', () => {
    test('the pipeline is paused', async () => {
      const at = await bench.pipeline(hello)
      await bench.engine.setPipelinePaused(at, true)
      const build = await bench.engine.createBuild(at, 'hello')
      const seen = await bench.preparation(at, 'hello', build, ({ paused_pipeline }) => paused_pipeline === 'blocking')
      expect(seen).toMatchObject({ build_id: build.id, reason: expect.stringMatching(/paused.*unpause/i) })
      await bench.engine.setPipelinePaused(at, false)
      expect((await bench.ended(at, build)).status).toBe('succeeded')
      const after = await bench.engine.getBuildPreparation(at, 'hello', build.id)
      expect(after).toMatchObject({ paused_pipeline: 'not_blocking', inputs_satisfied: 'not_blocking' })
      expect(after.reason).toBeUndefined()
    })

    test('the job is paused', async () => {
      const at = await bench.pipeline(hello)
      await bench.engine.setJobPaused(at, 'hello', true)
      const build = await bench.engine.createBuild(at, 'hello')
      const seen = await bench.preparation(at, 'hello', build, ({ paused_job }) => paused_job === 'blocking')
      expect(seen.reason).toMatch(/hello.*paused.*unpause/i)
    })

    test('another one runs, and it begins when that one ends', async () => {
      const at = await bench.pipeline({ jobs: [job('one', [script('sleep 300')], { serial: true })] })
      const first = await bench.engine.createBuild(at, 'one')
      await bench.until(
        'it runs',
        () => bench.engine.getBuild(at, first.id),
        ({ status }) => status === 'started',
      )
      const second = await bench.engine.createBuild(at, 'one')
      const seen = await bench.preparation(at, 'one', second, ({ max_running_builds }) => max_running_builds === 'blocking')
      expect(seen.reason).toMatch(/one.* runs/)
      await bench.engine.abortBuild(at, 'one', first.id)
      await bench.until(
        'the second runs',
        () => bench.engine.getBuild(at, second.id),
        ({ status }) => status === 'started',
      )
      await bench.engine.abortBuild(at, 'one', second.id)
      await bench.ended(at, second)
    })

    test('jobs before it have not succeeded with its input', async () => {
      const at = await bench.pipeline({
        resources: [mock('repo')],
        jobs: [job('unit', [{ get: 'repo' }]), job('lint', [{ get: 'repo' }]), job('ship', [{ get: 'repo', passed: ['unit', 'lint'] }])],
      })
      expect((await bench.run(at, 'unit')).status).toBe('succeeded')
      const build = await bench.engine.createBuild(at, 'ship')
      const seen = await bench.preparation(at, 'ship', build, ({ missing_input_reasons }) => 'repo' in missing_input_reasons)
      expect(seen).toMatchObject({ inputs_satisfied: 'blocking', inputs: { repo: 'blocking' }, reason: expect.stringContaining('repo') })
      expect((await bench.run(at, 'lint')).status).toBe('succeeded')
      expect((await bench.ended(at, build)).status).toBe('succeeded')
    })

    test('its resource has no version', async () => {
      const at = await bench.pipeline({
        resources: [mock('repo', { source: { no_initial_version: true } })],
        jobs: [job('test', [{ get: 'repo' }])],
      })
      const build = await bench.engine.createBuild(at, 'test')
      const isSo = (seen: { missing_input_reasons: Record<string, string> }) =>
        seen.missing_input_reasons['repo']?.includes('not found') ?? false
      expect((await bench.preparation(at, 'test', build, isSo)).reason).toMatch(/repo.*(check|version)/)
      await bench.found(at, 'repo', 'v1')
      expect((await bench.ended(at, build)).status).toBe('succeeded')
    })
  })

  describe('inputs that passed a job', () => {
    test('trigger with the version that did', async () => {
      const at = await bench.pipeline({
        resources: [mock('repo')],
        jobs: [job('unit', [{ get: 'repo', trigger: true }]), job('ship', [{ get: 'repo', trigger: true, passed: ['unit'] }])],
      })
      await bench.found(at, 'repo', 'v2')
      const look = () => bench.builds(at, 'ship')
      const [build] = await bench.until('ship has run', look, ([newest]) => newest?.status === 'succeeded')
      const { inputs } = await bench.engine.getBuildResources(at, 'ship', build?.id ?? 0)
      expect(inputs).toMatchObject([{ version: { version: 'v2' } }])
    })

    test('come from one and the same build of it', async () => {
      const at = await bench.pipeline({
        resources: [mock('left', { source: { initial_version: 'l1' } }), mock('right', { source: { initial_version: 'r1' } })],
        jobs: [
          job('both', [{ get: 'left' }, { get: 'right' }]),
          job('ship', [
            { get: 'left', passed: ['both'] },
            { get: 'right', passed: ['both'] },
          ]),
        ],
      })
      const taken = async () => {
        const { id } = await bench.run(at, 'ship')
        const { inputs } = await bench.engine.getBuildResources(at, 'ship', id)
        return inputs.map(({ version }) => version['version']).sort()
      }
      await bench.run(at, 'both')
      await bench.found(at, 'left', 'l2')
      await bench.found(at, 'right', 'r2')
      await bench.run(at, 'both')
      expect(await taken()).toEqual(['l2', 'r2'])
      const newest = (await bench.versions(at, 'left')).find(({ version }) => version['version'] === 'l2')
      await bench.engine.setVersionEnabled(at, 'left', newest?.id ?? 0, false)
      // Not l1 with r2: they were never together.
      expect(await taken()).toEqual(['l1', 'r1'])
    })
  })
}
