/** Which versions the next build of a job takes. */
import { type Facts, findPinned, type History, type Input, type Job, type Pin } from './facts.ts'
import { type Budget, chooseTogether, groupsOf } from './fan-in.ts'
import type { Missing } from './missing.ts'
import type { BuildFacts, ResolvedInput } from './types.ts'
import type { Used } from './used.ts'
import { type GroupInput, tooMany, whyNot, withCompany } from './why-not.ts'

export interface Resolution {
  /** Ids of versions, by name of the input. */
  chosen: ReadonlyMap<string, number>
  /** The other inputs; first the one to tell people about. */
  missing: ReadonlyMap<string, Missing>
}

/** Looks of one group of inputs, and of a whole pass: a few hundred milliseconds at the very worst. */
const mostLooksOfGroup = 500_000
export const mostLooks = 3_000_000

export function resolveInputs(job: Job, facts: Facts, used: Used, budget: Budget): Resolution {
  const chosen = new Map<string, number>()
  const missing = new Map<string, Missing>()
  for (const input of job.inputs) {
    if (input.passed.length > 0) continue
    const version = chooseAlone(input, facts.historyOf(input.resource), used.newest(job.name, input))
    if (typeof version === 'number') chosen.set(input.name, version)
    else missing.set(input.name, version)
  }
  for (const group of groupsOf(job.inputs.filter(({ passed }) => passed.length > 0))) {
    const ofGroup = resolveGroup(job, group, facts, used, budget)
    for (const [name, version] of ofGroup.chosen) chosen.set(name, version)
    for (const [name, why] of ofGroup.missing) missing.set(name, why)
  }
  return { chosen, missing }
}

/**
 * The versions of the build that it repeats, as far as the job takes them still. Disabled ones too: they are asked for by name.
 * Undefined: that build is not known, or had none.
 */
export function resolveRerun(job: Job, original: BuildFacts | undefined, facts: Facts): Resolution | undefined {
  if (!original || (original.inputs.length === 0 && job.inputs.length > 0)) return undefined
  const chosen = new Map<string, number>()
  const missing = new Map<string, Missing>()
  for (const { name, resource } of job.inputs) {
    const before = original.inputs.find((input) => input.name === name)
    if (!before) missing.set(name, { why: 'not in first build', resource })
    else if (facts.resourceOf(before.versionId) !== resource) missing.set(name, { why: 'version gone', resource })
    else chosen.set(name, before.versionId)
  }
  return { chosen, missing }
}

/** What a build gets, in the order of its inputs; undefined while any is missing. */
export function inputsFrom(job: Job, { chosen, missing }: Resolution, used: Used): ResolvedInput[] | undefined {
  if (missing.size > 0) return undefined
  return job.inputs.flatMap(({ name, resource }) => {
    const versionId = chosen.get(name)
    return versionId === undefined ? [] : [{ name, resource, versionId, firstOccurrence: !used.has(job.name, name, versionId) }]
  })
}

function chooseAlone(input: Input, history: History, newestUsed: number): number | Missing {
  if (input.pin) return choosePinned(input, input.pin, history)
  const { versions, lastCheckedAt, lastCheckFailed } = history.facts
  const next = input.every && newestUsed >= 0 ? versions.find(({ enabled }, position) => enabled && position > newestUsed) : undefined
  const found = next ?? versions.findLast(({ enabled }) => enabled)
  if (found) return found.id
  if (versions.length > 0) return { why: 'all disabled', resource: input.resource }
  const checked = lastCheckedAt === null ? 'never' : lastCheckFailed ? 'failed' : 'fine'
  return { why: 'no version', resource: input.resource, checked }
}

function choosePinned({ name, resource }: Input, pin: Pin, history: History): number | Missing {
  const found = findPinned(history, pin.version, ({ enabled }) => enabled)
  if (found) return found.id
  const why = findPinned(history, pin.version, () => true) ? 'pin disabled' : 'pin not found'
  return { why, resource, pin, input: name }
}

function resolveGroup(job: Job, inputs: readonly Input[], facts: Facts, used: Used, budget: Budget): Resolution {
  const pinMissing = new Map<string, Missing>()
  const group = inputs.map((input): GroupInput => {
    const history = facts.historyOf(input.resource)
    const pinned = input.pin && choosePinned(input, input.pin, history)
    if (pinned !== null && typeof pinned !== 'number') pinMissing.set(input.name, pinned)
    const isEnabled = (id: number) => history.facts.versions[history.positions.get(id) ?? -1]?.enabled ?? false
    const newestUsed = input.every && !input.pin ? used.newest(job.name, input) : -1
    return {
      ...input,
      allows: pinned === null ? isEnabled : (id) => id === pinned,
      rank: newestUsed < 0 ? undefined : (id) => rankAfter(newestUsed, history.positions.get(id) ?? -1),
    }
  })
  if (pinMissing.size > 0) return { chosen: new Map(), missing: withCompany(inputs, pinMissing) }
  return takeFrom(budget, (share) => {
    const found = chooseTogether(group, facts.passedBuilds, share)
    if ('versions' in found) return { chosen: found.versions, missing: new Map() }
    const tooManyOfAll = () => new Map(group.map((input) => [input.name, tooMany(input)] as const))
    return { chosen: new Map(), missing: found.failed === 'nothing fits' ? whyNot(group, facts.passedBuilds, share) : tooManyOfAll() }
  })
}

/** For `every`: the newer ones from the oldest on, then the newest that was used, then the others. */
function rankAfter(newestUsed: number, position: number): number {
  if (position > newestUsed) return position
  return position === newestUsed ? Number.MAX_SAFE_INTEGER - 1 : Number.MAX_SAFE_INTEGER
}

/** One group that is hard must not use up what the other jobs of the pipeline need. */
function takeFrom<T>(budget: Budget, work: (share: Budget) => T): T {
  const share = { left: Math.min(budget.left, mostLooksOfGroup) }
  const before = share.left
  const result = work(share)
  budget.left -= before - share.left
  return result
}
