import { nameOf } from '../../access/actor.ts'
import type { DomainHandlers, Schema } from '../../contract/operation.ts'
import { pageOf } from '../../db/page.ts'
import type { EngineJob, PipelineAt } from '../../engine/types.ts'
import type { OrganizationContext } from '../../http/context.ts'
import { pipelineOf } from '../pipelines/path.ts'
import { findAt } from '../pipelines/pipelines.ts'
import { forgetPausedJob, notePausedJob, type PipelinePath, readBuildNotes, readJobNotes } from '../pipelines/queries.ts'
import { buildsIn, viewJob } from '../pipelines/view.ts'
import { hidingTokens } from '../terraform-state/hidden.ts'

export const pipelineJobs: DomainHandlers<'pipeline-jobs'> = hidingTokens<DomainHandlers<'pipeline-jobs'>>({
  async getJobs(context, { path, query }) {
    const at = await findAt(context, pipelineOf(path))
    const { rows, pagination } = pageOf(await context.platform.engine.listJobs(at), query)
    return { data: await showJobs(context, at, rows), pagination }
  },

  async getJob(context, { path }) {
    const at = await findAt(context, pipelineOf(path))
    const [data] = await showJobs(context, at, [await context.platform.engine.getJob(at, path.job_name)])
    return { data: data as Schema<'Job'> }
  },

  async pauseJob(context, { path }) {
    await setPaused(context, pipelineOf(path), path.job_name, true)
    return undefined
  },

  async unpauseJob(context, { path }) {
    await setPaused(context, pipelineOf(path), path.job_name, false)
    return undefined
  },

  async clearTaskCache(context, { path, query }) {
    const at = await findAt(context, pipelineOf(path))
    const cache = query.cache_path === '' ? undefined : query.cache_path
    const removed = await context.platform.engine.clearTaskCache(at, path.job_name, path.step_name, cache)
    await context.write(
      async () => {},
      () => ({
        name: path.job_name,
        message: `${nameOf(context.actor)} cleared ${removed} caches of the task ${path.step_name} of the job ${path.job_name}`,
      }),
    )
    return { data: { caches_removed: removed } }
  },
})

async function showJobs({ read }: OrganizationContext, at: PipelineAt, jobs: readonly EngineJob[]): Promise<Schema<'Job'>[]> {
  const { builds, notes } = await read(async (tx) => ({
    builds: await readBuildNotes(tx, [at.pipelineId], buildsIn(jobs)),
    notes: await readJobNotes(tx, [at.pipelineId]),
  }))
  return jobs.map((job) => viewJob(at, job, builds, notes))
}

async function setPaused(context: OrganizationContext, path: PipelinePath, job: string, paused: boolean): Promise<void> {
  const at = await findAt(context, path)
  await context.platform.engine.setJobPaused(at, job, paused)
  await context.write(
    async (tx) => {
      if (paused) await notePausedJob(tx, { pipeline_id: at.pipelineId, job, paused_by: nameOf(context.actor) })
      else await forgetPausedJob(tx, at.pipelineId, job)
    },
    () => ({ name: job }),
  )
}
