/** What the scheduler looks at, and what it decides: a pure function of one for the other (schedule.ts). Times are milliseconds. */
import type { PipelineConfig, Version } from '../../../formats/pipeline/types.ts'
import type { BuildStatus, Preparation } from '../../types.ts'

export interface Snapshot {
  now: number
  config: PipelineConfig
  paused: boolean
  pausedJobs: ReadonlySet<string>
  /** By name: every resource of the configuration. */
  resources: ReadonlyMap<string, ResourceFacts>
  /**
   * In the order of their ids. All pending and started ones; the first builds of pending reruns; of the others as many as are
   * looked back for (`passed`).
   */
  builds: readonly BuildFacts[]
  /** Ids of versions that any build of a job ever used for an input, by `usedKey(job, input)`. */
  used: ReadonlyMap<string, ReadonlySet<number>>
  /** Builds of the organization, of all its pipelines, that are running now; and how many may, 0 for no limit. */
  organization: { running: number; most: number }
  /** How many more builds this process can run now: of all organizations, and of this one. */
  places: number
  /** Seconds between two checks where the resource does not say. */
  checkSeconds: number
}

export const usedKey = (job: string, input: string): string => JSON.stringify([job, input])

export interface ResourceFacts {
  /** Oldest first, in the order in which checks found them; disabled ones too. */
  versions: readonly VersionFacts[]
  /** Pinned through the API; a pin in the configuration is in the configuration. May name a part of a version. */
  pinned: Version | null
  lastCheckedAt: number | null
  lastCheckFailed: boolean
}
export interface VersionFacts {
  id: number
  version: Version
  enabled: boolean
}

export interface BuildFacts {
  id: number
  job: string
  status: BuildStatus
  isManual: boolean
  /** The build whose versions it takes again: the first one, never itself a rerun. */
  rerunOf: number | null
  createdAt: number
  abortRequested: boolean
  /** Of a pending build: since when the checks that it waits for are done; null: not yet. */
  inputsCheckedAt: number | null
  inputs: readonly { name: string; versionId: number }[]
  /** Of its puts. */
  outputs: readonly { resource: string; versionId: number }[]
}

export interface ResolvedInput {
  name: string
  resource: string
  versionId: number
  firstOccurrence: boolean
}

export interface Decisions {
  /** New builds that nobody asked for by hand: they begin as pending ones, and are started by the same pass when `start` says so. */
  create: { job: string; inputs: ResolvedInput[]; startNow: boolean }[]
  /** Pending builds that begin now, oldest first. */
  start: { buildId: number; inputs: ResolvedInput[] }[]
  /** Pending builds that were aborted before they began. */
  abort: number[]
  /** What the other pending builds wait for. */
  waiting: { buildId: number; preparation: Preparation; reason: string }[]
  /** Resources to look at for new versions now. */
  check: { resource: string; why: 'due' | 'build' }[]
  /** By job: whether newer versions wait for a build that has to be asked for by hand. */
  hasNewInputs: ReadonlyMap<string, boolean>
  /** When to look again although nothing happens in between (the next check that is due); null: never. */
  wakeAt: number | null
}
