/** The values of a YAML mapping, and which of its top-level keys need each other through anchors. */
import { isAlias, isMap, isScalar, isSeq, type Pair, type Scalar, type YAMLMap, type YAMLSeq } from 'yaml'
import { FormatError } from '../format-error.ts'
import { emptyMap, isJsonMap, type Json, shown } from '../json-value.ts'
import type { YamlSource } from './document.ts'
import { plainScalar } from './plain-scalar.ts'

export interface YamlEntry {
  name: string
  value: Json
  pair: Pair
}

export interface YamlValues {
  /** In the order of the file; merge keys are not among them. */
  entries: Map<string, YamlEntry>
  /** What merge keys add to the entries. */
  merged: Map<string, Json>
  /** An alias in one entry's value to an anchor in another's; undefined stands for a place that no edit replaces. */
  uses: { anchor: string; definedIn: string | undefined; usedIn: string | undefined }[]
}

/** Values with all aliases written out; ten lines of YAML can mean billions of them. */
const mostValues = 200_000

interface Anchored {
  value: Json
  size: number
  definedIn: string | undefined
}

interface Reading {
  source: YamlSource
  anchors: Map<string, Anchored>
  uses: YamlValues['uses']
  /** Values so far. */
  size: number
  /** The top-level entry that is being read. */
  entry: string | undefined
}

/** @throws FormatError for duplicate keys, aliases without an anchor, keys that are no text, and too many values */
export function yamlValues(source: YamlSource): YamlValues {
  const reading: Reading = { source, anchors: new Map(), uses: [], size: 0, entry: undefined }
  const values: YamlValues = { entries: new Map(), merged: new Map(), uses: reading.uses }
  for (const pair of source.map?.items ?? []) {
    if (isMergeKey(pair)) {
      for (const [key, value] of mergedPairs(pair, reading)) if (!values.merged.has(key)) values.merged.set(key, value)
      continue
    }
    const name = nameOf(pair, reading)
    if (values.entries.has(name)) throw twice(name, pair, reading)
    reading.entry = name
    values.entries.set(name, { name, value: jsonOfNode(pair.value, reading), pair })
    reading.entry = undefined
  }
  for (const name of values.entries.keys()) values.merged.delete(name)
  return values
}

function jsonOfNode(node: unknown, reading: Reading): Json {
  const before = reading.size
  grow(reading, 1)
  if (isAlias(node)) {
    const anchored = resolve(node.source, node, reading)
    grow(reading, anchored.size)
    return anchored.value
  }
  const value = isScalar(node) ? scalarOf(node) : isSeq(node) ? listOf(node, reading) : isMap(node) ? mapOf(node, reading) : null
  remember(node, value, before, reading)
  return value
}

const listOf = (node: YAMLSeq, reading: Reading): Json[] => node.items.map((item) => jsonOfNode(item, reading))

function mapOf(node: YAMLMap, reading: Reading): Json {
  const map = emptyMap()
  const merged: [string, Json][] = []
  for (const pair of node.items) {
    if (isMergeKey(pair)) {
      merged.push(...mergedPairs(pair, reading))
      continue
    }
    const name = nameOf(pair, reading)
    if (Object.hasOwn(map, name)) throw twice(name, pair, reading)
    map[name] = jsonOfNode(pair.value, reading)
  }
  // The map's own keys win, then the first map that is merged.
  for (const [key, value] of merged) if (!Object.hasOwn(map, key)) map[key] = value
  return map
}

function scalarOf(node: Scalar): Json {
  const text = String(node.value ?? '')
  const tag = node.tag?.startsWith(core) ? node.tag.slice(core.length) : node.tag
  if (tag === undefined) return node.type === 'PLAIN' ? plainScalar(text) : text
  if (tag === 'null') return null
  return ['int', 'float', 'bool'].includes(tag) ? plainScalar(text) : text
}

const core = 'tag:yaml.org,2002:'

const isMergeKey = ({ key }: Pair): boolean =>
  isScalar(key) && key.type === 'PLAIN' && key.value === '<<' && (key.tag === undefined || key.tag === `${core}merge`)

function mergedPairs(pair: Pair, reading: Reading): [string, Json][] {
  const value = jsonOfNode(pair.value, reading)
  const maps = Array.isArray(value) ? value : [value]
  return maps.flatMap((map) => {
    if (!isJsonMap(map)) throw mistake(pair.key, 'what << merges must be a map', reading)
    return Object.entries(map)
  })
}

/** As it is written: the key `1.0` is not the key `1`. */
function nameOf({ key }: Pair, reading: Reading): string {
  if (isScalar(key)) {
    const name = String(key.value ?? '')
    rememberKey(key, name, reading)
    return name
  }
  const value = isAlias(key) ? resolve(key.source, key, reading).value : undefined
  if (typeof value === 'string') return value
  throw mistake(key, 'a key must be a text', reading)
}

function resolve(anchor: string, node: unknown, reading: Reading): Anchored {
  const usedIn = reading.entry
  const anchored = reading.anchors.get(anchor)
  // Also what an anchor's own content refers to: a value that contains itself.
  if (!anchored) throw mistake(node, `the alias *${shown(anchor)} has no anchor before it`, reading)
  if (anchored.definedIn !== usedIn) reading.uses.push({ anchor, definedIn: anchored.definedIn, usedIn })
  return anchored
}

function remember(node: unknown, value: Json, sizeBefore: number, reading: Reading): void {
  const anchor = isScalar(node) || isMap(node) || isSeq(node) ? node.anchor : undefined
  if (anchor !== undefined) reading.anchors.set(anchor, { value, size: reading.size - sizeBefore, definedIn: reading.entry })
}

function rememberKey(key: Scalar, name: string, reading: Reading): void {
  if (key.anchor !== undefined) reading.anchors.set(key.anchor, { value: name, size: 1, definedIn: reading.entry })
}

function grow(reading: Reading, by: number): void {
  reading.size += by
  if (reading.size > mostValues) throw new FormatError(`the file has more than ${mostValues} values when its aliases are written out`)
}

const twice = (name: string, { key }: Pair, reading: Reading) => mistake(key, `the key "${shown(name)}" stands twice`, reading)

function mistake(node: unknown, message: string, { source }: Reading): FormatError {
  const range = isScalar(node) || isMap(node) || isSeq(node) || isAlias(node) ? node.range : undefined
  return new FormatError(message, range ? source.lineOf(range[0]) : undefined)
}
