/** The sections of a pipeline, each by itself. What depends on several of them is in cross-checks.ts. */
import {
  type At,
  bool,
  duration,
  durationOrNever,
  type Fields,
  inside,
  integer,
  json,
  jsonMap,
  looseText,
  mapOf,
  namesOf,
  notEmpty,
  oneOf,
  type Reader,
  record,
  wrong,
} from './fields.ts'
import { hooks, readSteps } from './read-steps.ts'
import type { GroupConfig, JobConfig, JsonObject, PipelineConfig, ResourceConfig, ResourceTypeConfig, VarSourceConfig } from './types.ts'

/** An entry of a section and where it stands, however little of it could be read. A job's `at` has its steps. */
export interface Entry<T> {
  entry: Partial<T>
  at: At
}

/** Undefined: the section as a whole cannot be read, so nothing can be said about its names. */
export interface Sections {
  resources: Entry<ResourceConfig>[] | undefined
  resource_types: Entry<ResourceTypeConfig>[] | undefined
  prototypes: Entry<ResourceTypeConfig>[] | undefined
  var_sources: Entry<VarSourceConfig>[] | undefined
  groups: Entry<GroupConfig>[] | undefined
  jobs: Entry<JobConfig>[] | undefined
  display: PipelineConfig['display'] | undefined
}

/** What no one knows at the top is left out: that is where people keep what their anchors are for. */
export function readSections(value: JsonObject, at: At): Sections {
  const section = <T>(key: string, read: Reader<T>) => entriesOf(value[key] ?? null, read, inside(at, key))
  return {
    groups: section('groups', group),
    var_sources: section('var_sources', varSource),
    resource_types: section('resource_types', resourceType),
    prototypes: section('prototypes', resourceType),
    resources: section('resources', resource),
    jobs: section('jobs', job),
    display: (value['display'] ?? null) === null ? undefined : display(value['display'] ?? null, inside(at, 'display')),
  }
}

/** Without the sections in which nothing is. Only complete when no problem was noted. */
export function configOf(sections: Sections, value: JsonObject): PipelineConfig {
  const { jobs, display } = sections
  const read: Record<string, unknown> = {}
  for (const key of ['groups', 'var_sources', 'resource_types', 'prototypes', 'resources'] as const) {
    const entries = sections[key]
    if (entries && entries.length > 0) read[key] = entries.map(({ entry }) => entry)
  }
  if (display) read['display'] = display
  if ((value['user_data'] ?? null) !== null) read['user_data'] = value['user_data']
  read['jobs'] = (jobs ?? []).map(({ entry }) => entry)
  return read as unknown as PipelineConfig
}

/** The top-level keys that mean something. */
export const sectionNames = ['groups', 'var_sources', 'resource_types', 'prototypes', 'resources', 'jobs', 'display', 'user_data'] as const

function entriesOf<T>(value: JsonObject[string], read: Reader<T>, at: At): Entry<T>[] | undefined {
  if (value === null) return []
  if (!Array.isArray(value)) return wrong(at, 'must be a list')
  return value.flatMap((item, index) => {
    const own: At = { ...inside(at, index), steps: [] }
    const entry = read(item, own)
    return entry ? [{ entry, at: own }] : []
  })
}

const name = notEmpty(looseText)
const names = namesOf(looseText)

const group = record<GroupConfig>('a group', { name, jobs: names, resources: names }, ['name'])

const varSource = record<VarSourceConfig>(
  'a var_source',
  { name, type: oneOf('vault', 'dummy', 'ssm', 'secretsmanager', 'idtoken'), config: json },
  ['name', 'type'],
)

const resource = record<ResourceConfig>(
  'a resource',
  {
    name,
    type: name,
    source: jsonMap,
    version: mapOf(looseText),
    check_every: durationOrNever,
    check_timeout: duration,
    tags: names,
    public: bool,
    webhook_token: looseText,
    icon: looseText,
    old_name: looseText,
    expose_build_created_by: bool,
  },
  ['name', 'type'],
)

const resourceType = record<ResourceTypeConfig>(
  'a resource type',
  {
    name,
    type: name,
    source: jsonMap,
    defaults: jsonMap,
    privileged: bool,
    check_every: durationOrNever,
    tags: names,
    params: jsonMap,
  },
  ['name', 'type'],
)

const retention = record<NonNullable<JobConfig['build_log_retention']>>('build_log_retention', {
  days: integer(0),
  builds: integer(0),
  minimum_succeeded_builds: integer(0),
})

const jobFields: Fields<JobConfig> = {
  ...hooks,
  name,
  plan: readSteps,
  serial: bool,
  serial_groups: names,
  max_in_flight: integer(1),
  public: bool,
  interruptible: bool,
  disable_manual_trigger: bool,
  disable_reruns: bool,
  old_name: looseText,
  tags: names,
  build_logs_to_retain: integer(0),
  build_log_retention: retention,
}

const jobRecord = record<JobConfig>('a job', jobFields, ['name'])

const job: Reader<JobConfig> = (value, at) => {
  const read = jobRecord(value, at)
  if (!read) return undefined
  // Concourse takes a job without a plan; its builds do nothing.
  read.plan ??= []
  const { build_logs_to_retain, build_log_retention: kept } = read
  if (build_logs_to_retain !== undefined && kept)
    wrong(inside(at, 'build_logs_to_retain'), 'cannot be given beside build_log_retention, which takes its place')
  else if (build_logs_to_retain !== undefined)
    at.findings.warning([...at.path, 'build_logs_to_retain'], 'is deprecated: use build_log_retention with builds')
  const [builds, succeeded] = [kept?.builds ?? 0, kept?.minimum_succeeded_builds ?? 0]
  if (builds > 0 && succeeded > builds)
    wrong(inside(inside(at, 'build_log_retention'), 'minimum_succeeded_builds'), `must not be more than builds, which is ${builds}`)
  return read
}

const imageAddress: Reader<string> = (value, at) => {
  const given = looseText(value, at)
  const scheme = given?.match(/^([A-Za-z][A-Za-z0-9+.-]*):/)?.[1]?.toLowerCase()
  return scheme === undefined || scheme === 'http' || scheme === 'https' ? given : wrong(at, 'must be an http or https address, or a path')
}

const display = record<NonNullable<PipelineConfig['display']>>('display', {
  background_image: imageAddress,
  background_filter: looseText,
})
