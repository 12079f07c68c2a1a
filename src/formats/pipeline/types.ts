/**
 * A pipeline as Concourse reads it, after YAML: plain JSON with Concourse's own keys, so that reading, storing, sending and
 * showing one needs no translation. What is typed here was checked by `readPipeline`.
 */

export type Version = Record<string, string>
export type Json = null | boolean | number | string | Json[] | { [key: string]: Json }
export type JsonObject = { [key: string]: Json }

export interface PipelineConfig {
  groups?: GroupConfig[]
  var_sources?: VarSourceConfig[]
  resources?: ResourceConfig[]
  resource_types?: ResourceTypeConfig[]
  prototypes?: ResourceTypeConfig[]
  jobs: JobConfig[]
  display?: { background_image?: string; background_filter?: string }
  /** Anything: Concourse keeps it and does nothing with it. */
  user_data?: Json
}

export interface GroupConfig {
  name: string
  /** Names, or globs of names. */
  jobs?: string[]
  resources?: string[]
}

export interface VarSourceConfig {
  name: string
  type: string
  config?: Json
}

export interface ResourceConfig {
  name: string
  type: string
  source?: JsonObject
  /** A fixed version, or part of one. */
  version?: Version
  /** A duration such as `5m`, or `never`. */
  check_every?: string
  check_timeout?: string
  tags?: string[]
  public?: boolean
  webhook_token?: string
  icon?: string
  old_name?: string
  expose_build_created_by?: boolean
}

export interface ResourceTypeConfig {
  name: string
  type: string
  source?: JsonObject
  defaults?: JsonObject
  privileged?: boolean
  check_every?: string
  tags?: string[]
  params?: JsonObject
}

export interface Hooks {
  on_success?: Step
  on_failure?: Step
  on_error?: Step
  on_abort?: Step
  ensure?: Step
}

export interface JobConfig extends Hooks {
  name: string
  plan: Step[]
  serial?: boolean
  serial_groups?: string[]
  max_in_flight?: number
  public?: boolean
  interruptible?: boolean
  disable_manual_trigger?: boolean
  disable_reruns?: boolean
  old_name?: string
  tags?: string[]
  build_logs_to_retain?: number
  build_log_retention?: { days?: number; builds?: number; minimum_succeeded_builds?: number }
}

export interface StepModifiers extends Hooks {
  attempts?: number
  /** A duration such as `1h30m`. */
  timeout?: string
  tags?: string[]
  across?: { var: string; values: Json; max_in_flight?: number | 'all' }[]
  /** Of `across`: the others stop when one fails. */
  fail_fast?: boolean
}

export interface GetStep extends StepModifiers {
  get: string
  resource?: string
  version?: 'latest' | 'every' | Version
  passed?: string[]
  params?: JsonObject
  trigger?: boolean
}

export interface PutStep extends StepModifiers {
  put: string
  resource?: string
  params?: JsonObject
  inputs?: 'all' | 'detect' | string[]
  get_params?: JsonObject
  no_get?: boolean
}

export interface TaskStep extends StepModifiers {
  task: string
  config?: TaskConfig
  /** `artifact/path/to/task.yml` */
  file?: string
  params?: JsonObject
  vars?: JsonObject
  /** An artifact with an image in it. */
  image?: string
  input_mapping?: Record<string, string>
  output_mapping?: Record<string, string>
  privileged?: boolean
  hermetic?: boolean
  container_limits?: { cpu?: number; memory?: Json }
}

export interface TaskConfig {
  platform: string
  image_resource?: { type: string; source?: JsonObject; params?: JsonObject; version?: Version; name?: string; tags?: string[] }
  rootfs_uri?: string
  run: { path: string; args?: string[]; dir?: string; user?: string }
  params?: JsonObject
  inputs?: { name: string; path?: string; optional?: boolean }[]
  outputs?: { name: string; path?: string }[]
  caches?: { path: string; ttl?: string }[]
  container_limits?: { cpu?: number; memory?: Json }
}

export interface DoStep extends StepModifiers {
  do: Step[]
}
export interface InParallelStep extends StepModifiers {
  in_parallel: Step[] | { steps: Step[]; limit?: number; fail_fast?: boolean }
}
export interface TryStep extends StepModifiers {
  try: Step
}
export interface SetPipelineStep extends StepModifiers {
  /** `self` is the pipeline that runs. */
  set_pipeline: string
  file: string
  team?: string
  vars?: JsonObject
  var_files?: string[]
  instance_vars?: JsonObject
}
export interface LoadVarStep extends StepModifiers {
  load_var: string
  file: string
  format?: 'json' | 'yaml' | 'yml' | 'raw' | 'trim'
  reveal?: boolean
}
/** Of a prototype. */
export interface RunStep extends StepModifiers {
  run: string
  type: string
  params?: JsonObject
  privileged?: boolean
  container_limits?: { cpu?: number; memory?: Json }
}

export type Step = GetStep | PutStep | TaskStep | DoStep | InParallelStep | TryStep | SetPipelineStep | LoadVarStep | RunStep

/** Something wrong with a configuration. */
export interface ConfigProblem {
  /** `jobs[0].plan[2].config.image_resource`, or with names where that reads better: `jobs.build.plan[2]…`. */
  path: string
  /** Continues the path: "must be a list". */
  message: string
}

/** What differs between two configurations, by section; an empty list: nothing. */
export interface PipelineDiffs {
  groups: SectionDiff[]
  jobs: SectionDiff[]
  resources: SectionDiff[]
  resource_types: SectionDiff[]
}
export interface SectionDiff {
  name: string
  status: 'added' | 'removed' | 'changed'
  diff: { delta_type: '+' | '-' | ' '; line: string }[]
}
