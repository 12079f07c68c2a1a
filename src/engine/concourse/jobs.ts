import { isProblem } from '../../outside/concourse/errors.ts'
import { isSafeName } from '../../outside/concourse/path.ts'
import type { EngineJob, PipelineAt } from '../types.ts'
import { type Context, pathOf } from './context.ts'
import { configOf } from './pipelines.ts'
import { asked } from './refusals.ts'
import { viewJob, viewJobs } from './view.ts'

export async function listJobs({ client }: Context, at: PipelineAt): Promise<EngineJob[]> {
  const path = pathOf(at)
  const [jobs, config] = await asked({ what: 'pipeline' }, Promise.all([client.listJobs(path), client.readConfig(path)]))
  return viewJobs(jobs, config ? configOf(config.config).jobs : [])
}

export async function getJob({ client }: Context, at: PipelineAt, name: string): Promise<EngineJob> {
  const path = pathOf(at)
  const [job, config] = await asked({ what: 'job' }, Promise.all([client.readJob(path, name), client.readConfig(path)]))
  const config_ = config && configOf(config.config).jobs.find((candidate) => candidate.name === name)
  return viewJob(job, config_)
}

export const setJobPaused = ({ client }: Context, at: PipelineAt, job: string, paused: boolean): Promise<void> =>
  asked({ what: 'job' }, client.setJobPaused(pathOf(at), job, paused))

export async function clearTaskCache(
  { client }: Context,
  at: PipelineAt,
  job: string,
  step: string,
  path: string | undefined,
): Promise<number> {
  const clear = async () => {
    // Concourse cannot be asked about a step of this name: to it, there is none.
    if (!isSafeName(step)) {
      await client.readJob(pathOf(at), job)
      return 0
    }
    try {
      return await client.clearTaskCache(pathOf(at), job, step, path)
    } catch (error) {
      // In some versions an unknown job is a server error here.
      if (isProblem(error, 'server')) await client.readJob(pathOf(at), job)
      throw error
    }
  }
  return asked({ what: 'job' }, clear())
}
