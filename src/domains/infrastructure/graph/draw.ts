/** A Terraform state as a person would draw it. Pure: the same resources, in whatever order, are the same drawing. */
import { factsOf } from '../../../formats/terraform/resource-facts.ts'
import { withoutSecrets } from '../../../formats/terraform/state-secrets.ts'
import { collapsedLines, directLines, type Line } from './collapse.ts'
import { positionsOf } from './layout.ts'
import { identifiersOf, linksOf, roleOf } from './links.ts'
import { isContainer } from './places.ts'
import { passagesOf } from './security.ts'
import { compare, jsonOf, mapOf, memberOf, resourcesOf, type StateResource } from './state-resources.ts'

export interface DrawnNode {
  id: string
  canonical: string
  name: string
  type: string
  position: [x: number, y: number]
}

export interface DrawnEdge {
  id: string
  source: string
  target: string
  canonicals: string[]
}

export interface Drawing {
  nodes: DrawnNode[]
  edges: DrawnEdge[]
  /** By the ids of nodes: what people look at first, without what is secret. */
  config: Record<string, { [name: string]: unknown }>
}

export const internet = 'internet'

/** Of one line; the rest of them says nothing more. */
const mostCanonicals = 100

/** @param document a state of format 3 or 4; whatever is no resource in it is left out */
export function drawState(document: unknown): Drawing {
  const resources = resourcesOf(document).filter((resource) => roleOf(resource) !== 'noise')
  const identifiers = identifiersOf(resources)
  const links = linksOf(resources, identifiers)
  const passages = passagesOf(resources, links, identifiers)
  const edges = edgesOf([
    ...withoutDetours([...directLines(links), ...collapsedLines(links)]).map(({ from, to, via }) => ({
      source: from.address,
      target: to.address,
      via,
    })),
    ...passages.map(({ from, to, via }) => ({ source: from?.address ?? internet, target: to.address, via: [via] })),
  ])
  const things = resources.filter((resource) => roleOf(resource) === 'node')
  const open = edges.some(({ source }) => source === internet)
  const ids = [...(open ? [internet] : []), ...things.map(({ address }) => address)]
  const positions = positionsOf(ids, edges)
  const node = (id: string, name: string, type: string): DrawnNode => ({
    id,
    canonical: id,
    name,
    type,
    position: positions.get(id) ?? [0, 0],
  })
  return {
    nodes: [
      ...(open ? [node(internet, 'Internet', internet)] : []),
      ...things.map((thing) => node(thing.address, nameOf(thing), thing.type)),
    ],
    edges,
    config: Object.fromEntries(things.map((thing) => [thing.address, configOf(thing)])),
  }
}

/** As it is called in Terraform, with its key: `front[0]`. */
const nameOf = ({ name, key }: StateResource): string => (key === null ? name : `${name}[${typeof key === 'number' ? key : `"${key}"`}]`)

/** What is in a subnet is in its network: one line says both. */
function withoutDetours(lines: readonly Line[]): Line[] {
  const places = new Map<StateResource, Set<StateResource>>()
  for (const { from, to } of lines) if (isContainer(to.type)) places.set(from, (places.get(from) ?? new Set()).add(to))
  return lines.filter(
    ({ from, to }) =>
      !isContainer(to.type) ||
      ![...(places.get(from) ?? [])].some((between) => between !== to && between !== from && places.get(between)?.has(to)),
  )
}

function edgesOf(lines: readonly { source: string; target: string; via: readonly string[] }[]): DrawnEdge[] {
  const found = new Map<string, { source: string; target: string; via: Set<string> }>()
  for (const { source, target, via } of lines) {
    if (source === target) continue
    const id = `${source} -> ${target}`
    const edge = found.get(id) ?? { source, target, via: new Set() }
    found.set(id, edge)
    for (const address of via) edge.via.add(address)
  }
  return [...found]
    .map(([id, { source, target, via }]) => ({ id, source, target, canonicals: [...via].sort(compare).slice(0, mostCanonicals) }))
    .sort((one, other) => compare(one.id, other.id))
}

const longestText = 1000

function fits(value: unknown): boolean {
  const { length } = jsonOf(value)
  return length > 0 && length <= longestText
}

function configOf({ type, name, module, provider, key, attributes, marked }: StateResource): { [name: string]: unknown } {
  const shown = mapOf(withoutSecrets(Object.fromEntries(wantedOf(type, attributes)), marked, type))
  return { type, name, module, provider, ...(key === null ? {} : { key }), attributes: shown }
}

function wantedOf(type: string, attributes: StateResource['attributes']): [string, unknown][] {
  const names = [...new Set(['id', 'name', 'region', 'location', 'tags', 'labels', ...factsOf(type).important])]
  return names.flatMap((name): [string, unknown][] => {
    const value = memberOf(attributes, name)
    return value === undefined || value === null || !fits(value) ? [] : [[name, value]]
  })
}
