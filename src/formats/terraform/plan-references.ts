/** Which resource an expression of a plan's configuration means: over modules, their inputs and outputs, `count` and `for_each`. */
import type { Json, JsonMap } from '../json-value.ts'
import type { PlanResource } from './plan.ts'
import { inModule, placeOf, readModule } from './plan-address.ts'
import { at, listAt, mapAt, textAt, textsAt } from './plan-values.ts'

/** One state of the world, planned or prior: references stay inside it. */
export interface ResourceIndex {
  resources: readonly PlanResource[]
  byAddress: ReadonlyMap<string, PlanResource>
  /** Without the key of the resource, and without any keys: the first one of each. */
  byName: ReadonlyMap<string, PlanResource>
  byPlace: ReadonlyMap<string, PlanResource>
  /** By `id` and `arn`; undefined where two have the same. */
  byId: ReadonlyMap<string, PlanResource | undefined>
}

export function indexOf(resources: readonly PlanResource[]): ResourceIndex {
  const byAddress = new Map<string, PlanResource>()
  const byName = new Map<string, PlanResource>()
  const byPlace = new Map<string, PlanResource>()
  const byId = new Map<string, PlanResource | undefined>()
  for (const resource of resources) {
    byAddress.set(resource.address, resource)
    const name = inModule(resource.module, `${resource.type}.${resource.name}`)
    if (!byName.has(name)) byName.set(name, resource)
    const place = placeOf(resource.address)
    if (place !== undefined && !byPlace.has(place)) byPlace.set(place, resource)
    const ids = new Set([textAt(resource.values, 'id'), textAt(resource.values, 'arn')])
    for (const id of ids) if (id !== undefined) byId.set(id, byId.has(id) ? undefined : resource)
  }
  return { resources, byAddress, byName, byPlace, byId }
}

/** What a module of the configuration says, by the names of its calls. */
export interface ModuleConfiguration {
  resources: ReadonlyMap<string, JsonMap>
  calls: JsonMap
  outputs: JsonMap
  variables: JsonMap
}

export type ModuleOf = (module: string) => ModuleConfiguration | undefined

/** Modules by path with keys; those of one call share what was read of them. */
export function modulesOf(document: JsonMap): ModuleOf {
  const byInstance = new Map<string, ModuleConfiguration | undefined>()
  const byJson = new Map<JsonMap, ModuleConfiguration>()
  const jsonOf = (module: string): JsonMap | undefined => {
    if (module === '') return mapAt(document, 'configuration', 'root_module')
    const own = readModule(module)
    return own && mapAt(get(own.parent)?.calls, own.name, 'module')
  }
  const get = (module: string): ModuleConfiguration | undefined => {
    if (byInstance.has(module)) return byInstance.get(module)
    const json = jsonOf(module)
    const known = json && (byJson.get(json) ?? moduleConfiguration(json))
    if (json && known) byJson.set(json, known)
    byInstance.set(module, known)
    return known
  }
  return get
}

function moduleConfiguration(json: JsonMap): ModuleConfiguration {
  const resources = new Map<string, JsonMap>()
  for (const item of listAt(json, 'resources')) {
    const map = mapAt(item)
    const address = textAt(item, 'address')
    if (map && address !== undefined && textAt(item, 'mode') !== 'data') resources.set(address, map)
  }
  const [calls = {}, outputs = {}, variables = {}] = ['module_calls', 'outputs', 'variables'].map((key) => mapAt(json, key))
  return { resources, calls, outputs, variables }
}

/** How many references may still be looked at, for all resources of a plan: what is hostile ends there, and refers to nothing. */
export interface Budget {
  left: number
}

export const budgetOfPlan = (): Budget => ({ left: 1_000_000 })

/** Most references that are looked at for one answer, and the longest that any provider has names for. */
const longestWay = 500
const longestReference = 1000

/**
 * The first of these references that is a resource.
 * @param module where the expression stands, with keys
 * @param suffix the key of who refers: of several, the one with the same key is meant
 */
export function resolve(
  references: readonly string[],
  module: string,
  suffix: string,
  { index, moduleOf, budget }: { index: ResourceIndex; moduleOf: ModuleOf; budget: Budget },
): PlanResource | undefined {
  let steps = 0
  const follow = (texts: readonly string[], from: string, key: string): PlanResource | undefined => {
    for (const text of texts) {
      if (++steps > longestWay || --budget.left < 0) return undefined
      if (text.length > longestReference) continue
      const found = one(text, from, key)
      if (found) return found
    }
    return undefined
  }
  const one = (text: string, from: string, key: string): PlanResource | undefined => {
    const [, first = '', second = '', bracket = '', rest = ''] = referenceParts.exec(text) ?? []
    if (first === '' || notResources.has(first)) return undefined
    if (first === 'var') return input(second, from)
    if (first === 'module') return output(second, bracket, rest, from, key)
    return resourceAt(`${first}.${second}`, bracket, from, key)
  }
  const input = (name: string, from: string): PlanResource | undefined => {
    const own = readModule(from)
    if (!own) return undefined
    return follow(referencesOf(at(moduleOf(own.parent)?.calls, own.name, 'expressions', name)), own.parent, own.suffix)
  }
  const output = (name: string, bracket: string, rest: string, from: string, key: string): PlanResource | undefined => {
    const out = /^\.([\p{L}_][\p{L}\p{N}_-]*)/u.exec(rest)?.[1]
    if (out === undefined) return undefined
    const within = inModule(from, `module.${name}`)
    const expression = at(moduleOf(within)?.outputs, out, 'expression')
    return follow(referencesOf(expression), `${within}${bracket || sameKey(within, key)}`, '')
  }
  /** A module that is called several times is asked for its instance with the same key, if there can be one. */
  const sameKey = (within: string, key: string): string => {
    const own = readModule(within)
    const call = own && mapAt(moduleOf(own.parent)?.calls, own.name)
    return call && (at(call, 'count_expression') !== undefined || at(call, 'for_each_expression') !== undefined) ? key : ''
  }
  const resourceAt = (name: string, bracket: string, from: string, key: string): PlanResource | undefined => {
    const whole = inModule(from, name)
    const exact = index.byAddress.get(`${whole}${bracket || key}`) ?? index.byAddress.get(whole)
    return exact ?? index.byName.get(whole) ?? index.byPlace.get(placeOf(whole) ?? whole)
  }
  return follow(references, module, suffix)
}

const notResources: ReadonlySet<string> = new Set(['each', 'count', 'local', 'data', 'path', 'terraform', 'self', 'ephemeral'])
const referenceParts = /^([\p{L}_][\p{L}\p{N}_-]*)\.([\p{L}_][\p{L}\p{N}_-]*)(\[(?:\d+|"(?:[^"\\]|\\.)*")\])?(.*)$/su

/** Of one expression, or of all in a block. Longer references stand before shorter ones of the same thing. */
export function referencesOf(expression: Json | undefined): readonly string[] {
  const own = textsAt(expression, 'references')
  if (own.length > 0) return own
  if (Array.isArray(expression)) return expression.flatMap((item) => referencesOf(item))
  const map = mapAt(expression)
  if (!map || Object.hasOwn(map, 'constant_value')) return []
  return Object.values(map).flatMap((item) => (typeof item === 'object' ? referencesOf(item) : []))
}

/** Many resources share one expression, so what was read of it is remembered. */
export function referenceReader(): typeof referencesOf {
  const known = new WeakMap<object, readonly string[]>()
  return (expression) => {
    if (typeof expression !== 'object' || expression === null) return []
    const references = known.get(expression) ?? referencesOf(expression).slice(0, longestWay)
    known.set(expression, references)
    return references
  }
}

/** Each text once, those that only prefix another one left out: they name the same resource. */
export const distinct = (references: readonly string[]): string[] =>
  [...new Set(references)].filter((text, place, all) => !all[place - 1]?.startsWith(`${text}.`))
