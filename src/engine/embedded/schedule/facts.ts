/** A snapshot, arranged for looking things up. Nothing is decided here. */
import { globOf } from '../../../formats/pipeline/globs.ts'
import { inputsOf, outputsOf } from '../../../formats/pipeline/steps.ts'
import type { GetStep, JobConfig, PipelineConfig, Version } from '../../../formats/pipeline/types.ts'
import type { BuildFacts, ResourceFacts, Snapshot, VersionFacts } from './types.ts'

export interface Pin {
  version: Version
  /** Where it can be undone: through the API, at the resource, or at the get step. */
  by: 'api' | 'resource' | 'step'
}

export interface Input {
  name: string
  resource: string
  /** Names of jobs, in the order of the configuration; empty: every version will do. */
  passed: readonly string[]
  trigger: boolean
  every: boolean
  pin: Pin | null
}

export interface Job {
  name: string
  paused: boolean
  inputs: readonly Input[]
  isSerial: boolean
  /** Shared with other jobs; a job without any is limited by `most` alone. */
  groups: readonly string[]
  most: number
}

/** The versions of one resource. */
export interface History {
  facts: ResourceFacts
  /** By id; higher is newer. */
  positions: ReadonlyMap<number, number>
}

/** A succeeded build, as a job behind it sees it: ids of versions by resource, those that it made before those that it took. */
export type PassedBuild = ReadonlyMap<string, readonly number[]>

export interface Facts {
  snapshot: Snapshot
  /** In the order of the configuration. */
  jobs: ReadonlyMap<string, Job>
  /** Those that pending reruns repeat, by id. */
  firstBuilds: ReadonlyMap<number, BuildFacts>
  historyOf(resource: string): History
  /** Undefined: of no resource as it is configured now. */
  resourceOf(versionId: number): string | undefined
  /** Newest first; a rerun stands where the build stood that it repeats. */
  passedBuilds(job: string): readonly PassedBuild[]
}

export function readFacts(snapshot: Snapshot): Facts {
  const histories = new Map([...snapshot.resources].map(([name, facts]) => [name, historyFrom(facts)] as const))
  const owners = new Map<number, string>()
  for (const [name, { versions }] of snapshot.resources) for (const { id } of versions) owners.set(id, name)
  const resourceOf = (id: number) => owners.get(id)
  return {
    snapshot,
    jobs: readJobs(snapshot),
    firstBuilds: firstBuildsOf(snapshot.builds),
    historyOf: (resource) => histories.get(resource) ?? noHistory,
    resourceOf,
    passedBuilds: remember(passedBuildsBy(snapshot.builds, resourceOf)),
  }
}

/** The order in which builds count: a rerun takes the place of the first build, right behind it. */
export const byPlace = (one: BuildFacts, other: BuildFacts): number =>
  (one.rerunOf ?? one.id) - (other.rerunOf ?? other.id) || one.id - other.id

function firstBuildsOf(builds: readonly BuildFacts[]): Map<number, BuildFacts> {
  const wanted = new Set<number | null>()
  for (const { status, rerunOf } of builds) if (status === 'pending') wanted.add(rerunOf)
  return new Map(builds.filter(({ id }) => wanted.has(id)).map((build) => [build.id, build] as const))
}

const noHistory: History = { facts: { versions: [], pinned: null, lastCheckedAt: null, lastCheckFailed: false }, positions: new Map() }

const historyFrom = (facts: ResourceFacts): History => ({
  facts,
  positions: new Map(facts.versions.map(({ id }, position) => [id, position] as const)),
})

/** The version that counts for a pin which may name only a part of it: the newest that has all of that. */
export function findPinned(history: History, pin: Version, also: (version: VersionFacts) => boolean): VersionFacts | undefined {
  const wanted = Object.entries(pin)
  return history.facts.versions.findLast((found) => also(found) && wanted.every(([key, value]) => found.version[key] === value))
}

function readJobs({ config, pausedJobs, resources }: Snapshot): Map<string, Job> {
  const pinOfResource = new Map<string, Pin>()
  for (const { name, version } of config.resources ?? []) if (version) pinOfResource.set(name, { version, by: 'resource' })
  for (const [name, { pinned }] of resources) if (pinned) pinOfResource.set(name, { version: pinned, by: 'api' })
  const expand = passedExpander(config)
  const readInput = (job: JobConfig, step: GetStep): Input => {
    const resource = step.resource ?? step.get
    const ownPin = typeof step.version === 'object' ? ({ version: step.version, by: 'step' } as const) : null
    return {
      name: step.get,
      resource,
      passed: expand(job.name, step.passed ?? [], resource),
      trigger: step.trigger ?? false,
      every: step.version === 'every',
      pin: pinOfResource.get(resource) ?? ownPin,
    }
  }
  return new Map(
    config.jobs.map((job) => {
      const groups = job.serial_groups ?? []
      const isSerial = (job.serial ?? false) || groups.length > 0
      const most = isSerial ? 1 : job.max_in_flight || Number.POSITIVE_INFINITY
      const inputs = inputsOf(job).map((step) => readInput(job, step))
      return [job.name, { name: job.name, paused: pausedJobs.has(job.name), inputs, isSerial, groups, most }] as const
    }),
  )
}

/** `passed` may name jobs by globs: then those that have to do with the resource are meant. */
function passedExpander(config: PipelineConfig): (job: string, patterns: readonly string[], resource: string) => string[] {
  const places = new Map(config.jobs.map(({ name }, place) => [name, place] as const))
  const uses = remember((name: string) => {
    const job = config.jobs[places.get(name) ?? -1]
    return new Set(
      job ? [...inputsOf(job).map((step) => step.resource ?? step.get), ...outputsOf(job).map((s) => s.resource ?? s.put)] : [],
    )
  })
  const matching = remember((pattern: string) => {
    const matches = globOf(pattern)
    return config.jobs.flatMap(({ name }) => (matches?.(name) ? [name] : []))
  })
  return (job, patterns, resource) => {
    const names = patterns.flatMap((pattern) => {
      if (places.has(pattern)) return [pattern]
      const found = matching(pattern).filter((name) => name !== job && uses(name).has(resource))
      // Without any it must not become an input that takes every version: no build has ever passed a job of that name.
      return found.length > 0 ? found : [pattern]
    })
    return [...new Set(names)].sort((one, other) => (places.get(one) ?? -1) - (places.get(other) ?? -1))
  }
}

function passedBuildsBy(builds: readonly BuildFacts[], resourceOf: Facts['resourceOf']): (job: string) => PassedBuild[] {
  const succeeded = new Map<string, BuildFacts[]>()
  for (const build of builds) {
    if (build.status !== 'succeeded') continue
    const list = succeeded.get(build.job)
    if (list) list.push(build)
    else succeeded.set(build.job, [build])
  }
  return (job) => (succeeded.get(job) ?? []).sort((one, other) => byPlace(other, one)).map((build) => passedBuild(build, resourceOf))
}

function passedBuild(build: BuildFacts, resourceOf: Facts['resourceOf']): PassedBuild {
  const versions = new Map<string, number[]>()
  // The owner is looked up by version: a step of the same name may be about another resource by now.
  const add = (versionId: number) => {
    const resource = resourceOf(versionId)
    if (resource === undefined) return
    const list = versions.get(resource)
    if (!list) versions.set(resource, [versionId])
    else if (!list.includes(versionId)) list.push(versionId)
  }
  for (let at = build.outputs.length - 1; at >= 0; at--) add(build.outputs[at]?.versionId ?? -1)
  for (const { versionId } of build.inputs) add(versionId)
  return versions
}

function remember<T>(compute: (key: string) => T): (key: string) => T {
  const known = new Map<string, T>()
  return (key) => {
    const before = known.get(key)
    if (before !== undefined) return before
    const value = compute(key)
    known.set(key, value)
    return value
  }
}
