import { beforeAll, describe, test } from 'vitest'
import type { PipelineAt, PipelineEngine } from '../../src/engine/types.ts'
import { type Bench, job, mock, refused, script } from './harness.ts'

type BuildCall = (engine: PipelineEngine, at: PipelineAt, id: number) => Promise<unknown>

const drain = async (events: AsyncIterable<unknown>) => {
  for await (const _ of events);
}
const listen =
  (isCheck: boolean): BuildCall =>
  (engine, at, id) =>
    drain(engine.streamEvents(at, id, { signal: AbortSignal.timeout(20_000), isCheck }))

const buildCalls: Record<string, BuildCall> = {
  getBuild: (engine, at, id) => engine.getBuild(at, id),
  'getBuild of a job': (engine, at, id) => engine.getBuild(at, id, 'test'),
  abortBuild: (engine, at, id) => engine.abortBuild(at, 'test', id),
  rerunBuild: (engine, at, id) => engine.rerunBuild(at, 'test', id),
  getBuildPlan: (engine, at, id) => engine.getBuildPlan(at, 'test', id),
  getBuildPreparation: (engine, at, id) => engine.getBuildPreparation(at, 'test', id),
  getBuildResources: (engine, at, id) => engine.getBuildResources(at, 'test', id),
  streamEvents: listen(false),
}

const versionCalls: Record<string, BuildCall> = {
  enable: (engine, at, id) => engine.setVersionEnabled(at, 'repo', id, true),
  disable: (engine, at, id) => engine.setVersionEnabled(at, 'repo', id, false),
  pinVersion: (engine, at, id) => engine.pinVersion(at, 'repo', id),
  'builds with it': (engine, at, id) => engine.listBuildsWithVersion(at, 'repo', id, 'input'),
  'builds that made it': (engine, at, id) => engine.listBuildsWithVersion(at, 'repo', id, 'output'),
}

const config = {
  resources: [mock('repo'), mock('beside')],
  jobs: [job('test', [{ get: 'repo' }]), job('next', [{ get: 'beside' }, script('echo x')])],
}
const absurd = [0, -1, 2_147_483_648, Number.MAX_SAFE_INTEGER]

export function tenancyContract(bench: Bench): void {
  describe('a number that is not of this pipeline is NotFound', () => {
    let mine: PipelineAt
    /** Of another organization, of another pipeline, of another job or resource of this one. */
    const builds: number[] = []
    const versions: number[] = []
    beforeAll(async () => {
      mine = await bench.pipeline(config)
      await bench.run(mine, 'test')
      for (const at of [await bench.pipeline(config, bench.stranger), await bench.pipeline(config)]) {
        builds.push((await bench.run(at, 'test')).id)
        versions.push((await bench.versions(at, 'repo'))[0]?.id ?? 0)
      }
      builds.push((await bench.run(mine, 'next')).id)
      versions.push((await bench.versions(mine, 'beside'))[0]?.id ?? 0)
    }, 300_000)

    test.each(Object.keys(buildCalls))('%s', async (name) => {
      const call = buildCalls[name] as BuildCall
      // A build of another job of this pipeline is one of this pipeline.
      const needsJob = !['getBuild', 'streamEvents'].includes(name)
      for (const id of [...(needsJob ? builds : builds.slice(0, 2)), ...absurd])
        await refused(call(bench.engine, mine, id), 'NotFoundEntity')
    })

    test.each(Object.keys(versionCalls))('%s', async (name) => {
      const call = versionCalls[name] as BuildCall
      for (const id of [...versions, ...absurd]) await refused(call(bench.engine, mine, id), 'NotFoundEntity')
    })

    test('streamEvents of a check, of another organization', async () => {
      const at = await bench.pipeline(config, bench.stranger)
      const check = await bench.engine.checkResource(at, 'repo', null)
      await refused(listen(true)(bench.engine, mine, check.id), 'NotFoundEntity')
    })

    test('and so is a pipeline of the same name in another organization', async () => {
      const there = await bench.pipeline(config, bench.stranger)
      const here = { ...there, ...bench.team }
      await refused(bench.engine.listJobs(here), 'NotFoundEntity')
      await refused(bench.engine.createBuild(here, 'test'), 'NotFoundEntity')
    })
  })
}
