/** Small questions about JSON-like values, answered without following prototypes and without unbounded work. */

export type JsonMap = Readonly<Record<string, unknown>>

export const isMap = (value: unknown): value is JsonMap => typeof value === 'object' && value !== null && !Array.isArray(value)

/** A property of the map itself; null counts as missing. */
export function own(map: unknown, key: string): unknown {
  return isMap(map) && Object.hasOwn(map, key) ? (map[key] ?? undefined) : undefined
}

/** Sets a property even when it has the name of something every object inherits. */
export function put<T>(map: Record<string, T>, key: string, value: T): T {
  Object.defineProperty(map, key, { value, enumerable: true, configurable: true, writable: true })
  return value
}

/** Equal as JSON, whatever the order of keys. */
export function sameJson(a: unknown, b: unknown): boolean {
  if (a === b) return true
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false
  if (Array.isArray(a) || Array.isArray(b))
    return Array.isArray(a) && Array.isArray(b) && a.length === b.length && a.every((item, index) => sameJson(item, b[index]))
  const entries = Object.entries(a)
  return (
    entries.length === Object.keys(b).length &&
    entries.every(([key, value]) => Object.hasOwn(b, key) && sameJson(value, Reflect.get(b, key)))
  )
}

/** One text per value: equal values, equal texts, whatever the order of keys. */
export function jsonKey(value: unknown): string {
  return (
    JSON.stringify(value, (_, part: unknown) =>
      isMap(part) ? ['{}', ...Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1))] : part,
    ) ?? ''
  )
}

/** The same value with every text in it changed. */
export function mapTexts(value: unknown, change: (text: string) => string): unknown {
  if (typeof value === 'string') return change(value)
  if (Array.isArray(value)) return value.map((item) => mapTexts(item, change))
  if (!isMap(value)) return value
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, mapTexts(item, change)]))
}

export function someText(value: unknown, test: (text: string) => boolean): boolean {
  if (typeof value === 'string') return test(value)
  if (Array.isArray(value)) return value.some((item) => someText(item, test))
  return isMap(value) && Object.values(value).some((item) => someText(item, test))
}

/** For people: short, whatever the value holds. */
export function shown(value: unknown): string {
  if (Array.isArray(value)) return 'a list'
  if (isMap(value)) return 'a map'
  return typeof value === 'string' ? `"${clip(value)}"` : String(value)
}

/** Names come from strangers and are repeated in every message. */
export const clip = (text: string): string => (text.length > 100 ? `${text.slice(0, 99)}…` : text)

/**
 * Why a value cannot be worked on, if it cannot: too big, or a text in it cannot be stored. What YAML aliases share is counted each time it appears, so that an
 * alias bomb is seen before anybody copies it.
 */
export function unusable(value: unknown, most: { nodes: number; characters: number; depth: number }): string | undefined {
  let [nodes, characters] = [0, 0]
  const walk = (node: unknown, depth: number): string | undefined => {
    if (++nodes > most.nodes) return `it has more than ${most.nodes} values`
    if (depth > most.depth) return `it is nested more than ${most.depth} levels deep`
    if (typeof node === 'string' && !isStorable(node)) return 'a text in it holds a character that cannot be stored'
    if (typeof node === 'string') characters += node.length
    if (characters > most.characters) return `it has more than ${most.characters} characters`
    if (typeof node !== 'object' || node === null) return undefined
    for (const [key, child] of Object.entries(node)) {
      if (!isStorable(key)) return 'a name in it holds a character that cannot be stored'
      if (!Array.isArray(node)) characters += key.length
      const problem = walk(child, depth + 1)
      if (problem !== undefined) return problem
    }
    return undefined
  }
  return walk(value, 0)
}

/** Postgres has no NUL, and its JSON no half of a surrogate pair. */
const isStorable = (text: string): boolean => !/\0|\p{Surrogate}/u.test(text)
