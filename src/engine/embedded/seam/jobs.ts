import type { OrgTx } from '../../../db/organization-tx.ts'
import { notFound } from '../../../errors.ts'
import type { EngineJob, PipelineAt } from '../../types.ts'
import type { Context } from '../context.ts'
import { clearCaches } from '../store/caches.ts'
import * as store from '../store/jobs.ts'
import { wake } from '../store/pipelines.ts'
import { viewJobs } from './job-view.ts'
import { theConfig } from './saving.ts'

export const listJobs = (context: Context, at: PipelineAt): Promise<EngineJob[]> =>
  context.read(at.organizationId, async (tx) => viewJobs(await theConfig(tx, at), await store.listJobs(tx, [at.pipelineId])))

export const getJob = (context: Context, at: PipelineAt, name: string): Promise<EngineJob> =>
  context.read(at.organizationId, async (tx) => {
    const [job] = viewJobs(await theConfig(tx, at), await store.listJobs(tx, [at.pipelineId], name))
    if (!job) throw notFound('job')
    const first = await store.firstLoggedBuild(tx, job.id)
    return { ...job, ...(first === undefined ? {} : { first_logged_build_id: first }) }
  })

/** @throws NotFound when the pipeline has no such job now */
export async function theJob(tx: OrgTx, at: PipelineAt, name: string): Promise<{ id: number; name: string }> {
  const job = await store.findJob(tx, at.pipelineId, name)
  if (!job) throw notFound('job')
  return job
}

export const setJobPaused = (context: Context, at: PipelineAt, name: string, paused: boolean): Promise<void> =>
  context.write(at.organizationId, async (tx) => {
    await wake(tx, at.pipelineId)
    await store.setJobPaused(tx, (await theJob(tx, at, name)).id, paused)
  })

export const clearTaskCache = (context: Context, at: PipelineAt, name: string, step: string, path: string | undefined): Promise<number> =>
  context.write(at.organizationId, async (tx) => clearCaches(tx, (await theJob(tx, at, name)).id, step, path))
