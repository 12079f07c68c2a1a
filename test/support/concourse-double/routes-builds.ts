/** Jobs, builds and their events. The routes of builds know no team: whoever may see all builds may name any of them. */
import type { Json, JsonObject } from '../../../src/formats/pipeline/types.ts'
import { sendEvents } from './event-stream.ts'
import { Answered, type Exchange, idOf, type Route } from './exchange.ts'
import { sendBuilds } from './paging.ts'
import { pipelineOf, teamOf } from './routes-pipelines.ts'
import { jobBuilds, preparationOf } from './scheduler.ts'
import { viewBuild, viewJob, viewJobSummary } from './view.ts'
import { type BuildRow, isFinal, type JobRow, newBuild, type PipelineRow, type World } from './world.ts'

const at = '/api/v1/teams/:team/pipelines/:pipeline'
const atJob = `${at}/jobs/:job`

export function buildRoutes(world: World): Route[] {
  const onJob = (run: (job: JobRow, exchange: Exchange, pipeline: PipelineRow) => undefined) => (exchange: Exchange) => {
    const pipeline = pipelineOf(world, exchange)
    const job = pipeline.jobs.find(({ name, isActive }) => isActive && name === exchange.params['job'])
    if (!job) return exchange.empty(404)
    run(job, exchange, pipeline)
  }
  const setJob = (change: Partial<JobRow>) =>
    onJob((job, { empty }, pipeline) => {
      Object.assign(job, change)
      world.changed(pipeline)
      empty(200)
    })
  const onBuild = (run: (build: BuildRow, exchange: Exchange) => undefined | Promise<undefined>) => (exchange: Exchange) => {
    const id = idOf(exchange, exchange.params['build'] ?? '')
    const build = world.builds.find((candidate) => candidate.id === id)
    if (build) return run(build, exchange)
    exchange.empty(404)
    throw new Answered()
  }
  return [
    {
      method: 'GET',
      pattern: `${at}/jobs`,
      run: (exchange) => {
        const pipeline = pipelineOf(world, exchange)
        const jobs = pipeline.jobs.filter(({ isActive }) => isActive)
        return exchange.json(
          200,
          jobs.map((job) => viewJobSummary(world, pipeline, job)),
        )
      },
    },
    { method: 'GET', pattern: atJob, run: onJob((job, { json }, pipeline) => json(200, viewJob(world, pipeline, job))) },
    { method: 'PUT', pattern: `${atJob}/pause`, run: setJob({ paused: true }) },
    { method: 'PUT', pattern: `${atJob}/unpause`, run: setJob({ paused: false }) },
    { method: 'DELETE', pattern: `${atJob}/tasks/:step/cache`, run: onJob((job, exchange) => clearCache(job, exchange)) },
    { method: 'GET', pattern: `${atJob}/builds`, run: onJob((job, exchange) => sendBuilds(exchange, jobBuilds(world, job), viewBuild)) },
    {
      method: 'POST',
      pattern: `${atJob}/builds`,
      needsLife: true,
      run: onJob((job, exchange, pipeline) => create(world, pipeline, job, exchange)),
    },
    {
      method: 'POST',
      pattern: `${atJob}/builds/:name`,
      needsLife: true,
      run: onJob((job, exchange, pipeline) => rerun(world, pipeline, job, exchange)),
    },
    {
      method: 'GET',
      pattern: `${at}/builds`,
      run: (exchange) => {
        const pipeline = pipelineOf(world, exchange)
        return sendBuilds(
          exchange,
          world.builds.filter((build) => build.pipeline === pipeline && build.job),
          viewBuild,
        )
      },
    },
    {
      method: 'GET',
      pattern: '/api/v1/teams/:team/builds',
      run: (exchange) => {
        const team = teamOf(world, exchange)
        return sendBuilds(
          exchange,
          world.builds.filter((build) => build.pipeline.team === team),
          viewBuild,
        )
      },
    },
    { method: 'GET', pattern: '/api/v1/builds/:build', run: onBuild((build, { json }) => json(200, viewBuild(build))) },
    { method: 'PUT', pattern: '/api/v1/builds/:build/abort', run: onBuild((build, { empty }) => abort(world, build, empty)) },
    {
      method: 'GET',
      pattern: '/api/v1/builds/:build/plan',
      run: onBuild(({ plan }, { json, empty }) => (plan === undefined ? empty(404) : json(200, { schema: 'exec.v2', plan }))),
    },
    {
      method: 'GET',
      pattern: '/api/v1/builds/:build/preparation',
      run: onBuild((build, { json }) => json(200, preparationOf(world, build))),
    },
    { method: 'GET', pattern: '/api/v1/builds/:build/resources', run: onBuild((build, { json }) => json(200, viewResources(build))) },
    { method: 'GET', pattern: '/api/v1/builds/:build/events', run: onBuild((build, exchange) => sendEvents(build, exchange)) },
  ]
}

function clearCache(job: JobRow, { params, query, json }: Exchange): undefined {
  const path = query.get('cache_path')
  const kept = job.caches.filter((cache) => cache.step !== params['step'] || (path !== null && cache.path !== path))
  const removed = job.caches.length - kept.length
  job.caches = kept
  json(200, { caches_removed: removed })
}

function create(world: World, pipeline: PipelineRow, job: JobRow, { user, json, empty }: Exchange): undefined {
  if (job.config.disable_manual_trigger) return empty(409)
  const build = newBuild(world, pipeline, { name: String(++job.numbers), job, isManual: true, createdBy: user.name })
  json(200, viewBuild(build))
  world.changed(pipeline)
}

function rerun(world: World, pipeline: PipelineRow, job: JobRow, { params, user, json, empty }: Exchange): undefined {
  const found = jobBuilds(world, job).find(({ name }) => name === params['name'])
  if (!found) return empty(404)
  if (job.config.disable_reruns) return empty(409)
  const original = found.rerunOf ?? found
  if (!original.inputs) return empty(500)
  const number = jobBuilds(world, job).filter(({ rerunOf }) => rerunOf === original).length + 1
  const more = { name: `${original.name}.${number}`, job, isManual: true, createdBy: user.name, rerunOf: original, rerunNumber: number }
  json(200, viewBuild(newBuild(world, pipeline, more)))
  world.changed(pipeline)
}

function abort(world: World, build: BuildRow, empty: Exchange['empty']): undefined {
  if (!isFinal(build)) {
    build.abortRequested = true
    if (build.status === 'started') build.abort.abort()
    world.changed(build.pipeline)
  }
  empty(204)
}

const viewResources = (build: BuildRow): JsonObject => ({
  inputs: (build.inputs ?? []).map(({ name, version, firstOccurrence }) => ({
    ...{ name, version: version.version as Json, pipeline_id: build.pipeline.id, first_occurrence: firstOccurrence },
  })),
  outputs: build.outputs.map(({ name, version }) => ({ name, version: version.version as Json })),
})
