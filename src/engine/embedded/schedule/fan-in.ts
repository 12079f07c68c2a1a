/**
 * Versions of inputs that passed other jobs. Inputs that name the same job must come from one build of it, so a build is chosen
 * for each job: the newest first, and when nothing fits further on, the one before it. Builds that fit no version which all jobs
 * of an input passed are sorted out first; without it, a history of some hundred builds takes ages when there is no answer.
 */
import type { PassedBuild } from './facts.ts'

export interface Wanted {
  name: string
  resource: string
  /** Not empty. */
  passed: readonly string[]
  /** Not disabled, and what a pin says. */
  allows(versionId: number): boolean
  /** For `version: every`: the version with the lowest rank comes first, not the one of the newest build. */
  rank: ((versionId: number) => number) | undefined
}

/** Looks at a build for an input that are left: a pass is bounded whatever a tenant writes. */
export interface Budget {
  left: number
}

export type FanIn = { versions: ReadonlyMap<string, number> } | { failed: 'nothing fits' | 'too many combinations' }

/** Inputs that have to do with each other through the jobs they passed. */
export function groupsOf<T extends { passed: readonly string[] }>(inputs: readonly T[]): T[][] {
  const groups: { jobs: Set<string>; inputs: T[] }[] = []
  for (const input of inputs) {
    const touched = groups.filter(({ jobs }) => input.passed.some((job) => jobs.has(job)))
    const [first = { jobs: new Set<string>(), inputs: [] }, ...rest] = touched
    if (touched.length === 0) groups.push(first)
    for (const group of rest) {
      for (const job of group.jobs) first.jobs.add(job)
      first.inputs.push(...group.inputs)
      groups.splice(groups.indexOf(group), 1)
    }
    for (const job of input.passed) first.jobs.add(job)
    first.inputs.push(input)
  }
  return groups.map((group) => group.inputs)
}

/** @param wanted inputs of one group, in order */
export function chooseTogether(wanted: readonly Wanted[], buildsOf: (job: string) => readonly PassedBuild[], budget: Budget): FanIn {
  const jobs = jobsInOrder(wanted)
  for (const job of jobs) {
    job.builds = usableBuilds(job, wanted, buildsOf(job.name), budget)
    if (job.builds.length === 0) return { failed: budget.left > 0 ? 'nothing fits' : 'too many combinations' }
  }
  sortOut(jobs, wanted, budget)
  for (const job of jobs) orderForEvery(job, wanted)
  const found = search(jobs, 0, [], budget)
  if (!found) return { failed: budget.left > 0 ? 'nothing fits' : 'too many combinations' }
  const versions = new Map<string, number>()
  for (const [at, input] of wanted.entries()) {
    const version = preferred(input, found[at] ?? [])
    if (version !== undefined) versions.set(input.name, version)
  }
  return { versions }
}

/** Versions that inputs can take, by the place of the input in `wanted`; a hole: not decided. */
type Options = (readonly number[] | undefined)[]

interface PassedJob {
  name: string
  /** Places, in `wanted`, of the inputs that name it. */
  inputs: number[]
  /** Of these, the one that decides which build is tried first. */
  driver: number
  /** Newest first. */
  builds: Options[]
}

function jobsInOrder(wanted: readonly Wanted[]): PassedJob[] {
  const jobs = new Map<string, PassedJob>()
  const places = wanted.map((_, place) => place)
  // An input that wants every version leads: the newest build, which the others prefer, would skip some of its versions.
  for (const driver of [...places.filter((at) => wanted[at]?.rank), ...places.filter((at) => !wanted[at]?.rank)])
    for (const name of wanted[driver]?.passed ?? []) {
      if (!jobs.has(name)) jobs.set(name, { name, driver, inputs: places.filter((at) => wanted[at]?.passed.includes(name)), builds: [] })
    }
  return [...jobs.values()]
}

function usableBuilds(job: PassedJob, wanted: readonly Wanted[], builds: readonly PassedBuild[], budget: Budget): Options[] {
  const usable: Options[] = []
  for (const build of builds) {
    if (!spend(budget, job.inputs.length)) return []
    const options: Options = []
    const fits = job.inputs.every((at) => {
      const input = wanted[at]
      options[at] = input && (build.get(input.resource) ?? []).filter((id) => input.allows(id))
      return options[at]?.length
    })
    if (fits) usable.push(options)
  }
  return usable
}

/**
 * Removes versions that not all jobs of an input passed, and builds without any other, until nothing changes. Where jobs form no
 * circle, what remains fits without going back.
 */
function sortOut(jobs: readonly PassedJob[], wanted: readonly Wanted[], budget: Budget): void {
  const mostRounds = 8
  for (let round = 0, changed = true; changed && round < mostRounds && budget.left > 0; round++) {
    const left = wanted.map((_, at) => commonVersions(jobs, at))
    changed = false
    for (const job of jobs) {
      if (!spend(budget, job.builds.length * job.inputs.length)) return
      const fitting = job.builds.filter((options) => job.inputs.every((at) => options[at]?.some((id) => left[at]?.has(id))))
      changed ||= fitting.length < job.builds.length
      job.builds = fitting
    }
  }
}

function commonVersions(jobs: readonly PassedJob[], at: number): ReadonlySet<number> {
  let common: Set<number> | undefined
  for (const job of jobs) {
    if (!job.inputs.includes(at)) continue
    const passed = new Set<number>()
    for (const options of job.builds) for (const id of options[at] ?? []) if (!common || common.has(id)) passed.add(id)
    common = passed
  }
  return common ?? new Set()
}

function orderForEvery(job: PassedJob, wanted: readonly Wanted[]): void {
  const rank = wanted[job.driver]?.rank
  if (!rank) return
  const ranks = new Map(job.builds.map((options) => [options, Math.min(...(options[job.driver] ?? []).map(rank))] as const))
  job.builds = job.builds.toSorted((one, other) => (ranks.get(one) ?? 0) - (ranks.get(other) ?? 0))
}

function preferred({ rank }: Wanted, ids: readonly number[]): number | undefined {
  return (rank ? ids.toSorted((one, other) => rank(one) - rank(other)) : ids)[0]
}

function search(jobs: readonly PassedJob[], at: number, chosen: Options, budget: Budget): Options | undefined {
  const job = jobs[at]
  if (!job) return chosen
  for (const build of job.builds) {
    if (!spend(budget, job.inputs.length)) return undefined
    const narrowed = narrow(job, chosen, build)
    const found = narrowed && search(jobs, at + 1, narrowed, budget)
    if (found) return found
  }
  return undefined
}

function narrow(job: PassedJob, chosen: Options, build: Options): Options | undefined {
  const narrowed = [...chosen]
  for (const at of job.inputs) {
    const before = chosen[at]
    const both = before ? before.filter((id) => build[at]?.includes(id)) : (build[at] ?? [])
    if (both.length === 0) return undefined
    narrowed[at] = both
  }
  return narrowed
}

function spend(budget: Budget, looks: number): boolean {
  budget.left -= looks
  return budget.left > 0
}
