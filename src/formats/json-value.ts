import { FormatError } from './format-error.ts'

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json }
export type JsonMap = { [key: string]: Json }

/** Levels of lists and maps in one value. */
export const deepestValue = 100

/**
 * A copy of the value that every file format can hold: -0 is 0, maps have no prototype.
 * @throws FormatError for what JSON does not know, text that is no Unicode, and values nested too deeply
 */
export function jsonOfUnknown(value: unknown, name: string, depth = 0): Json {
  if (depth > deepestValue) throw new FormatError(`"${shown(name)}" is nested more than ${deepestValue} levels deep`)
  if (value === null || typeof value === 'boolean') return value
  if (typeof value === 'string') return unicode(value, name)
  if (typeof value === 'number' && Number.isFinite(value)) return value === 0 ? 0 : value
  if (Array.isArray(value)) return value.map((item) => jsonOfUnknown(item, name, depth + 1))
  if (isPlainMap(value)) {
    const map = emptyMap()
    for (const [key, item] of Object.entries(value)) map[unicode(key, name)] = jsonOfUnknown(item, name, depth + 1)
    return map
  }
  throw new FormatError(`"${shown(name)}" has a value that cannot be written to a file: ${String(typeof value)}`)
}

/** Same type, same value; the order of keys says nothing. The work is bounded by the smaller of the two. */
export function sameJson(one: Json, other: Json): boolean {
  if (Array.isArray(one)) {
    return Array.isArray(other) && one.length === other.length && one.every((item, at) => sameJson(item, other[at] ?? null))
  }
  if (!isJsonMap(one)) return one === other
  if (!isJsonMap(other)) return false
  const keys = Object.keys(one)
  return (
    keys.length === Object.keys(other).length &&
    keys.every((key) => Object.hasOwn(other, key) && sameJson(one[key] ?? null, other[key] ?? null))
  )
}

export const isJsonMap = (value: Json): value is { [key: string]: Json } =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** Without a prototype, so a key named `__proto__` is a key like any other. */
export const emptyMap = (): { [key: string]: Json } => Object.create(null)

/** A stranger's text inside a message. */
export const shown = (text: string): string => (text.length > 100 ? `${text.slice(0, 100)}…` : text)

function isPlainMap(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === null || prototype === Object.prototype
}

/** Half a surrogate pair would become another character on its way to the disk. */
function unicode(text: string, name: string): string {
  if (/\p{Cs}/u.test(text)) throw new FormatError(`"${shown(name)}" has a text that is no valid Unicode`)
  return text
}
