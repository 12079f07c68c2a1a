/** The seam over Concourse: one service user, one team for each organization. */
import type { ConcourseAccess } from '../../config.ts'
import type { Log } from '../../log.ts'
import { openConcourseClient } from '../../outside/concourse/client.ts'
import type { EnginePolicy } from '../embedded/policy.ts'
import type { EngineWorker, PipelineEngine, Team } from '../types.ts'
import * as builds from './builds.ts'
import { openCheckErrors } from './check-errors.ts'
import { assertTenant, type Context } from './context.ts'
import { checkHealth, watchVersion } from './health.ts'
import * as jobs from './jobs.ts'
import * as pipelines from './pipelines.ts'
import { getBuildPreparation } from './preparation.ts'
import { openQuota } from './quota.ts'
import { asked } from './refusals.ts'
import * as resources from './resources.ts'
import { openTeams } from './teams.ts'
import { viewWorker } from './view.ts'

export interface ConcourseEngineDeps {
  access: ConcourseAccess
  policy: Pick<EnginePolicy, 'buildsPerOrganization'>
  log: Log
}

/** Concourse may be down now: then the platform starts all the same, and what needs Concourse answers RetryOperation. */
export async function openConcourseEngine({ access, policy, log }: ConcourseEngineDeps): Promise<PipelineEngine> {
  const client = openConcourseClient(access)
  const context: Context = {
    client,
    teams: openTeams(client, access.username),
    checkErrors: openCheckErrors(client),
    buildsPerOrganization: policy.buildsPerOrganization,
    log,
  }
  const quota = openQuota()
  const streams = new Set<AbortController>()
  void watchVersion(context)

  return {
    kind: 'concourse',
    unsupported: (_team, config) => pipelines.unsupported(config),
    ignored: () => [],
    savePipeline: (at, save) => pipelines.savePipeline(context, at, save),
    deletePipeline: (at, engineId) => pipelines.deletePipeline(context, at, engineId),
    renamePipeline: (at, name) => pipelines.renamePipeline(context, at, name),
    setPipelinePaused: (at, paused) => pipelines.setPipelinePaused(context, at, paused),
    readConfig: (at) => pipelines.readConfig(context, at),
    readPipelines: (team, asked) => pipelines.readPipelines(context, team, asked),
    listJobs: (at) => jobs.listJobs(context, at),
    getJob: (at, job) => jobs.getJob(context, at, job),
    setJobPaused: (at, job, paused) => jobs.setJobPaused(context, at, job, paused),
    clearTaskCache: (at, job, step, path) => jobs.clearTaskCache(context, at, job, step, path),
    listBuilds: (at, job, page) => builds.listBuilds(context, at, job, page),
    listFinishedBuilds: (at, job, begin, end, most) => builds.listFinishedBuilds(context, at, job, { begin, end, most }),
    getBuild: (at, id, job) => builds.getBuild(context, at, id, job),
    createBuild: (at, job) => builds.createBuild(context, quota, at, job),
    rerunBuild: (at, job, id) => builds.rerunBuild(context, quota, at, job, id),
    abortBuild: (at, job, id) => builds.abortBuild(context, at, job, id),
    getBuildPlan: (at, job, id) => builds.getBuildPlan(context, at, job, id),
    getBuildPreparation: (at, job, id) => getBuildPreparation(context, at, job, id),
    getBuildResources: (at, job, id) => builds.getBuildResources(context, at, job, id),
    async *streamEvents(at, id, { signal, ...options }) {
      const stream = new AbortController()
      const stop = () => stream.abort()
      signal.addEventListener('abort', stop, { once: true })
      streams.add(stream)
      if (signal.aborted) stop()
      try {
        yield* builds.streamEvents(context, at, id, { ...options, signal: stream.signal })
      } finally {
        signal.removeEventListener('abort', stop)
        streams.delete(stream)
      }
    },
    listResources: (at) => resources.listResources(context, at),
    getResource: (at, name) => resources.getResource(context, at, name),
    checkResource: (at, name, from) => resources.checkResource(context, at, name, from),
    listVersions: (at, name, page, filter) => resources.listVersions(context, at, name, page, filter),
    setVersionEnabled: (at, name, id, enabled) => resources.setVersionEnabled(context, at, name, id, enabled),
    pinVersion: (at, name, id) => resources.pinVersion(context, at, name, id),
    listBuildsWithVersion: (at, name, id, as) => resources.listBuildsWithVersion(context, at, name, id, as),
    unpinResource: (at, name) => resources.unpinResource(context, at, name),
    setPinComment: (at, name, comment) => resources.setPinComment(context, at, name, comment),
    listWorkers: (team) => listWorkers(context, team),
    checkHealth: () => checkHealth(context),
    async [Symbol.asyncDispose]() {
      for (const stream of streams) stream.abort()
      client[Symbol.dispose]()
    },
  }
}

/** Those of other organizations are not theirs to see. */
async function listWorkers({ client }: Context, { team }: Team): Promise<EngineWorker[]> {
  assertTenant(team)
  const workers = await asked({ what: 'workers' }, client.listWorkers())
  return workers.filter((worker) => !worker.team || worker.team === team).map(viewWorker)
}
