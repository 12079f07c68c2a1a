/** An answer is looked at once, here: behind it everything is what its type says. */
import { ConcourseError } from './errors.ts'
import type { Answer } from './transport.ts'
import type * as t from './types.ts'

type Check = (value: unknown) => boolean
export type Is<T> = (value: unknown) => value is T

/** @throws ConcourseError (server) for what is no JSON, or another thing */
export function decode<T>({ body, status }: Answer, is: Is<T>, what: string): T {
  const unreadable = () => new ConcourseError({ kind: 'server', status }, `what Concourse answered is no ${what}`)
  let value: unknown
  try {
    value = JSON.parse(body.toString('utf8'))
  } catch {
    // Without the cause: the parser quotes the answer, and configurations hold secrets.
    throw unreadable()
  }
  if (is(value)) return value
  throw unreadable()
}

const text: Check = (value) => typeof value === 'string'
const flag: Check = (value) => typeof value === 'boolean'
const whole: Check = (value) => Number.isSafeInteger(value)
const map: Check = (value) => typeof value === 'object' && value !== null && !Array.isArray(value)
const listOf =
  (check: Check): Check =>
  (value) =>
    Array.isArray(value) && value.every(check)
const mapOf =
  (check: Check): Check =>
  (value) =>
    map(value) && Object.values(value as object).every(check)

/** Optional fields may be null too. */
function shape<T>(needed: Partial<Record<keyof T & string, Check>>, optional: Partial<Record<keyof T & string, Check>> = {}): Is<T> {
  const checks = Object.entries({ ...needed, ...optional }) as [string, Check][]
  return (value: unknown): value is T =>
    map(value) &&
    checks.every(([key, check]) => {
      const field = Object.hasOwn(value as object, key) ? (value as Record<string, unknown>)[key] : undefined
      return field === undefined || field === null ? !(key in needed) : check(field)
    })
}

export const list =
  <T>(is: Is<T>): Is<T[]> =>
  (value): value is T[] =>
    Array.isArray(value) && value.every(is)

const version = mapOf(text)
const summary = { id: whole, name: text, status: text, team_name: text }
const summaryMore = { pipeline_id: whole, pipeline_name: text, job_name: text, start_time: whole, end_time: whole }
const isSummary = shape<t.BuildSummary>(summary, summaryMore)

export const isBuild = shape<t.Build>(summary, {
  ...summaryMore,
  resource_name: text,
  reap_time: whole,
  rerun_number: whole,
  rerun_of: shape<{ id: number; name: string }>({ id: whole, name: text }),
})

export const isPipeline = shape<t.Pipeline>(
  { id: whole, name: text, team_name: text },
  {
    instance_vars: map,
    paused: flag,
    public: flag,
    archived: flag,
    groups: listOf(
      shape<{ name: string; jobs: string[]; resources: string[] }>({ name: text }, { jobs: listOf(text), resources: listOf(text) }),
    ),
  },
)

type Input = NonNullable<t.Job['inputs']>[number]
type Output = NonNullable<t.Job['outputs']>[number]
export const isJob = shape<t.Job>(
  { id: whole, name: text },
  {
    paused: flag,
    has_new_inputs: flag,
    groups: listOf(text),
    disable_manual_trigger: flag,
    first_logged_build_id: whole,
    finished_build: isSummary,
    next_build: isSummary,
    transition_build: isSummary,
    inputs: listOf(shape<Input>({ name: text, resource: text }, { passed: listOf(text), trigger: flag })),
    outputs: listOf(shape<Output>({ name: text, resource: text })),
  },
)

export const isResource = shape<t.Resource>(
  { name: text, type: text },
  { icon: text, last_checked: whole, pinned_version: version, pinned_in_config: flag, pin_comment: text, build: isSummary },
)

export const isVersion = shape<t.ResourceVersion>(
  { id: whole, version, enabled: flag },
  { metadata: listOf(shape<{ name: string; value: string }>({ name: text, value: text })) },
)

export const isPreparation = shape<t.Preparation>(
  { build_id: whole, paused_pipeline: text, paused_job: text, max_running_builds: text, inputs_satisfied: text },
  { inputs: mapOf(text), missing_input_reasons: mapOf(text) },
)

const built = { name: text, version }
export const isBuildResources = shape<t.BuildResources>(
  {},
  {
    inputs: listOf(shape<{ name: string; version: object; first_occurrence: boolean }>(built, { first_occurrence: flag })),
    outputs: listOf(shape<{ name: string; version: object }>(built)),
  },
)

export const isWorker = shape<t.Worker>(
  { name: text, state: text },
  {
    platform: text,
    tags: listOf(text),
    team: text,
    version: text,
    start_time: whole,
    ephemeral: flag,
    active_containers: whole,
    active_volumes: whole,
  },
)

export const isUser = shape<t.User>({}, { user_name: text, is_admin: flag, connector: text })
export const isTeam = shape<{ name: string }>({ name: text })
export const isInfo = shape<{ version: string }>({ version: text })
export const isRemoved = shape<{ caches_removed: number }>({ caches_removed: whole })
export const isConfigAnswer = shape<{ config: object }>({ config: map })
export const isPlan = shape<{ schema: string; plan: object }>({ schema: text, plan: map })
export const isEnvelope = shape<{ event: string; version: string; data: Record<string, unknown> }>({
  event: text,
  version: text,
  data: map,
})
