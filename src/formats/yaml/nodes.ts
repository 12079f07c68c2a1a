/** The nodes of a composed document as values of whatever kind the reader wants. The work is bounded by the length of the text. */
import { isAlias, isMap, isScalar, isSeq, type Pair, type Scalar, type YAMLMap } from 'yaml'
import { FormatError } from '../format-error.ts'

/** How a reader makes its values. */
export interface Kind<V> {
  scalar(node: Scalar, line: number | undefined): V
  list(items: V[]): V
  map(entries: ReadonlyMap<string, V>): V
  /** What stands nowhere. */
  nothing: V
  /** The name that a key is; undefined when it is none. */
  name(key: V): string | undefined
  /** What `<<` merges; undefined when the value is no map. */
  entries(value: V): Iterable<readonly [string, V]> | undefined
  /** A key that stands twice: to be told, or thrown. The last one counts. */
  twice(mistake: FormatError): void
}

export interface NodeLimits {
  deepest: number
  /** Keys that `<<` may bring, counted each time. */
  mostMerged: number
  lineOf(offset: number): number
}

interface Reading<V> extends NodeLimits {
  kind: Kind<V>
  anchors: Map<string, V>
  merged: number
}

interface Ranged {
  range?: readonly number[] | null | undefined
}

/**
 * Aliases share one value instead of copying it; `<<` merges.
 * @throws FormatError for aliases without an anchor before them, keys that are no names, too much depth or merging
 */
export function readNodes<V>(contents: unknown, limits: NodeLimits, kind: Kind<V>): V {
  return read(contents, { ...limits, kind, anchors: new Map(), merged: 0 }, 0)
}

const at = <V>(reading: Reading<V>, node: Ranged, message: string): FormatError => new FormatError(message, lineAt(reading, node))

const lineAt = <V>({ lineOf }: Reading<V>, { range }: Ranged) => (range?.[0] === undefined ? undefined : lineOf(range[0]))

function read<V>(node: unknown, reading: Reading<V>, depth: number): V {
  const { kind, anchors, deepest } = reading
  if (depth > deepest) throw new FormatError(`it is nested more than ${deepest} levels deep`)
  if (isAlias(node)) {
    // Also what an anchor's own content refers to: a value that contains itself.
    if (!anchors.has(node.source)) throw at(reading, node, `the alias "*${node.source.slice(0, 100)}" has no anchor before it`)
    return anchors.get(node.source) as V
  }
  const value = isScalar(node)
    ? kind.scalar(node, lineAt(reading, node))
    : isSeq(node)
      ? kind.list(node.items.map((item) => read(item, reading, depth + 1)))
      : isMap(node)
        ? kind.map(entriesOf(node, reading, depth))
        : kind.nothing
  const anchor = (node as { anchor?: string } | null)?.anchor
  if (anchor !== undefined) anchors.set(anchor, value)
  return value
}

function entriesOf<V>(node: YAMLMap, reading: Reading<V>, depth: number): Map<string, V> {
  const { kind } = reading
  const entries = new Map<string, V>()
  const merged: V[] = []
  for (const pair of node.items) {
    const place = isScalar(pair.key) ? pair.key : node
    if (isMergeKey(pair)) {
      const source = read(pair.value, reading, depth + 1)
      merged.push(...(Array.isArray(source) ? (source as V[]) : [source]))
      continue
    }
    const name = kind.name(read(pair.key, reading, depth + 1))
    if (name === undefined) throw at(reading, place, 'a key must be a text')
    if (entries.has(name)) kind.twice(at(reading, place, `the key "${name.slice(0, 100)}" stands twice`))
    entries.set(name, read(pair.value, reading, depth + 1))
  }
  for (const source of merged) merge(entries, source, node, reading)
  return entries
}

const isMergeKey = ({ key }: Pair): boolean => isScalar(key) && key.type === 'PLAIN' && key.source === '<<'

/** What the map says itself wins over what it merges; of several merged maps, the first wins. */
function merge<V>(entries: Map<string, V>, source: V, node: YAMLMap, reading: Reading<V>): void {
  const more = reading.kind.entries(source)
  if (!more) throw at(reading, node, 'what << merges must be a map')
  for (const [key, value] of more) {
    if (++reading.merged > reading.mostMerged) throw at(reading, node, 'merge keys make the file too large')
    if (!entries.has(key)) entries.set(key, value)
  }
}
