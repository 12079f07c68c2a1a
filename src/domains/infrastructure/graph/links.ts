/** Which resource speaks of which: by identifiers among their attributes, and by what Terraform wrote down as dependencies. */
import { factsOf } from '../../../formats/terraform/resource-facts.ts'
import { type Attributes, compare, groupedBy, memberOf, type StateResource } from './state-resources.ts'

export interface Link {
  from: StateResource
  to: StateResource
}

export type Role = 'node' | 'line' | 'noise'

export function roleOf({ type }: StateResource): Role {
  const { isNode, isEdge } = factsOf(type)
  return isNode ? 'node' : isEdge || isSecurityGroup(type) ? 'line' : 'noise'
}

/** What carries rules about who may talk to whom, the one that every network has included. */
export const isSecurityGroup = (type: string): boolean =>
  type === 'aws_security_group' || type === 'aws_default_security_group' || type === 'azurerm_network_security_group'

export interface Identifiers {
  /** What has this id, ARN or link. Several have it when one is a part of the other: then it is the whole. */
  find(value: string): StateResource | undefined
}

const idNames = ['id', 'arn', 'self_link'] as const

export function identifiersOf(resources: readonly StateResource[]): Identifiers {
  const known = new Map<string, StateResource>()
  const order = { node: 0, line: 1, noise: 2 }
  const rank = (resource: StateResource) => order[roleOf(resource)]
  for (const resource of resources)
    for (const name of idNames) {
      const value = memberOf(resource.attributes, name)
      if (typeof value !== 'string' || value.length < 3 || value.length > 2000) continue
      const before = known.get(value)
      const isBetter =
        before === undefined ||
        (rank(resource) - rank(before) || resource.type.length - before.type.length || compare(resource.address, before.address)) < 0
      if (isBetter) known.set(value, resource)
    }
  return { find: (value) => known.get(value) }
}

/** All between resources that matter, each pair once, in the order of their addresses. */
export function linksOf(resources: readonly StateResource[], identifiers: Identifiers): Link[] {
  const byBase = groupedBy(resources, ({ base }) => base)
  return resources.flatMap((from) => {
    if (roleOf(from) === 'noise') return []
    const reached = new Set<StateResource>()
    mention(from.attributes, '', 0, { left: 20_000 }, (name, value) => {
      const to = identifiers.find(value)
      if (to && to !== from && speaksOf(name, value, to)) reached.add(to)
    })
    const bases = new Set([...reached].map(({ base }) => base))
    for (const base of directOnly(from, byBase)) if (!bases.has(base)) for (const to of meant(from, byBase.get(base) ?? [])) reached.add(to)
    return [...reached]
      .filter((to) => to !== from && roleOf(to) !== 'noise')
      .sort((one, other) => compare(one.address, other.address))
      .map((to) => ({ from, to }))
  })
}

const ownNames = new Set<string>([...idNames, 'tags', 'tags_all', 'labels', 'name', 'timeouts'])

/** Every text with the name that it stands under. */
function mention(
  value: unknown,
  name: string,
  depth: number,
  budget: { left: number },
  found: (name: string, value: string) => void,
): void {
  if (budget.left-- <= 0 || depth > 12) return
  if (typeof value === 'string') {
    if (value.length >= 3 && value.length <= 2000) found(name, value)
  } else if (Array.isArray(value)) for (const item of value) mention(item, name, depth + 1, budget, found)
  else if (typeof value === 'object' && value !== null)
    for (const [key, inner] of Object.entries(value as Attributes))
      if (depth > 0 || !ownNames.has(key)) mention(inner, key, depth + 1, budget, found)
}

/** `vpc-0a1b2c3d4e`, an ARN or a path can mean one thing only; `web` under `bucket` means a bucket, and under `stage` nothing of it. */
function speaksOf(name: string, value: string, to: StateResource): boolean {
  if (/[/:]/.test(value) || /^[a-z]{1,30}-[0-9a-f]{8,40}$/i.test(value) || /^[0-9a-f]{8}-[0-9a-f]{4}-/i.test(value)) return true
  const words = to.type.split('_').slice(1)
  return name
    .toLowerCase()
    .split('_')
    .some((word) => words.includes(word) || words.includes(word.replace(/s$/, '')))
}

/** Beyond so many, looking for what explains what takes longer than anybody waits. */
const mostExplained = 40

/** Terraform writes down what a resource depends on over others as well. Those that one of the others explains are left out. */
function directOnly(from: StateResource, byBase: ReadonlyMap<string, readonly StateResource[]>): readonly string[] {
  const named = from.dependencies.filter((base) => base !== from.base && byBase.has(base))
  if (named.length > mostExplained) return named
  const through = named.flatMap((base) => {
    const [between] = byBase.get(base) ?? []
    return between && roleOf(between) !== 'noise' ? [{ base, further: new Set(between.dependencies) }] : []
  })
  return named.filter((base) => {
    const own = new Set(byBase.get(base)?.[0]?.dependencies)
    return !through.some((between) => between.base !== base && between.further.has(base) && !own.has(between.base))
  })
}

/** A dependency names all instances. Of the same module and the same key is what is meant, if there is such. */
function meant(from: StateResource, instances: readonly StateResource[]): readonly StateResource[] {
  const near = instances.filter(({ module }) => module === from.module)
  const some = near.length > 0 ? near : instances
  const same = from.key === null ? [] : some.filter(({ key }) => key === from.key)
  return (same.length > 0 ? same : some).slice(0, 50)
}
