/** Why no builds were found that pass versions for a group of inputs: per input when one alone explains it, or for all together. */
import type { Facts, Input, PassedBuild } from './facts.ts'
import type { Budget, Wanted } from './fan-in.ts'
import type { Missing } from './missing.ts'

export type GroupInput = Input & Wanted

export function whyNot(group: readonly GroupInput[], passedBuilds: Facts['passedBuilds'], budget: Budget): Map<string, Missing> {
  const found = new Map<string, Missing>()
  for (const input of group) {
    budget.left -= input.passed.reduce((looks, job) => looks + passedBuilds(job).length, 0)
    // Words for people are not worth more time than the answer.
    if (budget.left <= 0) return withCompany(group, new Map([[input.name, tooMany(input)]]))
    const missing = alone(input, passedBuilds)
    if (missing) found.set(input.name, missing)
  }
  if (found.size > 0) return withCompany(group, found)
  const shared = [...new Set(group.flatMap(({ passed }) => passed))]
  const names = group.map(({ name }) => name)
  return new Map(group.map(({ name, resource }) => [name, { why: 'no common builds', resource, inputs: names, jobs: shared }] as const))
}

export const tooMany = ({ resource, passed }: GroupInput): Missing => ({ why: 'too many combinations', resource, jobs: passed })

/** The inputs that explain it first, then the others. */
export function withCompany(group: readonly Input[], found: ReadonlyMap<string, Missing>): Map<string, Missing> {
  const all = new Map(found)
  for (const { name, resource } of group) if (!all.has(name)) all.set(name, { why: 'other input', resource })
  return all
}

function alone(input: GroupInput, passedBuilds: Facts['passedBuilds']): Missing | undefined {
  const { name, resource, passed, pin } = input
  const builds = new Map(passed.map((job) => [job, passedBuilds(job)] as const))
  const without = (has: (build: PassedBuild) => boolean) => passed.filter((job) => !builds.get(job)?.some(has))
  const never = without((build) => build.has(resource))
  if (never.length > 0) return { why: 'not passed', resource, jobs: never }
  const useless = without((build) => build.get(resource)?.some((id) => input.allows(id)) ?? false)
  if (useless.length > 0 && pin) return { why: 'pin not passed', resource, input: name, pin, jobs: useless }
  if (useless.length > 0) return { why: 'passed ones disabled', resource, jobs: useless }
  let common: Set<number> | undefined
  for (const list of builds.values()) {
    const ids = list.flatMap((build) => build.get(resource) ?? []).filter((id) => input.allows(id) && (common?.has(id) ?? true))
    common = new Set(ids)
  }
  return common?.size === 0 ? { why: 'no common version', resource, jobs: passed } : undefined
}
