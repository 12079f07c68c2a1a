/** The values of a block, and where only apply will tell them. */
import { emptyMap, isJsonMap, type Json, type JsonMap } from '../../../formats/json-value.ts'
import { evaluateText, type Scope } from './expression.ts'
import { type Known, unknown } from './value.ts'

export interface Read {
  value: Json
  /** In the shape of the value, `true` in the place of what is not known. */
  unknown: Json
}

/** Of Terraform, not of a provider. */
const meta = new Set([
  'count',
  'for_each',
  'provider',
  'providers',
  'lifecycle',
  'depends_on',
  'connection',
  'provisioner',
  'source',
  'version',
])

/** @param isModule of which also `source` and `version` are nothing of its own */
export function readBody(body: JsonMap, scope: Scope, isModule = false): { values: JsonMap; unknown: JsonMap } {
  const [values, unknowns] = [emptyMap(), emptyMap()]
  for (const [key, raw] of Object.entries(withDynamic(body, scope))) {
    if (meta.has(key) && (isModule || (key !== 'source' && key !== 'version'))) continue
    const read = readValue(raw, scope)
    values[key] = read.value
    if (read.unknown !== false) unknowns[key] = read.unknown
  }
  return { values, unknown: unknowns }
}

function readValue(raw: Json, scope: Scope): Read {
  scope.budget.value()
  if (typeof raw === 'string') {
    const value = evaluateText(raw, scope)
    if (value !== unknown) return { value, unknown: false }
    // What refers to another resource is found by its expression.
    return { value: isReference.test(raw) ? raw : null, unknown: true }
  }
  if (Array.isArray(raw)) {
    const items = raw.map((item) => readValue(item, scope))
    return {
      value: items.map(({ value }) => value),
      unknown: items.some((item) => item.unknown !== false) && items.map((item) => item.unknown),
    }
  }
  if (!isJsonMap(raw)) return { value: raw, unknown: false }
  const { values, unknown: unknowns } = readBody(raw, scope)
  return { value: values, unknown: Object.keys(unknowns).length > 0 && unknowns }
}

const isReference =
  /^\$\{\s*[a-z][a-z0-9]*_[a-z0-9_]+\.[\w-]+(?:\[[^\]"]*\])?\.(?:id|name|arn|key_id|self_link|identifier|cluster_identifier)\s*\}$/

/** Blocks written as loops, unrolled; one of each where the number is not known. */
function withDynamic(body: JsonMap, scope: Scope): JsonMap {
  const dynamic = Object.hasOwn(body, 'dynamic') ? body.dynamic : undefined
  if (dynamic === undefined || !isJsonMap(dynamic)) return body
  const { dynamic: _, ...plain } = body
  const all: JsonMap = Object.assign(emptyMap(), plain)
  for (const [name, loops] of Object.entries(dynamic)) {
    const blocks: Json[] = []
    for (const loop of Array.isArray(loops) ? loops : []) {
      if (!isJsonMap(loop)) continue
      const content = Array.isArray(loop.content) ? loop.content[0] : undefined
      if (content === undefined || !isJsonMap(content)) continue
      const iterator = typeof loop.iterator === 'string' ? loop.iterator.replace(/[${}]/g, '') : name
      for (const [key, value] of rounds(typeof loop.for_each === 'string' ? evaluateText(loop.for_each, scope) : (loop.for_each ?? null))) {
        // Values are put in at once: outside the loop nobody knows its names.
        blocks.push(readValue(content, withIterator(scope, iterator, key, value)).value)
      }
    }
    all[name] = [...(Array.isArray(all[name]) ? all[name] : []), ...blocks]
  }
  return all
}

/** `disk.value`; names with an underscore look like resources: `ebs_block_device.value.size`. */
const withIterator = (scope: Scope, iterator: string, key: Known, value: Known): Scope => ({
  ...scope,
  get: (root, name) => (root !== iterator ? scope.get(root, name) : name === 'key' ? key : name === 'value' ? value : unknown),
  attribute(type, name, attribute) {
    if (type !== iterator) return scope.attribute(type, name, attribute)
    const found = name === 'key' ? key : name === 'value' ? value : unknown
    if (found === unknown || found === null || !isJsonMap(found) || !Object.hasOwn(found, attribute)) return unknown
    return found[attribute] ?? null
  },
})

const mostRounds = 1000

function rounds(value: Known): (readonly [Known, Known])[] {
  if (value === unknown || value === null || typeof value !== 'object') return [[unknown, unknown]]
  const entries: (readonly [Known, Known])[] = Array.isArray(value) ? value.map((item) => [item, item]) : Object.entries(value)
  return entries.slice(0, mostRounds)
}
