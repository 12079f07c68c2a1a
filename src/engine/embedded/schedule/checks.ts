/** Which resources are looked at for new versions now, and when the next one is due. */
import { seconds } from '../../../formats/pipeline/durations.ts'
import type { ResourceConfig } from '../../../formats/pipeline/types.ts'
import type { Facts } from './facts.ts'
import type { Decisions } from './types.ts'

/** Resources are not looked at more often, unless the operator's own default is shorter: `check_every: 1ms` is a tenant's text. */
const leastSeconds = 10

export function decideChecks(facts: Facts, forBuilds: ReadonlySet<string>): Pick<Decisions, 'check' | 'wakeAt'> {
  const { now, paused, config, checkSeconds } = facts.snapshot
  const check: Decisions['check'] = []
  const wakes: number[] = []
  const triggers = triggerResources(facts)
  for (const resource of config.resources ?? []) {
    const { name } = resource
    const dueAt = paused ? undefined : dueTime(facts, resource, triggers.has(name))
    const isDue = dueAt !== undefined && dueAt <= now
    if (forBuilds.has(name)) check.push({ resource: name, why: 'build' })
    else if (isDue) check.push({ resource: name, why: 'due' })
    // What is due now comes again, in case whoever was to check it is gone.
    if (isDue) wakes.push(now + (interval(resource, checkSeconds) ?? checkSeconds) * 1000)
    else if (dueAt !== undefined) wakes.push(dueAt)
  }
  if (forBuilds.size > 0) wakes.push(now + checkSeconds * 1000)
  return { check, wakeAt: wakes.length > 0 ? wakes.reduce((one, other) => Math.min(one, other)) : null }
}

function triggerResources({ jobs }: Facts): Set<string> {
  const running = [...jobs.values()].filter(({ paused }) => !paused)
  return new Set(running.flatMap(({ inputs }) => inputs.flatMap(({ trigger, resource }) => (trigger ? [resource] : []))))
}

/** In milliseconds; undefined: not until somebody asks. */
function dueTime(facts: Facts, resource: ResourceConfig, isTrigger: boolean): number | undefined {
  const { lastCheckedAt, lastCheckFailed } = facts.historyOf(resource.name).facts
  const every = interval(resource, facts.snapshot.checkSeconds)
  if (every === undefined) return undefined
  if (lastCheckedAt === null) return facts.snapshot.now
  return isTrigger || lastCheckFailed ? lastCheckedAt + every * 1000 : undefined
}

/** In seconds; undefined: never. */
function interval({ check_every: every }: ResourceConfig, checkSeconds: number): number | undefined {
  if (every === undefined) return checkSeconds
  const wanted = seconds(every)
  return wanted === undefined ? undefined : Math.max(wanted, Math.min(leastSeconds, checkSeconds))
}
