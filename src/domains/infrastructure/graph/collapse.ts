/** What merely connects (attachments, listeners, target groups, task definitions) becomes lines between the things on its ends. */
import { type Link, roleOf } from './links.ts'
import { isContainer, rankOf } from './places.ts'
import { isAboutSecurity } from './security.ts'
import { compare, groupedBy, type StateResource } from './state-resources.ts'

export interface Line {
  from: StateResource
  to: StateResource
  /** What it is made of, addresses. */
  via: readonly string[]
}

/** Of what hangs together; more would be a black square, not a drawing. */
const mostLines = 2000
const longestVia = 20
/** Of looking for what a line is made of. Beyond, lines do not say it. */
const mostSteps = 200_000

type Neighbours = ReadonlyMap<StateResource, readonly StateResource[]>

/** Things that name each other, without anything between. */
export const directLines = (links: readonly Link[]): Line[] =>
  links.flatMap(({ from, to }) => (roleOf(from) === 'node' && roleOf(to) === 'node' ? [{ from, to, via: [] }] : []))

export function collapsedLines(links: readonly Link[]): Line[] {
  const relevant = links.filter(({ from, to }) => !isAboutSecurity(from.type) && !isAboutSecurity(to.type) && (isLine(from) || isLine(to)))
  const both = [...relevant, ...relevant.map(({ from, to }) => ({ from: to, to: from }))]
  const neighbours: Neighbours = new Map(
    [...groupedBy(both, ({ from }) => from)].map(([from, found]) => [from, sorted(found.map(({ to }) => to))]),
  )
  const outgoing = groupedBy(relevant, ({ from }) => from)
  return components([...neighbours.keys()].filter(isLine).sort(byAddress), neighbours).flatMap((component) =>
    linesOf(component, neighbours, outgoing),
  )
}

const isLine = (resource: StateResource): boolean => roleOf(resource) === 'line'
const byAddress = (one: StateResource, other: StateResource) => compare(one.address, other.address)
const sorted = (resources: readonly StateResource[]) => [...new Set(resources)].sort(byAddress)

/** Connecting resources that are tied to each other. */
function components(lines: readonly StateResource[], neighbours: Neighbours): Set<StateResource>[] {
  const seen = new Set<StateResource>()
  return lines.flatMap((start) => {
    if (seen.has(start)) return []
    const component = new Set([start])
    // A set that grows while it is walked is walked to its end.
    for (const resource of component) for (const next of neighbours.get(resource) ?? []) if (isLine(next)) component.add(next)
    for (const resource of component) seen.add(resource)
    return [component]
  })
}

function linesOf(
  component: ReadonlySet<StateResource>,
  neighbours: Neighbours,
  outgoing: ReadonlyMap<StateResource, readonly Link[]>,
): Line[] {
  const touched = sorted([...component].flatMap((resource) => (neighbours.get(resource) ?? []).filter((next) => !isLine(next))))
  const things = touched.filter(({ type }) => !isContainer(type))
  // Networks are where everything is. Only what has no other end is drawn to them.
  const ends = things.length < 2 ? touched : things
  if (ends.length < 2) return []
  // Things that connecting resources name, rather than the other way round.
  const named = new Set([...component].flatMap((resource) => (outgoing.get(resource) ?? []).map(({ to }) => to)))
  const askers = ends.filter((end) => outgoing.has(end) && !named.has(end))
  const asked = ends.filter((end) => named.has(end))
  // What only shares a template, and is named by nobody, is not connected by it.
  const least = Math.min(...asked.map(({ type }) => rankOf(type)))
  const first = asked.filter(({ type }) => rankOf(type) === least)
  const further = asked.filter(({ type }) => rankOf(type) > least)
  const wanted = [
    ...askers.map((from) => ({ from, to: asked })),
    ...(further.length > 0 ? first.map((from) => ({ from, to: further })) : equals(component, outgoing, new Set(first))),
  ]
  let [lines, steps] = [mostLines, mostSteps]
  return wanted.flatMap(({ from, to }) => {
    const targets = to.slice(0, Math.max(0, lines))
    lines -= targets.length
    steps -= component.size
    if (targets.length === 0) return []
    return steps > 0
      ? pathsFrom(from, targets, component, neighbours)
      : targets.flatMap((target) => (target === from ? [] : [directed(from, target, [])]))
  })
}

/** Among equals, such as two networks, only what one resource names together is connected by it. */
const equals = (
  component: ReadonlySet<StateResource>,
  outgoing: ReadonlyMap<StateResource, readonly Link[]>,
  ends: ReadonlySet<StateResource>,
) =>
  [...component].flatMap((resource) => {
    const [from, ...to] = sorted((outgoing.get(resource) ?? []).flatMap((link) => (ends.has(link.to) ? [link.to] : [])))
    return from && to.length > 0 ? [{ from, to }] : []
  })

/** The shortest way to each, as what is on it. It points as rank says. */
function pathsFrom(
  from: StateResource,
  targets: readonly StateResource[],
  component: ReadonlySet<StateResource>,
  neighbours: Neighbours,
): Line[] {
  const before = new Map<StateResource, StateResource | undefined>([[from, undefined]])
  for (const [resource] of before)
    if (resource === from || component.has(resource))
      for (const next of neighbours.get(resource) ?? [])
        if (!before.has(next) && (component.has(next) || resource !== from)) before.set(next, resource)
  return targets.flatMap((to) => {
    if (to === from || !before.has(to)) return []
    const via: string[] = []
    for (let at = before.get(to); at !== undefined && at !== from; at = before.get(at)) via.push(at.address)
    return [directed(from, to, via.sort(compare).slice(0, longestVia))]
  })
}

const directed = (from: StateResource, to: StateResource, via: readonly string[]): Line =>
  rankOf(to.type) < rankOf(from.type) ? { from: to, to: from, via } : { from, to, via }
