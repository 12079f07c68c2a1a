/** Texts of people as plain values, and where in the text each of them stands. The work is bounded whatever the text is. */
import { isAlias, isMap, isScalar, isSeq, type YAMLMap } from 'yaml'
import { FormatError } from '../format-error.ts'
import { emptyMap } from '../json-value.ts'
import { type YamlSource, yamlSource } from '../yaml/document.ts'
import { yamlValues } from '../yaml/values.ts'
import type { LineOf, Path } from './problems.ts'
import type { JsonObject } from './types.ts'

export interface ReadText {
  /** Undefined for a text in which nothing stands but comments. */
  value: JsonObject | undefined
  lineOf: LineOf
}

/**
 * A YAML or JSON text that is one map. By the rules of YAML 1.1, as Concourse reads it: anchors and merge keys work, `yes` is
 * true, and a key that stands twice is an error.
 * @throws FormatError when it is no YAML, no map, several documents, too long (1,000,000 characters), too deep or too large
 */
export function readMapping(text: string): ReadText {
  if (text.includes('\0')) throw new FormatError('it has a NUL character, which cannot be stored')
  const source = yamlSource(text.startsWith('\ufeff') ? text.slice(1) : text)
  if (!source.map) return { value: undefined, lineOf: () => undefined }
  const { entries, merged } = yamlValues(source)
  const value = emptyMap()
  for (const [name, entry] of entries) value[name] = entry.value
  for (const [name, more] of merged) value[name] = more
  return { value, lineOf: lineFinder(source) }
}

function lineFinder(source: YamlSource): LineOf {
  // Only for a text in which something is wrong: one look at every node.
  let targets: Map<unknown, unknown> | undefined
  return (path) => {
    targets ??= aliasTargets(source.map)
    return lineOfPath(source, path, targets)
  }
}

/** The line of the value, or of the deepest thing around it that is there. */
function lineOfPath(source: YamlSource, path: Path, targets: ReadonlyMap<unknown, unknown>): number | undefined {
  let node: unknown = source.map
  let offset: number | undefined
  for (const segment of path) {
    const place = childOf(node, segment, targets)
    if (!place) break
    node = place.value
    offset = offsetOf(place.key) ?? offsetOf(node) ?? offset
  }
  return offset === undefined ? undefined : source.lineOf(offset)
}

interface Place {
  key: unknown
  value: unknown
}

function childOf(node: unknown, segment: string | number, targets: ReadonlyMap<unknown, unknown>): Place | undefined {
  const real = isAlias(node) ? targets.get(node) : node
  if (isSeq(real)) return typeof segment === 'number' && segment in real.items ? { key: undefined, value: real.items[segment] } : undefined
  return isMap(real) ? pairOf(real, String(segment), targets) : undefined
}

function pairOf(map: YAMLMap, name: string, targets: ReadonlyMap<unknown, unknown>): Place | undefined {
  const named = (wanted: string) => map.items.filter(({ key }) => isScalar(key) && String(key.value ?? '') === wanted)
  const [own] = named(name)
  if (own) return own
  for (const { value } of named('<<'))
    for (const source of isSeq(value) ? value.items : [value]) {
      const target = isAlias(source) ? targets.get(source) : source
      const [pair] = isMap(target) ? target.items.filter(({ key }) => isScalar(key) && String(key.value ?? '') === name) : []
      if (pair) return pair
    }
  return undefined
}

/** What each alias stands for: an anchor's name may be used again, and then the last one before the alias counts. */
function aliasTargets(root: unknown): Map<unknown, unknown> {
  const [anchors, targets] = [new Map<string, unknown>(), new Map<unknown, unknown>()]
  const visit = (node: unknown): void => {
    if (isAlias(node)) targets.set(node, anchors.get(node.source))
    if (isSeq(node)) for (const item of node.items) visit(item)
    if (isMap(node)) for (const { key, value } of node.items) for (const part of [key, value]) visit(part)
    // As in values.ts: an anchor is there once its value has been read.
    if ((isScalar(node) || isSeq(node) || isMap(node)) && node.anchor !== undefined) anchors.set(node.anchor, node)
  }
  visit(root)
  return targets
}

const offsetOf = (node: unknown): number | undefined =>
  isScalar(node) || isSeq(node) || isMap(node) || isAlias(node) ? node.range?.[0] : undefined
