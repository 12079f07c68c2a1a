import type { OrgTx } from '../../../db/organization-tx.ts'
import { conflict, notFound } from '../../../errors.ts'
import type { JobConfig, PipelineConfig } from '../../../formats/pipeline/types.ts'
import type { BuildResources, EngineBuild, EnginePage, EnginePageQuery, PipelineAt, Preparation, PublicPlan } from '../../types.ts'
import type { Context } from '../context.ts'
import * as store from '../store/builds.ts'
import { takeBuildName } from '../store/jobs.ts'
import { lockPipeline, notifyRunners, wake } from '../store/pipelines.ts'
import { endBuild } from '../store/running.ts'
import { theJob } from './jobs.ts'
import { assertRuns } from './saving.ts'

/** Builds of one job that wait: nobody means a hundred of them, and each look of the scheduler goes through all. */
const mostPending = 100

export const listBuilds = (context: Context, at: PipelineAt, job: string, page: EnginePageQuery): Promise<EnginePage<EngineBuild>> =>
  context.read(at.organizationId, async (tx) => store.listBuilds(tx, (await theJob(tx, at, job)).id, page))

export const listFinishedBuilds = (
  context: Context,
  at: PipelineAt,
  job: string | undefined,
  time: { begin: number; end: number; most: number },
): Promise<EngineBuild[]> =>
  context.read(at.organizationId, async (tx) => {
    const jobId = job === undefined ? null : (await theJob(tx, at, job)).id
    return store.listFinished(tx, at.pipelineId, jobId, time)
  })

/** @throws NotFound when it is not of this pipeline, or not of the job that is named */
export async function theBuild(tx: OrgTx, at: PipelineAt, buildId: number, job?: string): Promise<store.BuildRow> {
  const row = await store.findBuild(tx, at.pipelineId, buildId)
  if (!row || (job !== undefined && row.build.job_name !== job)) throw notFound('build')
  return row
}

export const getBuild = (context: Context, at: PipelineAt, buildId: number, job?: string): Promise<EngineBuild> =>
  context.read(at.organizationId, async (tx) => (await theBuild(tx, at, buildId, job)).build)

/** The pipeline is locked: what is decided about the configuration holds until the build is there. */
async function lockedJob(context: Context, tx: OrgTx, at: PipelineAt, name: string): Promise<JobConfig> {
  const config: PipelineConfig | undefined = (await lockPipeline(tx, at.pipelineId))?.config
  const job = config?.jobs.find((candidate) => candidate.name === name)
  if (!config || !job) throw notFound('job')
  assertRuns(context, at, config)
  return job
}

export const createBuild = (context: Context, at: PipelineAt, name: string): Promise<EngineBuild> =>
  context.write(at.organizationId, async (tx) => {
    const job = await lockedJob(context, tx, at, name)
    if (job.disable_manual_trigger)
      throw conflict(`The job ${name} takes no builds that are asked for by hand: its configuration says disable_manual_trigger`)
    const taken = await takeBuildName(tx, at.pipelineId, name)
    if (!taken) throw notFound('job')
    await assertFewPending(tx, taken.id, name)
    const id = await store.insertBuild(tx, {
      pipelineId: at.pipelineId,
      jobId: taken.id,
      name: taken.name,
      isManual: true,
      createdAt: new Date(context.now()),
    })
    await wake(tx, at.pipelineId)
    return (await theBuild(tx, at, id)).build
  })

export const rerunBuild = (context: Context, at: PipelineAt, name: string, buildId: number): Promise<EngineBuild> =>
  context.write(at.organizationId, async (tx) => {
    const job = await lockedJob(context, tx, at, name)
    const asked = await theBuild(tx, at, buildId, name)
    const original = asked.rerun_of === null ? asked : await theBuild(tx, at, asked.rerun_of, name)
    if (job.disable_reruns) throw conflict(`Builds of the job ${name} are not run again: its configuration says disable_reruns`)
    if (!original.started)
      throw conflict('The build never began, so there are no versions to run it with again: create a new build instead')
    const { job_id: jobId } = original
    if (jobId === null) throw notFound('build')
    await assertFewPending(tx, jobId, name)
    const number = (await store.lastRerun(tx, jobId, original.id)) + 1
    const now = new Date(context.now())
    const id = await store.insertBuild(tx, {
      pipelineId: at.pipelineId,
      jobId,
      name: `${original.build.name}.${number}`,
      isManual: true,
      rerun: { of: original.id, number },
      createdAt: now,
      inputsCheckedAt: now,
    })
    await wake(tx, at.pipelineId)
    return (await theBuild(tx, at, id)).build
  })

async function assertFewPending(tx: OrgTx, jobId: number, name: string): Promise<void> {
  if ((await store.countPending(tx, jobId)) >= mostPending)
    throw conflict(`${mostPending} builds of the job ${name} wait already: let them run, or abort some`)
}

export const abortBuild = (context: Context, at: PipelineAt, job: string, buildId: number): Promise<void> =>
  context.write(at.organizationId, async (tx) => {
    await wake(tx, at.pipelineId)
    await theBuild(tx, at, buildId, job)
    const status = await store.requestAbort(tx, at.pipelineId, buildId)
    const now = context.now()
    // Nobody runs a pending one, so there is nobody to wait for.
    if (status === 'pending')
      await endBuild(tx, { runner: null, buildId, status: 'aborted', events: [store.statusEvent('aborted', now)], at: new Date(now) })
    else if (status === 'started') await notifyRunners(tx)
  })

export const getBuildPlan = (context: Context, at: PipelineAt, job: string, buildId: number): Promise<PublicPlan> =>
  context.read(at.organizationId, async (tx) => {
    const { plan } = await theBuild(tx, at, buildId, job)
    if (!plan) throw notFound('plan of the build')
    return plan
  })

export const getBuildPreparation = (context: Context, at: PipelineAt, job: string, buildId: number): Promise<Preparation> =>
  context.read(at.organizationId, async (tx) => {
    const { status, preparation, reason } = await theBuild(tx, at, buildId, job)
    if (status !== 'pending') return preparationOf(buildId, 'not_blocking')
    return {
      ...(preparation ?? preparationOf(buildId, 'unknown')),
      build_id: buildId,
      reason: reason ?? 'The scheduler has not looked at the build yet: it does within seconds, while a process runs builds.',
    }
  })

const preparationOf = (buildId: number, all: 'unknown' | 'not_blocking'): Preparation => ({
  build_id: buildId,
  paused_pipeline: all,
  paused_job: all,
  max_running_builds: all,
  inputs: {},
  inputs_satisfied: all,
  missing_input_reasons: {},
})

export const getBuildResources = (context: Context, at: PipelineAt, job: string, buildId: number): Promise<BuildResources> =>
  context.read(at.organizationId, async (tx) => {
    await theBuild(tx, at, buildId, job)
    return store.resourcesOf(tx, buildId)
  })
