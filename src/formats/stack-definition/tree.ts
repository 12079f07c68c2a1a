/**
 * A YAML text in which every scalar stays as it was written: a version 1.10 is not 1.1, and `on` is a word. The work is
 * bounded by the length of the text: aliases share one value instead of copying it.
 */
import { isAlias, isMap, isScalar, isSeq, type YAMLMap } from 'yaml'
import { FormatError } from '../format-error.ts'
import { composeYaml } from '../yaml/compose.ts'

/** Null is what stands empty, as `null` or as `~`. */
export type Tree = string | null | Tree[] | Map<string, Tree>

/** In characters; the largest public definition has 5,000. */
export const longestDefinition = 128 * 1024
const deepest = 50
const mostMergedKeys = 10_000
const mostMistakes = 5

/** @throws FormatError for what is no YAML, too long, too deep, or cannot be stored */
export function readTree(text: string): Tree {
  const { documents, lineOf } = composeYaml(text, { longest: longestDefinition, deepest }, { schema: 'failsafe' })
  const [document, second] = documents
  const mistakes = (document?.errors ?? [])
    .slice(0, mostMistakes)
    .map(({ message, pos }) => new FormatError(message, lineOf(pos[0])).message)
  if (second) mistakes.push(new FormatError('it must be one YAML document, and a second one begins here', lineOf(second.range[0])).message)
  if (mistakes.length > 0) throw new FormatError(`it is not valid YAML: ${mistakes.join('; ')}`)
  const lineOfNode = (node: Ranged) => (node.range?.[0] === undefined ? undefined : lineOf(node.range[0]))
  return treeOf(document?.contents, { lineOf: lineOfNode, anchors: new Map(), merged: 0 }, 0)
}

interface Ranged {
  range?: readonly number[] | null | undefined
}

interface Reading {
  lineOf(node: Ranged): number | undefined
  anchors: Map<string, Tree>
  merged: number
}

function treeOf(node: unknown, reading: Reading, depth: number): Tree {
  if (depth > deepest) throw new FormatError(`it is nested more than ${deepest} levels deep`)
  if (isAlias(node)) {
    const value = reading.anchors.get(node.source)
    if (value !== undefined) return value
    // Also what an anchor's own content refers to: a value that contains itself.
    throw new FormatError(`the alias "*${node.source.slice(0, 100)}" has no anchor before it`, reading.lineOf(node))
  }
  if (isScalar(node)) return remember(node.anchor, textOf(node, reading), reading)
  if (isSeq(node)) {
    const items = node.items.map((item) => treeOf(item, reading, depth + 1))
    return remember(node.anchor, items, reading)
  }
  if (isMap(node)) return remember(node.anchor, mapOf(node, reading, depth), reading)
  return null
}

function remember(anchor: string | undefined, value: Tree, reading: Reading): Tree {
  if (anchor !== undefined) reading.anchors.set(anchor, value)
  return value
}

function textOf(node: Ranged & { value: unknown; type?: string }, reading: Reading): string | null {
  const text = typeof node.value === 'string' ? node.value : ''
  if ((node.type === undefined || node.type === 'PLAIN') && /^(?:|~|null|Null|NULL)$/.test(text)) return null
  // Neither can be stored: Postgres knows no NUL, and JSON in it no half of a pair.
  if (/\0|\p{Surrogate}/u.test(text)) throw new FormatError('a text holds a character that cannot be stored', reading.lineOf(node))
  return text
}

function mapOf(node: YAMLMap, reading: Reading, depth: number): Map<string, Tree> {
  const map = new Map<string, Tree>()
  const merged: Tree[] = []
  for (const { key, value } of node.items) {
    const name = treeOf(key, reading, depth + 1)
    const line = isScalar(key) ? reading.lineOf(key) : reading.lineOf(node)
    if (typeof name !== 'string') throw new FormatError('a key must be a text', line)
    const inner = treeOf(value, reading, depth + 1)
    if (name === '<<' && isScalar(key) && key.type === 'PLAIN') merged.push(inner)
    else if (map.has(name)) throw new FormatError(`the key "${name.slice(0, 100)}" stands twice`, line)
    else map.set(name, inner)
  }
  for (const source of merged.flat()) merge(map, source, reading)
  return map
}

/** What the map says itself wins over what it merges; of several merged maps, the first wins. */
function merge(map: Map<string, Tree>, source: Tree, reading: Reading): void {
  if (!(source instanceof Map)) throw new FormatError('what << merges must be a map')
  for (const [key, value] of source) {
    if (++reading.merged > mostMergedKeys) throw new FormatError('merge keys make the file too large')
    if (!map.has(key)) map.set(key, value)
  }
}
