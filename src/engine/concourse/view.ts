/** What Concourse tells, as the platform's engines tell it. Fields that Concourse leaves out when they say nothing are there. */
import { inputsOf } from '../../formats/pipeline/steps.ts'
import type { JobConfig } from '../../formats/pipeline/types.ts'
import type * as concourse from '../../outside/concourse/types.ts'
import type { BuildStatus, EngineBuild, EngineJob, EngineResource, EngineVersion, EngineWorker, PipelineState } from '../types.ts'

const statuses: ReadonlySet<string> = new Set<BuildStatus>(['pending', 'started', 'succeeded', 'failed', 'errored', 'aborted'])
const isStatus = (status: string): status is BuildStatus => statuses.has(status)

/** Of a job or of a check in a list of other things, where Concourse tells less of it. */
export const viewSummary = (build: concourse.BuildSummary): EngineBuild => ({
  id: build.id,
  name: build.name,
  // One that a later version may add is, of all that are known, what it is called least wrongly.
  status: isStatus(build.status) ? build.status : 'errored',
  ...(build.job_name ? { job_name: build.job_name } : {}),
  ...(build.start_time ? { start_time: build.start_time } : {}),
  ...(build.end_time ? { end_time: build.end_time } : {}),
})

export const viewBuild = (build: concourse.Build): EngineBuild => ({
  ...viewSummary(build),
  ...(build.resource_name ? { resource_name: build.resource_name } : {}),
  ...(build.reap_time ? { reap_time: build.reap_time } : {}),
  ...(build.rerun_of ? { rerun_of: { id: build.rerun_of.id, name: build.rerun_of.name } } : {}),
  ...(build.rerun_number ? { rerun_number: build.rerun_number } : {}),
})

/** @param config knows what Concourse does not tell of a job: its versions, and in lists whether it takes builds by hand */
export function viewJob(job: concourse.Job, config: JobConfig | undefined): EngineJob {
  const versions = new Map((config ? inputsOf(config) : []).map(({ get, version }) => [get, version] as const))
  return {
    id: job.id,
    name: job.name,
    paused: job.paused ?? false,
    has_new_inputs: job.has_new_inputs ?? false,
    groups: job.groups ?? [],
    disable_manual_trigger: config?.disable_manual_trigger ?? job.disable_manual_trigger ?? false,
    ...(job.first_logged_build_id ? { first_logged_build_id: job.first_logged_build_id } : {}),
    ...(job.finished_build ? { finished_build: viewSummary(job.finished_build) } : {}),
    ...(job.next_build ? { next_build: viewSummary(job.next_build) } : {}),
    ...(job.transition_build ? { transition_build: viewSummary(job.transition_build) } : {}),
    inputs: (job.inputs ?? []).map(({ name, resource, passed, trigger }) => {
      const version = versions.get(name)
      return {
        name,
        resource,
        trigger: trigger ?? false,
        ...(passed && passed.length > 0 ? { passed } : {}),
        ...(version ? { version } : {}),
      }
    }),
    outputs: (job.outputs ?? []).map(({ name, resource }) => ({ name, resource })),
  }
}

/** In the order of the configuration; what it does not name comes last. */
export function viewJobs(jobs: readonly concourse.Job[], configs: readonly JobConfig[]): EngineJob[] {
  const byName = new Map(configs.map((config, place) => [config.name, { config, place }] as const))
  const placeOf = ({ name }: concourse.Job) => byName.get(name)?.place ?? configs.length
  return [...jobs].sort((one, other) => placeOf(one) - placeOf(other)).map((job) => viewJob(job, byName.get(job.name)?.config))
}

export const viewPipeline = (pipeline: concourse.Pipeline, jobs: EngineJob[]): PipelineState => ({
  paused: pipeline.paused ?? false,
  public: pipeline.public ?? false,
  archived: pipeline.archived ?? false,
  groups: (pipeline.groups ?? []).map(({ name, jobs, resources }) => ({
    name,
    ...(jobs ? { jobs } : {}),
    ...(resources ? { resources } : {}),
  })),
  jobs,
})

export const viewResource = (resource: concourse.Resource, checkError: string | undefined): EngineResource => ({
  name: resource.name,
  type: resource.type,
  ...(resource.icon ? { icon: resource.icon } : {}),
  ...(resource.last_checked ? { last_checked: resource.last_checked } : {}),
  ...(resource.pinned_version ? { pinned_version: resource.pinned_version } : {}),
  pinned_in_config: resource.pinned_in_config ?? false,
  ...(resource.pin_comment && resource.pinned_version ? { pin_comment: resource.pin_comment } : {}),
  ...(resource.build ? { build: { ...viewSummary(resource.build), resource_name: resource.name } } : {}),
  ...(checkError ? { check_error: checkError } : {}),
})

export const viewVersion = ({ id, version, metadata, enabled }: concourse.ResourceVersion): EngineVersion => ({
  id,
  version,
  metadata: (metadata ?? []).map(({ name, value }) => ({ name, value })),
  enabled,
})

/** Not where it is reached: addresses inside the operator's network are nobody's business. */
export const viewWorker = (worker: concourse.Worker): EngineWorker => ({
  name: worker.name,
  state: worker.state,
  platform: worker.platform ?? '',
  tags: worker.tags ?? [],
  team: worker.team ?? '',
  version: worker.version ?? '',
  start_time: worker.start_time ?? 0,
  ephemeral: worker.ephemeral ?? false,
  active_containers: worker.active_containers ?? 0,
  active_volumes: worker.active_volumes ?? 0,
})
