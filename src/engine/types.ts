/**
 * The seam between the platform and what runs pipelines. Two engines stand behind it: Concourse, and one of our own for
 * development and evaluation. Its words and rules are Concourse's: names, ids, statuses, events.
 *
 * The platform has decided who may ask before it calls an engine. Still an engine answers only about the pipeline it is asked
 * about: a build or a version of another one is "not found", and its number is asked after inside this pipeline alone.
 *
 * Methods throw ApiError: NotFoundEntity, Conflict, Invalid (with details), RetryOperation. Times are unix seconds.
 */
import type { ConfigProblem, Json, PipelineConfig, Version } from '../formats/pipeline/types.ts'

export type EngineKind = 'embedded' | 'concourse'

/** The organization, as the engine knows it. */
export interface Team {
  organizationId: number
  /** Canonical of the organization: who may run tasks is configured by it. */
  organization: string
  /** Name of the team in Concourse: never `main`, and never used again. */
  team: string
}

export interface PipelineAt extends Team {
  /** The platform's number of the pipeline. */
  pipelineId: number
  name: string
}

export type BuildStatus = 'pending' | 'started' | 'succeeded' | 'failed' | 'errored' | 'aborted'
export const finalStatuses: ReadonlySet<string> = new Set<BuildStatus>(['succeeded', 'failed', 'errored', 'aborted'])

export interface EngineBuild {
  id: number
  /** Number within the job, `12` or `12.1`; `check` for a check. */
  name: string
  status: BuildStatus
  /** One of the two. */
  job_name?: string
  resource_name?: string
  start_time?: number
  end_time?: number
  reap_time?: number
  rerun_of?: { id: number; name: string }
  rerun_number?: number
}

export interface EngineJob {
  id: number
  name: string
  paused: boolean
  has_new_inputs: boolean
  groups: string[]
  disable_manual_trigger: boolean
  first_logged_build_id?: number
  finished_build?: EngineBuild
  next_build?: EngineBuild
  transition_build?: EngineBuild
  inputs: { name: string; resource: string; trigger: boolean; passed?: string[]; version?: 'latest' | 'every' | Version }[]
  outputs: { name: string; resource: string }[]
}

export interface PipelineState {
  paused: boolean
  public: boolean
  archived: boolean
  groups: { name: string; jobs?: string[]; resources?: string[] }[]
  /** In the order of the configuration. */
  jobs: EngineJob[]
  /** What of it this engine cannot do, so that nothing of it runs. */
  unsupported?: ConfigProblem[]
}

export interface EngineResource {
  name: string
  type: string
  icon?: string
  last_checked?: number
  pinned_version?: Version
  pinned_in_config: boolean
  pin_comment?: string
  /** The last check that somebody asked for. */
  build?: EngineBuild
  /** Why the last check failed. */
  check_error?: string
}

export interface EngineVersion {
  id: number
  version: Version
  metadata: { name: string; value: string }[]
  enabled: boolean
}

/** Both bounds exclude the id they name: `since` asks for older ones, `until` for newer ones. At most one is set. */
export interface EnginePageQuery {
  since?: number
  until?: number
  /** From 1. */
  limit: number
}
/** Newest first. `next` is there when older ones follow, `previous` when newer ones do. */
export interface EnginePage<T> {
  items: T[]
  next?: { since: number }
  previous?: { until: number }
}

export type Blocking = 'unknown' | 'blocking' | 'not_blocking'
export interface Preparation {
  build_id: number
  paused_pipeline: Blocking
  paused_job: Blocking
  max_running_builds: Blocking
  inputs: Record<string, Blocking>
  inputs_satisfied: Blocking
  missing_input_reasons: Record<string, string>
  /** Why it is pending, in one sentence with what to do about it; undefined when nothing blocks, or the build has started. */
  reason?: string
}

export interface BuildResources {
  inputs: { name: string; version: Version; first_occurrence: boolean }[]
  outputs: { name: string; version: Version }[]
}

export interface PublicPlan {
  schema: string
  plan: Json
}

export interface EngineEvent {
  /** From 0, without a gap in one build. */
  id: number
  /** `log`, `status`, `start-task`, …: Concourse's names. */
  type: string
  /** `5.1` */
  version: string
  data: { [key: string]: Json }
}

export interface EngineWorker {
  name: string
  state: string
  platform: string
  tags: string[]
  /** Empty: shared by all. */
  team: string
  version: string
  start_time: number
  ephemeral: boolean
  active_containers: number
  active_volumes: number
}

export interface SavePipeline {
  /** Checked by `readPipeline`, with the given variables filled in. */
  config: PipelineConfig
  /** Refuse when a `((variable))` has no credential. */
  checkCredentials: boolean
  /** Keep it although this engine cannot run it (see `unsupported`): nothing of it will run. */
  evenIfUnsupported: boolean
}

export interface PipelineEngine extends AsyncDisposable {
  readonly kind: EngineKind

  /** What this engine cannot do of a configuration; empty: it can do everything. */
  unsupported(team: Team, config: PipelineConfig): ConfigProblem[]
  /** What this engine leaves out of a configuration without harm. */
  ignored(config: PipelineConfig): ConfigProblem[]

  /**
   * Creates or replaces. New ones are not paused; others keep what they are. Saving the same again changes nothing.
   * @returns the engine's own number of the pipeline
   * @throws Invalid with a detail for each problem; Conflict when it changed meanwhile
   */
  savePipeline(at: PipelineAt, save: SavePipeline): Promise<{ engineId: number }>
  /** Nothing happens when it is not there, or has another number than `engineId`. */
  deletePipeline(at: PipelineAt, engineId: number | null): Promise<void>
  /** @throws Conflict when the name is taken */
  renamePipeline(at: PipelineAt, name: string): Promise<void>
  setPipelinePaused(at: PipelineAt, paused: boolean): Promise<void>
  /** Undefined: the engine does not have it. */
  readConfig(at: PipelineAt): Promise<PipelineConfig | undefined>
  /** By the platform's number; those that the engine does not have are left out. */
  readPipelines(team: Team, pipelines: readonly PipelineAt[]): Promise<Map<number, PipelineState>>

  /** In the order of the configuration. @throws NotFound when the engine does not have the pipeline */
  listJobs(at: PipelineAt): Promise<EngineJob[]>
  getJob(at: PipelineAt, job: string): Promise<EngineJob>
  setJobPaused(at: PipelineAt, job: string, paused: boolean): Promise<void>
  /** @returns how many were removed; all of the step without a path; 0 for a step that is not there */
  clearTaskCache(at: PipelineAt, job: string, step: string, path: string | undefined): Promise<number>

  listBuilds(at: PipelineAt, job: string, page: EnginePageQuery): Promise<EnginePage<EngineBuild>>
  /** Finished ones of the pipeline (or of one job) that started in this time, oldest first, at most `most`. */
  listFinishedBuilds(at: PipelineAt, job: string | undefined, begin: number, end: number, most: number): Promise<EngineBuild[]>
  /** A build of this pipeline, and of this job when one is named. @throws NotFound for every other number */
  getBuild(at: PipelineAt, buildId: number, job?: string): Promise<EngineBuild>
  /** @throws Conflict when the job takes no manual builds, or the organization runs as many as it may */
  createBuild(at: PipelineAt, job: string): Promise<EngineBuild>
  /** With the versions of that build. @throws Conflict when it never had any, or the job does not take it */
  rerunBuild(at: PipelineAt, job: string, buildId: number): Promise<EngineBuild>
  /** Nothing happens when it has ended. */
  abortBuild(at: PipelineAt, job: string, buildId: number): Promise<void>
  /** @throws NotFound while it has not started */
  getBuildPlan(at: PipelineAt, job: string, buildId: number): Promise<PublicPlan>
  getBuildPreparation(at: PipelineAt, job: string, buildId: number): Promise<Preparation>
  getBuildResources(at: PipelineAt, job: string, buildId: number): Promise<BuildResources>
  /**
   * From the event after `after`, or from the beginning; waits for more until the build has ended and all was told, or `signal`
   * aborts. `isCheck`: the number is of a check that the platform itself asked for in this pipeline.
   */
  streamEvents(
    at: PipelineAt,
    buildId: number,
    options: { after?: number; signal: AbortSignal; isCheck: boolean },
  ): AsyncIterable<EngineEvent>

  listResources(at: PipelineAt): Promise<EngineResource[]>
  getResource(at: PipelineAt, resource: string): Promise<EngineResource>
  /** @param from the version to start at; null: the newest that is known */
  checkResource(at: PipelineAt, resource: string, from: Version | null): Promise<EngineBuild>
  /** @param filter key and value that a version must have, all of them */
  listVersions(
    at: PipelineAt,
    resource: string,
    page: EnginePageQuery,
    filter: readonly (readonly [string, string])[],
  ): Promise<EnginePage<EngineVersion>>
  /** The next four: @throws NotFound when the version is not one of this resource. Doing it twice changes nothing. */
  setVersionEnabled(at: PipelineAt, resource: string, versionId: number, enabled: boolean): Promise<void>
  /** @throws Conflict when the configuration pins the resource */
  pinVersion(at: PipelineAt, resource: string, versionId: number): Promise<void>
  /** Newest first. */
  listBuildsWithVersion(at: PipelineAt, resource: string, versionId: number, as: 'input' | 'output'): Promise<EngineBuild[]>
  /** @throws Conflict when the configuration pins the resource */
  unpinResource(at: PipelineAt, resource: string): Promise<void>
  /** @throws Conflict when it is not pinned */
  setPinComment(at: PipelineAt, resource: string, comment: string): Promise<void>

  /** Those of the team and the shared ones. */
  listWorkers(team: Team): Promise<EngineWorker[]>
  /** @throws Error whose message is fit for a stranger */
  checkHealth(): Promise<string>
}
