/** What the double of Concourse remembers. Ids count over all teams, as Concourse's do. Times are unix seconds. */
import type { JobConfig, Json, PipelineConfig, ResourceConfig, Version } from '../../../src/formats/pipeline/types.ts'

export interface TeamRow {
  id: number
  name: string
  auth: Json
  /** Milliseconds: until then the cache of teams does not know it. */
  visibleAt: number
}

export interface VersionRow {
  id: number
  version: Version
  metadata: { name: string; value: string }[]
}

export interface ResourceRow {
  id: number
  name: string
  config: ResourceConfig
  isActive: boolean
  /** In the order in which checks found them. */
  versions: VersionRow[]
  /** As JSON. */
  disabled: Set<string>
  pin: { version: Version; comment: string; inConfig: boolean } | undefined
  lastChecked: number | undefined
  lastCheck: BuildRow | undefined
  checking: Promise<void> | undefined
}

export interface JobRow {
  id: number
  name: string
  config: JobConfig
  isActive: boolean
  paused: boolean
  numbers: number
  hasNewInputs: boolean
  caches: { step: string; path: string }[]
}

export interface PipelineRow {
  id: number
  team: TeamRow
  name: string
  config: PipelineConfig
  version: number
  paused: boolean
  public: boolean
  archived: boolean
  jobs: JobRow[]
  resources: ResourceRow[]
  lastUpdated: number
}

export interface ResolvedInput {
  name: string
  resource: ResourceRow
  version: VersionRow
  firstOccurrence: boolean
}

export interface Event {
  event: string
  version: string
  data: { [key: string]: Json }
}

export interface BuildRow {
  id: number
  name: string
  status: 'pending' | 'started' | 'succeeded' | 'failed' | 'errored' | 'aborted'
  pipeline: PipelineRow
  job: JobRow | undefined
  resource: ResourceRow | undefined
  start: number | undefined
  end: number | undefined
  reaped: number | undefined
  rerunOf: BuildRow | undefined
  rerunNumber: number | undefined
  isManual: boolean
  createdBy: string | undefined
  /** Of a build by hand: whether its inputs were looked for since it was asked for. */
  inputsChecked: boolean
  abortRequested: boolean
  abort: AbortController
  inputs: ResolvedInput[] | undefined
  outputs: { name: string; resource: ResourceRow; version: VersionRow }[]
  plan: Json | undefined
  events: Event[]
  /** Streams that wait for the next event. */
  watchers: Set<() => void>
}

export interface World {
  teams: TeamRow[]
  pipelines: PipelineRow[]
  builds: BuildRow[]
  workers: Record<string, Json>[]
  nextId(): number
  now(): number
  /** Something changed that the scheduler has to look at. */
  changed(pipeline: PipelineRow): void
  /** Aborts when the double is closed. */
  closed: AbortSignal
  /** Seconds between two checks where a resource says nothing. */
  checkEvery: number
}

export const isFinal = ({ status }: BuildRow): boolean => status !== 'pending' && status !== 'started'
export const keyOf = (version: Version): string => JSON.stringify(Object.entries(version).sort(([one], [other]) => (one < other ? -1 : 1)))
export const fits = (version: Version, part: Version): boolean => Object.entries(part).every(([key, value]) => version[key] === value)

/** A rerun stands where the build is that it runs again. */
export const placeOf = (build: BuildRow): number => build.rerunOf?.id ?? build.id
export const byPlace = (one: BuildRow, other: BuildRow): number => placeOf(one) - placeOf(other) || one.id - other.id

export function emit(build: BuildRow, event: string, version: string, data: { [key: string]: Json }): void {
  build.events.push({ event, version, data })
  for (const wake of [...build.watchers]) wake()
}

export function newBuild(world: World, pipeline: PipelineRow, more: Partial<BuildRow>): BuildRow {
  const build: BuildRow = {
    ...{ id: world.nextId(), name: 'check', status: 'pending', pipeline, job: undefined, resource: undefined },
    ...{ start: undefined, end: undefined, reaped: undefined, rerunOf: undefined, rerunNumber: undefined },
    ...{ isManual: false, createdBy: undefined, inputsChecked: false, abortRequested: false, abort: new AbortController() },
    ...{ inputs: undefined, outputs: [], plan: undefined, events: [], watchers: new Set() },
    ...more,
  }
  world.builds.push(build)
  return build
}

export function begin(world: World, build: BuildRow): void {
  build.status = 'started'
  build.start = world.now()
  emit(build, 'status', '1.0', { status: 'started', time: world.now() })
}

export function finish(world: World, build: BuildRow, status: 'succeeded' | 'failed' | 'errored' | 'aborted'): void {
  build.status = status
  build.end = world.now()
  emit(build, 'status', '1.0', { status, time: world.now() })
  world.changed(build.pipeline)
}

/** The newest last. What is new among them moves all of them to the end. */
export function addVersions(world: World, resource: ResourceRow, versions: readonly Version[]): VersionRow[] {
  const known = new Map(resource.versions.map((row) => [keyOf(row.version), row] as const))
  const rows = versions.map((version) => known.get(keyOf(version)) ?? { id: world.nextId(), version, metadata: [] })
  if (rows.some((row) => !resource.versions.includes(row)))
    resource.versions = [...resource.versions.filter((row) => !rows.includes(row)), ...new Set(rows)]
  return rows
}
