/**
 * One pass over a pipeline: which builds begin with which versions, which are made, and what the others wait for. The rules are
 * Concourse's. Nothing here reads a clock or a database.
 */
import { decideChecks } from './checks.ts'
import { byPlace, type Facts, type Job, readFacts } from './facts.ts'
import { type Limits, openLimits } from './limits.ts'
import type { Blocked } from './reasons.ts'
import { inputsFrom, mostLooks, type Resolution, resolveInputs, resolveRerun } from './resolve.ts'
import type { BuildFacts, Decisions, ResolvedInput, Snapshot } from './types.ts'
import { openUsed, type Used } from './used.ts'
import { describeWaiting, type State } from './waiting.ts'

/** Builds that one pass makes of one job; `version: every` may want more, and gets them in the next pass. */
const mostNewOfJob = 100
/** Builds of other pipelines, and of other processes, end without a word to this one. */
const lookAgainForPlaces = 5000

/**
 * Decides once. When it made or started builds, another pass tells what those wait for that it made and did not start. The same
 * snapshot gives the same decisions.
 */
export function schedule(snapshot: Snapshot): Decisions {
  const facts = readFacts(snapshot)
  const pass = openPass(facts)
  const pending = snapshot.builds.filter(({ status }) => status === 'pending')
  const abort = pending.filter(({ abortRequested }) => abortRequested).map(({ id }) => id)
  for (const build of pending.filter(({ abortRequested }) => !abortRequested).sort(byPlace)) pass.consider(build)
  const create = snapshot.paused ? [] : pass.makeNew()
  const { check, wakeAt } = decideChecks(facts, pass.toCheck)
  const again = pass.waitsForOthers() ? snapshot.now + lookAgainForPlaces : null
  return {
    create,
    start: pass.start.sort((one, other) => one.buildId - other.buildId),
    abort,
    waiting: pass.waiting,
    check,
    hasNewInputs: pass.newInputs(),
    wakeAt: wakeAt === null || again === null ? (wakeAt ?? again) : Math.min(wakeAt, again),
  }
}

interface Pass {
  start: Decisions['start']
  waiting: Decisions['waiting']
  toCheck: ReadonlySet<string>
  /** Pending builds, in the order in which they count. */
  consider(build: BuildFacts): void
  /** After the pending ones. */
  makeNew(): Decisions['create']
  newInputs(): Map<string, boolean>
  waitsForOthers(): boolean
}

function openPass(facts: Facts): Pass {
  const { snapshot, jobs } = facts
  const used = openUsed(facts)
  const limits = openLimits(facts)
  const next = rememberNext(facts, used)
  /** Jobs with a build that waits and goes before every other one of them. */
  const queued = new Set<string>()
  const toCheck = new Set<string>()
  const start: Decisions['start'] = []
  const waiting: Decisions['waiting'] = []
  let waitsForOthers = false

  const begin = (job: Job, inputs: ResolvedInput[]) => {
    limits.begin(job)
    used.add(job.name, inputs)
    next.forget(job)
  }
  const wait = (job: Job, blocked: Blocked) => {
    queued.add(job.name)
    if (blocked.by === 'organization' || blocked.by === 'places') waitsForOthers = true
    else if (isLimit(blocked)) limits.queue(job)
  }

  const consider = (build: BuildFacts) => {
    const job = jobs.get(build.job)
    const state = job && stateOf(build, job, { facts, limits, used, next, isBehind: queued.has(job.name) })
    if (!state?.blocked && job && state?.inputs) {
      begin(job, state.inputs)
      start.push({ buildId: build.id, inputs: state.inputs })
      return
    }
    if (!snapshot.paused && !job?.paused) for (const resource of state?.unchecked ?? []) toCheck.add(resource)
    // A rerun that lost its versions waits for nothing that could come: those behind it go on.
    if (job && state?.blocked && (build.rerunOf === null || state.inputs)) wait(job, state.blocked)
    waiting.push(describeWaiting(build, snapshot.paused, job, state))
  }

  /** One build of each job in turn, so that a job with many versions leaves places to the others. */
  const makeNew = () => {
    const create: Decisions['create'] = []
    for (let round = 0, before = -1; round < mostNewOfJob && before < create.length; round++) {
      before = create.length
      for (const job of jobs.values()) {
        const inputs = job.paused || queued.has(job.name) ? undefined : inputsFrom(job, next.of(job), used)
        if (!inputs || !isTriggered(job, inputs)) continue
        const blocked = limits.blocks(job)
        create.push({ job: job.name, inputs, startNow: !blocked })
        if (blocked) wait(job, blocked)
        else begin(job, inputs)
      }
    }
    return create
  }

  const newInputs = () =>
    new Map(
      [...jobs.values()].map((job) => {
        const inputs = queued.has(job.name) ? undefined : inputsFrom(job, next.of(job), used)
        return [job.name, inputs?.some(({ firstOccurrence }) => firstOccurrence) ?? false] as const
      }),
    )

  return { start, waiting, toCheck, consider, makeNew, newInputs, waitsForOthers: () => waitsForOthers }
}

interface NextInputs {
  of(job: Job): Resolution
  /** The job has used other versions since. */
  forget(job: Job): void
}

function rememberNext(facts: Facts, used: Used): NextInputs {
  const budget = { left: mostLooks }
  const known = new Map<string, Resolution>()
  return {
    of: (job) => {
      const resolution = known.get(job.name) ?? resolveInputs(job, facts, used, budget)
      known.set(job.name, resolution)
      return resolution
    },
    forget: (job) => known.delete(job.name),
  }
}

interface Around {
  facts: Facts
  limits: Limits
  used: Used
  next: NextInputs
  isBehind: boolean
}

function stateOf(build: BuildFacts, job: Job, { facts, limits, used, next, isBehind }: Around): State {
  const unchecked = uncheckedResources(build, job, facts)
  const resolution = build.rerunOf === null ? next.of(job) : resolveRerun(job, facts.firstBuilds.get(build.rerunOf), facts)
  const inputs = resolution && inputsFrom(job, resolution, used)
  const limit = limits.blocks(job)
  const isPassedOver = build.rerunOf !== null && !inputs
  const blocked = firstBlock(facts, job, { isBehind: isBehind && !isPassedOver, unchecked, resolution }) ?? limit
  return { unchecked, resolution, inputs, limit, blocked }
}

function firstBlock(
  { snapshot }: Facts,
  job: Job,
  { isBehind, unchecked, resolution }: { isBehind: boolean; unchecked: readonly string[]; resolution: Resolution | undefined },
): Blocked | undefined {
  if (snapshot.paused) return { by: 'paused pipeline' }
  if (job.paused) return { by: 'paused job' }
  if (!resolution) return { by: 'first build without inputs' }
  if (isBehind) return { by: 'older build' }
  if (unchecked.length > 0) return { by: 'checks', resources: unchecked }
  for (const [name, missing] of resolution.missing) return { by: 'input', name, missing }
  return undefined
}

/** Somebody who asks for a build means the versions that are there now: each free input is looked at once after they asked. */
function uncheckedResources({ isManual, rerunOf, inputsCheckedAt, createdAt }: BuildFacts, job: Job, facts: Facts): string[] {
  if (!isManual || rerunOf !== null || inputsCheckedAt !== null) return []
  const free = job.inputs.filter(({ passed, pin }) => passed.length === 0 && !pin).map(({ resource }) => resource)
  return [...new Set(free)].filter((resource) => {
    const { lastCheckedAt } = facts.historyOf(resource).facts
    return lastCheckedAt === null || lastCheckedAt <= createdAt
  })
}

const isTriggered = (job: Job, inputs: readonly ResolvedInput[]): boolean =>
  inputs.some(({ name, firstOccurrence }) => firstOccurrence && job.inputs.some((input) => input.name === name && input.trigger))

const isLimit = ({ by }: Blocked): boolean => by === 'serial' || by === 'max in flight' || by === 'serial group'
