/**
 * The embedded engine: pipelines in Postgres, run by whichever processes start a runner. Every process may answer for every
 * pipeline; what they say to each other goes through the tables and `notify`.
 */
import type { Notices } from '../../db/notices.ts'
import type { Database } from '../../db/pool.ts'
import { ignoredByEmbedded } from '../../formats/pipeline/subset.ts'
import type { Log } from '../../log.ts'
import type { PipelineEngine } from '../types.ts'
import { contextOf } from './context.ts'
import { executeBuild } from './execute/execute.ts'
import type { ExecuteBuild, ResourceTypes, RunTask } from './execute/types.ts'
import type { EnginePolicy } from './policy.ts'
import type { PlatformPorts } from './ports.ts'
import { startRunner } from './runner/runner.ts'
import { schedule } from './schedule/schedule.ts'
import type { Decisions, Snapshot } from './schedule/types.ts'
import * as builds from './seam/builds.ts'
import * as jobs from './seam/jobs.ts'
import * as pipelines from './seam/pipelines.ts'
import * as resources from './seam/resources.ts'
import { savePipeline } from './seam/saving.ts'
import { openStreams } from './seam/streams.ts'
import { checkHealth, listWorkers } from './seam/workers.ts'

export interface EmbeddedEngineDeps {
  database: Database
  notices: Notices
  policy: EnginePolicy
  ports: PlatformPorts
  resourceTypes: ResourceTypes
  runTask: RunTask
  log: Log
  /** Where clients reach the API, for builds that link to themselves. */
  apiUrl: string
  /** Milliseconds since 1970. */
  now?: () => number
  /** Others than the engine's own, for tests. */
  schedule?: (snapshot: Snapshot) => Decisions
  execute?: ExecuteBuild
}

export interface EmbeddedEngine extends PipelineEngine {
  /** From now on this process schedules and runs builds; disposed, it stops within seconds and says so in the builds it ran. */
  startRunner(): Promise<AsyncDisposable>
}

export function openEmbeddedEngine(deps: EmbeddedEngineDeps): EmbeddedEngine {
  const context = contextOf({ now: Date.now, schedule, execute: executeBuild, ...deps })
  const streams = openStreams(context)
  const runners: AsyncDisposable[] = []
  return {
    kind: 'embedded',
    unsupported: ({ organization }, config) => context.unsupported(organization, config),
    ignored: (config) => ignoredByEmbedded(config, (type) => context.resourceTypes(type) !== undefined),

    savePipeline: (at, save) => savePipeline(context, at, save),
    deletePipeline: (at, engineId) => pipelines.deletePipeline(context, at, engineId),
    // The name is the platform's, in its own row.
    renamePipeline: async () => {},
    setPipelinePaused: (at, paused) => pipelines.setPipelinePaused(context, at, paused),
    readConfig: (at) => pipelines.readConfig(context, at),
    readPipelines: (team, asked) => pipelines.readPipelines(context, team, asked),

    listJobs: (at) => jobs.listJobs(context, at),
    getJob: (at, job) => jobs.getJob(context, at, job),
    setJobPaused: (at, job, paused) => jobs.setJobPaused(context, at, job, paused),
    clearTaskCache: (at, job, step, path) => jobs.clearTaskCache(context, at, job, step, path),

    listBuilds: (at, job, page) => builds.listBuilds(context, at, job, page),
    listFinishedBuilds: (at, job, begin, end, most) => builds.listFinishedBuilds(context, at, job, { begin, end, most }),
    getBuild: (at, buildId, job) => builds.getBuild(context, at, buildId, job),
    createBuild: (at, job) => builds.createBuild(context, at, job),
    rerunBuild: (at, job, buildId) => builds.rerunBuild(context, at, job, buildId),
    abortBuild: (at, job, buildId) => builds.abortBuild(context, at, job, buildId),
    getBuildPlan: (at, job, buildId) => builds.getBuildPlan(context, at, job, buildId),
    getBuildPreparation: (at, job, buildId) => builds.getBuildPreparation(context, at, job, buildId),
    getBuildResources: (at, job, buildId) => builds.getBuildResources(context, at, job, buildId),
    streamEvents: (at, buildId, options) => streams.stream(at, buildId, options),

    listResources: (at) => resources.listResources(context, at),
    getResource: (at, resource) => resources.getResource(context, at, resource),
    checkResource: (at, resource, from) => resources.checkResource(context, at, resource, from),
    listVersions: (at, resource, page, filter) => resources.listVersions(context, at, resource, page, filter),
    setVersionEnabled: (at, resource, versionId, enabled) => resources.setVersionEnabled(context, at, resource, versionId, enabled),
    pinVersion: (at, resource, versionId) => resources.pinVersion(context, at, resource, versionId),
    listBuildsWithVersion: (at, resource, versionId, as) => resources.listBuildsWithVersion(context, at, resource, versionId, as),
    unpinResource: (at, resource) => resources.pinVersion(context, at, resource, null),
    setPinComment: (at, resource, comment) => resources.setPinComment(context, at, resource, comment),

    listWorkers: (team) => listWorkers(context, team),
    checkHealth: () => checkHealth(context),

    async startRunner() {
      const runner = await startRunner(context)
      runners.push(runner)
      return runner
    },
    async [Symbol.asyncDispose]() {
      streams[Symbol.dispose]()
      await Promise.all(runners.map((runner) => runner[Symbol.asyncDispose]()))
    },
  }
}
