/** What the executor of one build is handed, and what it asks of its surroundings. It knows neither the database nor HTTP. */
import type { JobConfig, Json, PipelineConfig, TaskConfig, Version } from '../../../formats/pipeline/types.ts'
import type { BuildStatus, PublicPlan } from '../../types.ts'

export interface BuildToRun {
  id: number
  name: string
  organizationId: number
  organization: string
  team: string
  pipeline: string
  /** Where the API has the pipeline, from the first slash. */
  apiPath: string
  job: JobConfig
  config: PipelineConfig
  /** By name of the input: what the scheduler chose. */
  inputs: ReadonlyMap<string, Version>
  createdBy?: string
}

export interface Metadata {
  name: string
  value: string
}

export interface ExecutorPorts {
  /** In order; kept until the caller writes them down. The executor redacts before it emits. */
  emit(event: { type: string; version: string; data: { [key: string]: Json } }): void
  /** Before the first step. */
  savePlan(plan: PublicPlan): Promise<void>
  /** The value of a credential: `((path.key))` asks for `path`, and takes fields of what it gets; undefined: there is none. */
  credential(path: string): Promise<Json | undefined>
  /** A version that a put made, with its metadata. */
  saveOutput(step: string, resource: string, version: Version, metadata: readonly Metadata[]): Promise<void>
  /** What a get learned about a version. */
  saveMetadata(resource: string, version: Version, metadata: readonly Metadata[]): Promise<void>
  /** An archive (tar.gz) of what a task kept; undefined: nothing yet. */
  loadCache(step: string, path: string): Promise<Buffer | undefined>
  saveCache(step: string, path: string, archive: Buffer): Promise<void>
  /** For `set_pipeline` with `self`, the only one that this engine does. @throws Error whose message is fit for the log */
  setPipeline(config: PipelineConfig): Promise<{ changed: boolean }>
  readonly resourceTypes: ResourceTypes
  readonly runTask: RunTask
  /** Aborted when somebody aborts the build, or the process stops (`reason`: a sentence for the log). */
  readonly signal: AbortSignal
  /** Aborted when nothing of the build may go on, hooks that clean up included; undefined: they run to their own end. */
  readonly over?: AbortSignal
  /** An empty directory of the build's own, removed by the caller. */
  readonly folder: string
  /** Milliseconds since 1970. */
  now(): number
  /** See EnginePolicy. Without `diskBytes` a build may fill the disk. */
  readonly limits: { seconds: number; cacheBytes: number; outputBytes: number; diskBytes?: number }
  /** For ATC_EXTERNAL_URL and BUILD_URL. */
  readonly apiUrl: string
}

/** Runs the build to its end. Never throws: what goes wrong becomes `errored`, with an event that says what. */
export type ExecuteBuild = (build: BuildToRun, ports: ExecutorPorts) => Promise<Exclude<BuildStatus, 'pending' | 'started'>>

// ---- resource types: the seam for plug-ins, in the shape of Concourse's check, in and out

export interface ResourceContext {
  /** Lines for the log of the step, with `\n`; from programs, stderr. */
  log(text: string): void
  readonly signal: AbortSignal
  /** BUILD_ID, BUILD_NAME, BUILD_JOB_NAME, BUILD_PIPELINE_NAME, BUILD_TEAM_NAME, ATC_EXTERNAL_URL, BUILD_URL (of the build in our API); empty in checks. */
  readonly metadata: Readonly<Record<string, string>>
  /** Whose it is: caches and platform resources stay inside. */
  readonly organizationId: number
  readonly organization: string
}

export interface ResourceType {
  /** At save: what is wrong with a source, as far as it can be known without values of credentials ("uri: is missing"). */
  validate(source: { [key: string]: Json }): string[]
  /** Oldest first, beginning with `version` when it is still there; without one, at least the newest. */
  check(context: ResourceContext, input: { source: { [key: string]: Json }; version: Version | null }): Promise<Version[]>
  in(
    context: ResourceContext,
    folder: string,
    input: { source: { [key: string]: Json }; version: Version; params: { [key: string]: Json } },
  ): Promise<{ version: Version; metadata: Metadata[] }>
  /** @param folder holds one directory for each artifact that the put takes */
  out(
    context: ResourceContext,
    folder: string,
    input: { source: { [key: string]: Json }; params: { [key: string]: Json } },
  ): Promise<{ version: Version; metadata: Metadata[] }>
}

/** By name of the type in a pipeline; undefined: this engine has none of that name. */
export type ResourceTypes = (type: string) => ResourceType | undefined

/** A step of a resource did not succeed (a program ended with another status than 0): the build fails; every other error makes it errored. */
export class StepFailed extends Error {
  readonly exitStatus: number
  constructor(message: string, exitStatus = 1) {
    super(message)
    this.name = 'StepFailed'
    this.exitStatus = exitStatus
  }
}

// ---- tasks

export interface TaskToRun {
  organization: string
  config: TaskConfig
  /** Where its inputs, outputs and caches are laid out already; the task's working directory. */
  folder: string
  /** The whole environment beside PATH, HOME and the like. */
  env: Readonly<Record<string, string>>
  /** The step's own timeout; undefined: the policy's. */
  seconds?: number
  /** Output as it comes, not yet redacted; `notice` is from the engine ("image … not used; running on the host"). */
  onOutput(text: string, source: 'stdout' | 'stderr' | 'notice'): void
  readonly signal: AbortSignal
}

/**
 * Resolves with the exit status. On abort of the signal: TERM to all its processes, KILL after a moment, and it resolves only
 * when all are gone. @throws Error whose message is fit for the log: tasks are off, no such program, a limit was passed
 */
export type RunTask = (task: TaskToRun) => Promise<{ exitStatus: number }>
