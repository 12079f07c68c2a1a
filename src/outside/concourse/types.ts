/** What Concourse answers, as far as it is used here. Fields that are not named are kept. Times are unix seconds. */
export interface BuildSummary {
  id: number
  name: string
  status: string
  team_name: string
  pipeline_id?: number | null
  pipeline_name?: string | null
  job_name?: string | null
  start_time?: number | null
  end_time?: number | null
}

export interface Build extends BuildSummary {
  resource_name?: string | null
  reap_time?: number | null
  rerun_number?: number | null
  rerun_of?: { id: number; name: string } | null
}

export interface Pipeline {
  id: number
  name: string
  team_name: string
  instance_vars?: object | null
  paused?: boolean | null
  public?: boolean | null
  archived?: boolean | null
  groups?: { name: string; jobs?: string[] | null; resources?: string[] | null }[] | null
}

export interface Job {
  id: number
  name: string
  paused?: boolean | null
  has_new_inputs?: boolean | null
  groups?: string[] | null
  disable_manual_trigger?: boolean | null
  first_logged_build_id?: number | null
  finished_build?: BuildSummary | null
  next_build?: BuildSummary | null
  transition_build?: BuildSummary | null
  inputs?: { name: string; resource: string; passed?: string[] | null; trigger?: boolean | null }[] | null
  outputs?: { name: string; resource: string }[] | null
}

export interface Resource {
  name: string
  type: string
  icon?: string | null
  last_checked?: number | null
  pinned_version?: Record<string, string> | null
  pinned_in_config?: boolean | null
  pin_comment?: string | null
  build?: BuildSummary | null
}

export interface ResourceVersion {
  id: number
  version: Record<string, string>
  metadata?: { name: string; value: string }[] | null
  enabled: boolean
}

export interface Preparation {
  build_id: number
  paused_pipeline: string
  paused_job: string
  max_running_builds: string
  inputs?: Record<string, string> | null
  inputs_satisfied: string
  missing_input_reasons?: Record<string, string> | null
}

export interface BuildResources {
  inputs?: { name: string; version: Record<string, string>; first_occurrence?: boolean | null }[] | null
  outputs?: { name: string; version: Record<string, string> }[] | null
}

export interface Worker {
  name: string
  state: string
  platform?: string | null
  tags?: string[] | null
  team?: string | null
  version?: string | null
  start_time?: number | null
  ephemeral?: boolean | null
  active_containers?: number | null
  active_volumes?: number | null
}

export interface User {
  user_name?: string | null
  is_admin?: boolean | null
  connector?: string | null
}

export interface BuildEvent {
  id: number
  /** `log`, `status`, … */
  type: string
  /** `5.1` */
  version: string
  data: Record<string, unknown>
}

/** Whose pipeline. */
export interface PipelinePath {
  team: string
  pipeline: string
}

/** Both bounds belong to the range. */
export interface Range {
  from?: number
  to?: number
  limit: number
}

export interface Page<T> {
  rows: T[]
  /** What Link said. */
  hasOlder: boolean
  hasNewer: boolean
}
