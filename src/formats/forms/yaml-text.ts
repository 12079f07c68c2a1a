/** The text of a form file as plain values. The work is bounded by the length of the text, whatever stands in it. */

import { isAlias, isMap, isScalar, isSeq, type Pair, type YAMLMap } from 'yaml'
import { FormatError } from '../format-error.ts'
import { type Composed, composeYaml } from '../yaml/compose.ts'
import { isMap as isPlainMap, put } from './json.ts'

export interface ReadYaml {
  value: unknown
  /** Sentences with line numbers. */
  mistakes: string[]
}

/** In characters. */
const longestText = 1_000_000
const deepest = 100
const mostMergedKeys = 100_000
const mostSyntaxMistakes = 20

/**
 * Anchors, aliases and merge keys work; aliases share one value instead of copying it. What is no YAML gives mistakes and an
 * undefined value; a key that stands twice is a mistake too, but the rest is read.
 */
export function readYaml(text: string): ReadYaml {
  try {
    const { documents, lineOf } = composeYaml(text, { longest: longestText, deepest })
    const [document, second] = documents
    const mistakes = (document?.errors ?? []).slice(0, mostSyntaxMistakes).map(({ message, pos }) => at(lineOf, pos[0], message))
    if (second) mistakes.push(at(lineOf, second.range[0], 'it must be one YAML document, and a second one begins here'))
    if (mistakes.length > 0 || !document) return { value: undefined, mistakes }
    const reading: Reading = { lineOf, anchors: new Map(), mergedKeys: 0, mistakes }
    return { value: plain(document.contents, reading, 0), mistakes }
  } catch (error) {
    if (error instanceof FormatError) return { value: undefined, mistakes: [error.message] }
    throw error
  }
}

interface Reading {
  lineOf: Composed['lineOf']
  anchors: Map<string, unknown>
  mergedKeys: number
  mistakes: string[]
}

const at = (lineOf: Composed['lineOf'], offset: number | undefined, message: string): string =>
  new FormatError(message, offset === undefined ? undefined : lineOf(offset)).message

const complain = (reading: Reading, node: { range?: readonly number[] | null | undefined }, message: string): FormatError =>
  new FormatError(at(reading.lineOf, node.range?.[0], message))

function plain(node: unknown, reading: Reading, depth: number): unknown {
  if (depth > deepest) throw new FormatError(`it is nested more than ${deepest} levels deep`)
  if (isAlias(node)) {
    const { source } = node
    // Also what an anchor's own content refers to: a value that contains itself.
    if (!reading.anchors.has(source)) throw complain(reading, node, `the alias "*${source.slice(0, 100)}" has no anchor before it`)
    return reading.anchors.get(source)
  }
  if (isScalar(node)) return remember(node.anchor, node.value, reading)
  if (isSeq(node)) {
    const items = node.items.map((item) => plain(item, reading, depth + 1))
    return remember(node.anchor, items, reading)
  }
  if (isMap(node)) return remember(node.anchor, plainMap(node, reading, depth), reading)
  return undefined
}

function remember(anchor: string | undefined, value: unknown, reading: Reading): unknown {
  if (anchor !== undefined) reading.anchors.set(anchor, value)
  return value
}

function plainMap(node: YAMLMap, reading: Reading, depth: number): Record<string, unknown> {
  const map: Record<string, unknown> = {}
  const merged: unknown[] = []
  for (const pair of node.items) {
    if (isMergeKey(pair)) merged.push(plain(pair.value, reading, depth + 1))
    else {
      const key = keyOf(pair, reading, node)
      if (Object.hasOwn(map, key))
        reading.mistakes.push(complain(reading, rangeOf(pair, node), `the key "${key.slice(0, 100)}" stands twice`).message)
      put(map, key, plain(pair.value, reading, depth + 1))
    }
  }
  for (const source of merged.flat()) merge(map, source, reading, node)
  return map
}

const isMergeKey = ({ key }: Pair): boolean => isScalar(key) && key.type === 'PLAIN' && key.source === '<<'

const rangeOf = ({ key }: Pair, node: YAMLMap) => (isScalar(key) ? key : node)

function keyOf(pair: Pair, reading: Reading, node: YAMLMap): string {
  const key = isAlias(pair.key)
    ? plain(pair.key, reading, 0)
    : isScalar(pair.key)
      ? remember(pair.key.anchor, pair.key.value, reading)
      : pair.key
  if (typeof key === 'string' || typeof key === 'number' || typeof key === 'boolean') return String(key)
  throw complain(reading, rangeOf(pair, node), 'a key must be a text')
}

/** What the map says itself wins over what it merges; of several merged maps, the first wins. */
function merge(map: Record<string, unknown>, source: unknown, reading: Reading, node: YAMLMap): void {
  if (!isPlainMap(source)) throw complain(reading, node, 'what << merges must be a map')
  for (const [key, value] of Object.entries(source)) {
    if (++reading.mergedKeys > mostMergedKeys) throw complain(reading, node, 'merge keys make the file too large')
    if (!Object.hasOwn(map, key)) put(map, key, value)
  }
}
