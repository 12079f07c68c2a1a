import { describe, expect, test } from 'vitest'
import { samePipeline } from '../../src/formats/pipeline/diff.ts'
import type { PipelineConfig } from '../../src/formats/pipeline/types.ts'
import { type Bench, hello, ids, job, mock, plainly, refused, script } from './harness.ts'

const rich: PipelineConfig = {
  groups: [
    { name: 'all', jobs: ['zeta', 'alpha', 'mid'] },
    { name: 'ends', jobs: ['zeta'] },
  ],
  resources: [mock('repo', { icon: 'git' }), mock('out')],
  jobs: [
    job('zeta', [
      {
        in_parallel: [
          { get: 'repo', trigger: true },
          { get: 'other', resource: 'repo', version: 'every' },
        ],
      },
      { ...script('echo one'), timeout: '5m', attempts: 2, on_failure: script('echo no'), ensure: { do: [script('echo end')] } },
      { put: 'out', params: { version: 'x' }, no_get: true },
    ]),
    job('alpha', [{ get: 'repo', passed: ['zeta'] }, { try: script('exit 1') }], { serial: true, disable_manual_trigger: true }),
    job('mid', [script('echo mid')], { max_in_flight: 2, build_log_retention: { builds: 5 } }),
  ],
}

export function pipelineContract(bench: Bench): void {
  describe('a pipeline', () => {
    test('is there as it was saved, and not paused', async () => {
      const at = await bench.pipeline(rich)
      const config = await bench.engine.readConfig(at)
      expect(config && samePipeline(config, rich), JSON.stringify(config)).toBe(true)
      const states = await bench.engine.readPipelines(bench.team, [at])
      expect(states.get(at.pipelineId)).toMatchObject({ paused: false, public: false, archived: false, groups: rich.groups })
    })

    test('keeps its number, its builds and its pause when it is saved again', async () => {
      const at = await bench.place()
      const first = await bench.engine.savePipeline(at, { config: hello, ...plainly })
      const build = await bench.run(at, 'hello')
      await bench.engine.setPipelinePaused(at, true)
      expect(await bench.engine.savePipeline(at, { config: hello, ...plainly })).toEqual(first)
      const more = { jobs: [...hello.jobs, job('more', [script('echo more')])] }
      expect(await bench.engine.savePipeline(at, { config: more, ...plainly })).toEqual(first)
      expect(ids(await bench.builds(at, 'hello'))).toEqual([build.id])
      expect((await bench.engine.readPipelines(bench.team, [at])).get(at.pipelineId)?.paused).toBe(true)
    })

    test('has the jobs of its newest configuration, in their order', async () => {
      const at = await bench.pipeline(rich)
      expect((await bench.engine.listJobs(at)).map(({ name }) => name)).toEqual(['zeta', 'alpha', 'mid'])
      await bench.engine.savePipeline(at, { config: { jobs: [job('only', [script('echo x')])] }, ...plainly })
      expect((await bench.engine.listJobs(at)).map(({ name }) => name)).toEqual(['only'])
      await refused(bench.engine.getJob(at, 'zeta'), 'NotFoundEntity')
    })

    test('is deleted by its number alone, and deleting it again does nothing', async () => {
      const at = await bench.place()
      const { engineId } = await bench.engine.savePipeline(at, { config: hello, ...plainly })
      await bench.engine.deletePipeline(at, engineId + 1_000_000)
      expect(await bench.engine.readConfig(at)).toBeDefined()
      await bench.engine.deletePipeline(at, engineId)
      await bench.engine.deletePipeline(at, engineId)
      expect(await bench.engine.readConfig(at)).toBeUndefined()
      expect((await bench.engine.readPipelines(bench.team, [at])).size).toBe(0)
      await refused(bench.engine.listJobs(at), 'NotFoundEntity')
    })

    test('keeps its builds under another name', async () => {
      const at = await bench.pipeline(hello)
      const build = await bench.run(at, 'hello')
      await bench.engine.renamePipeline(at, `${at.name}-new`)
      const now = await bench.harness.renamed(at, `${at.name}-new`)
      expect(ids(await bench.builds(now, 'hello'))).toEqual([build.id])
      await bench.engine.deletePipeline(now, null)
    })

    test.each([true, false])('is paused %s, however often', async (paused) => {
      const at = await bench.pipeline(hello)
      for (const state of [!paused, paused, paused]) await bench.engine.setPipelinePaused(at, state)
      expect((await bench.engine.readPipelines(bench.team, [at])).get(at.pipelineId)?.paused).toBe(paused)
    })

    test('is told of among others; those that the engine does not have are left out', async () => {
      const [one, absent, other] = [await bench.pipeline(hello), await bench.place(), await bench.pipeline(rich)]
      const states = await bench.engine.readPipelines(bench.team, [one, absent, other])
      expect([...states.keys()].sort()).toEqual([one.pipelineId, other.pipelineId].sort())
      expect(states.get(other.pipelineId)?.jobs).toEqual(await bench.engine.listJobs(other))
    })

    test('that the engine does not have is NotFound', async () => {
      const at = await bench.place()
      await refused(bench.engine.setPipelinePaused(at, true), 'NotFoundEntity')
      await refused(bench.engine.listJobs(at), 'NotFoundEntity')
      await refused(bench.engine.listResources(at), 'NotFoundEntity')
      expect(await bench.engine.readConfig(at)).toBeUndefined()
    })

    test('is refused when a credential is missing, if that is asked for', async () => {
      const at = await bench.place()
      const config = {
        resources: [mock('repo', { source: { initial_version: '((nowhere.at_all))' } })],
        jobs: [job('a', [{ get: 'repo' }])],
      }
      const saving = bench.engine.savePipeline(at, { config, checkCredentials: true, evenIfUnsupported: false })
      await expect(saving).rejects.toMatchObject({ code: 'Invalid', details: [expect.stringContaining('nowhere')] })
    })

    test('of this kind is one that the engine can run', () => {
      expect(bench.engine.unsupported(bench.team, rich)).toEqual([])
    })
  })
}
