/** JSON as Concourse writes it: what is false, empty or not set is left out. */
import { inputsOf, matchesGlob, outputsOf } from '../../../src/formats/pipeline/steps.ts'
import type { Json, JsonObject } from '../../../src/formats/pipeline/types.ts'
import { jobBuilds } from './scheduler.ts'
import {
  type BuildRow,
  byPlace,
  isFinal,
  type JobRow,
  keyOf,
  type PipelineRow,
  type ResourceRow,
  type VersionRow,
  type World,
} from './world.ts'

export const tidy = (value: Record<string, Json | undefined>): JsonObject =>
  Object.fromEntries(
    Object.entries(value).filter((entry): entry is [string, Json] => entry[1] !== undefined && entry[1] !== false && entry[1] !== ''),
  )

export const viewSummary = (build: BuildRow): JsonObject =>
  tidy({
    ...{ id: build.id, name: build.name, status: build.status, start_time: build.start, end_time: build.end },
    ...{
      team_name: build.pipeline.team.name,
      pipeline_id: build.pipeline.id,
      pipeline_name: build.pipeline.name,
      job_name: build.job?.name,
    },
  })

export const viewBuild = (build: BuildRow): JsonObject =>
  tidy({
    ...viewSummary(build),
    ...{ api_url: `/api/v1/builds/${build.id}`, resource_name: build.resource?.name, reap_time: build.reaped },
    ...{ rerun_number: build.rerunNumber, created_by: build.createdBy },
    rerun_of: build.rerunOf && { id: build.rerunOf.id, name: build.rerunOf.name },
  })

export const viewPipeline = ({ id, name, paused, team, archived, config, lastUpdated, ...pipeline }: PipelineRow): JsonObject => ({
  ...{ id, name, paused, public: pipeline.public, archived, team_name: team.name, last_updated: lastUpdated },
  ...(config.groups ? { groups: config.groups as unknown as Json } : {}),
})

const currentBuilds = (world: World, job: JobRow) => {
  const builds = jobBuilds(world, job).sort(byPlace)
  const ended = builds.filter(isFinal)
  const finished = ended.at(-1)
  const changed = ended.findLastIndex(({ status }) => status !== finished?.status) + 1
  return { next: builds.find((build) => !isFinal(build)), finished, transition: ended[changed] }
}

const viewJobBasics = (pipeline: PipelineRow, job: JobRow): Record<string, Json | undefined> => {
  const groups = (pipeline.config.groups ?? []).filter(({ jobs }) => jobs?.some((pattern) => matchesGlob(pattern, job.name)))
  const inputs = inputsOf(job.config).map((step) =>
    tidy({ name: step.get, resource: step.resource ?? step.get, trigger: step.trigger, passed: step.passed }),
  )
  const outputs = outputsOf(job.config).map((step) => ({ name: step.put, resource: step.resource ?? step.put }))
  return {
    ...{ id: job.id, name: job.name, team_name: pipeline.team.name, pipeline_id: pipeline.id, pipeline_name: pipeline.name },
    ...{ paused: job.paused, has_new_inputs: job.hasNewInputs },
    ...(groups.length > 0 ? { groups: groups.map(({ name }) => name) } : {}),
    ...(inputs.length > 0 ? { inputs } : {}),
    ...(outputs.length > 0 ? { outputs } : {}),
  }
}

export function viewJobSummary(world: World, pipeline: PipelineRow, job: JobRow): JsonObject {
  const { next, finished, transition } = currentBuilds(world, job)
  return tidy({
    ...viewJobBasics(pipeline, job),
    finished_build: finished && viewSummary(finished),
    next_build: next && viewSummary(next),
    transition_build: transition && viewSummary(transition),
  })
}

export function viewJob(world: World, pipeline: PipelineRow, job: JobRow): JsonObject {
  const { next, finished, transition } = currentBuilds(world, job)
  const [first] = jobBuilds(world, job)
  return {
    ...tidy({
      ...viewJobBasics(pipeline, job),
      transition_build: transition && viewSummary(transition),
      first_logged_build_id: first?.id,
      disable_manual_trigger: job.config.disable_manual_trigger,
      disable_reruns: job.config.disable_reruns,
    }),
    finished_build: finished ? viewBuild(finished) : null,
    next_build: next ? viewBuild(next) : null,
  }
}

export const viewResource = (pipeline: PipelineRow, { name, config, lastChecked, lastCheck, pin }: ResourceRow): JsonObject =>
  tidy({
    ...{ name, type: config.type, icon: config.icon, last_checked: lastChecked },
    ...{ team_name: pipeline.team.name, pipeline_id: pipeline.id, pipeline_name: pipeline.name },
    ...{ pinned_version: pin?.version, pinned_in_config: pin?.inConfig, pin_comment: pin?.comment },
    build: lastCheck && viewSummary(lastCheck),
  })

export const viewVersion = ({ disabled }: ResourceRow, { id, version, metadata }: VersionRow): JsonObject => ({
  ...{ id, version, enabled: !disabled.has(keyOf(version)) },
  ...(metadata.length > 0 ? { metadata } : {}),
})
