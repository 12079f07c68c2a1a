/** Readers of single values: each says what is wrong with one value and where, and hands on what can be read of it. */
import { isJsonMap, shown } from '../json-value.ts'
import { isDuration } from './durations.ts'
import type { Findings, Path } from './problems.ts'
import type { Json, JsonObject, Step, Version } from './types.ts'

export interface At {
  findings: Findings
  path: Path
  /** Every step that was read in this job, as far as it could be read. */
  steps: SeenStep[]
}
export interface SeenStep {
  step: Partial<Step>
  path: Path
}

/** Undefined: nothing can be read of it, and a problem was noted. */
export type Reader<T> = (value: Json, at: At) => T | undefined

export const inside = (at: At, segment: string | number): At => ({ ...at, path: [...at.path, segment] })

export function wrong(at: At, message: string): undefined {
  at.findings.problem(at.path, message)
  return undefined
}

const expected = (at: At, what: string, value: Json): undefined => wrong(at, `must be ${what}, not ${kindOf(value)}`)

function kindOf(value: Json): string {
  if (typeof value === 'string') {
    const [token] = value.match(/\(\([^()]{1,100}\)\)/) ?? []
    return token ? `the variable ${token}, which has no value` : `the text ${JSON.stringify(shown(value))}`
  }
  if (value === null) return 'nothing'
  return Array.isArray(value) ? 'a list' : typeof value === 'object' ? 'a map' : String(value)
}

export const text: Reader<string> = (value, at) => {
  if (typeof value === 'string') return value
  return typeof value === 'number' || typeof value === 'boolean'
    ? wrong(at, `must be a text: put ${value} in quotes`)
    : expected(at, 'a text', value)
}

/** Outside of steps, Concourse takes numbers and words such as `yes` for texts. */
export const looseText: Reader<string> = (value, at) =>
  text(typeof value === 'number' || typeof value === 'boolean' ? String(value) : value, at)

export const notEmpty =
  (read: Reader<string>): Reader<string> =>
  (value, at) => {
    const given = read(value, at)
    return given === '' ? wrong(at, 'must not be empty') : given
  }

export const bool: Reader<boolean> = (value, at) => (typeof value === 'boolean' ? value : expected(at, 'true or false', value))

export const integer =
  (least: number): Reader<number> =>
  (value, at) =>
    typeof value === 'number' && Number.isSafeInteger(value) && value >= least
      ? value
      : expected(at, `a whole number${least > Number.MIN_SAFE_INTEGER ? ` of at least ${least}` : ''}`, value)

export const duration: Reader<string> = (value, at) => {
  const given = typeof value === 'string' ? value : typeof value === 'number' ? String(value) : undefined
  return given !== undefined && isDuration(given) ? given : expected(at, 'a duration such as 30s, 5m or 1h30m', value)
}

export const durationOrNever: Reader<string> = (value, at) => (value === 'never' ? value : duration(value, at))

export const json: Reader<Json> = (value) => value

export const jsonMap: Reader<JsonObject> = (value, at) => (isJsonMap(value) ? value : expected(at, 'a map', value))

export const oneOf =
  <const T extends string>(...words: T[]): Reader<T> =>
  (value, at) =>
    words.find((word) => word === value) ?? expected(at, `one of ${words.join(', ')}`, value)

/** What cannot be read of a list is left out of it; the paths of the others stay those of the text. */
export const listOf =
  <T>(read: Reader<T>): Reader<T[]> =>
  (value, at) => {
    if (!Array.isArray(value)) return expected(at, 'a list', value)
    return value.flatMap((item, index) => {
      const one = read(item, inside(at, index))
      return one === undefined ? [] : [one]
    })
  }

export const mapOf =
  <T>(read: Reader<T>): Reader<Record<string, T>> =>
  (value, at) => {
    if (!isJsonMap(value)) return expected(at, 'a map', value)
    const map: Record<string, T> = Object.create(null)
    for (const [key, item] of Object.entries(value)) {
      const one = read(item, inside(at, key))
      if (one !== undefined) map[key] = one
    }
    return map
  }

export const texts = listOf(text)

/** What cannot be read of it stays as an empty name, so that the others keep their places. */
export const namesOf = (read: Reader<string>): Reader<string[]> => listOf((value, at) => notEmpty(read)(value, at) ?? '')
export const version: Reader<Version> = mapOf(text)

export type Fields<T> = { readonly [K in keyof T]-?: Reader<Exclude<T[K], undefined>> }

/**
 * A map with these fields and no others. A field without a value counts as absent. What could be read is handed on also when
 * fields are wrong or missing, so that what depends on it is not told as a mistake too.
 * @param what for "is no field of …"
 */
export function record<T extends object>(what: string, fields: Fields<T>, required: readonly (keyof T & string)[] = []): Reader<T> {
  const readers = new Map<string, Reader<unknown>>(Object.entries(fields))
  return (value, at) => {
    if (!isJsonMap(value)) return expected(at, `a map (${what})`, value)
    const result: Record<string, unknown> = {}
    for (const [key, item] of Object.entries(value)) {
      const read = readers.get(key)
      if (!read) wrong(inside(at, key), `is no field of ${what}${hintFor(key, readers)}`)
      else if (item !== null) {
        const given = read(item, inside(at, key))
        if (given !== undefined) result[key] = given
      }
    }
    for (const key of required) if ((value[key] ?? null) === null) wrong(inside(at, key), 'must be given')
    // Each reader gives the type of its field; that all required ones are there is told by the problems.
    return result as T
  }
}

function hintFor(key: string, readers: ReadonlyMap<string, unknown>): string {
  const plain = (text: string) => text.toLowerCase().replace(/[-_ ]/g, '').replace(/s$/, '')
  const meant = key.length <= 100 ? [...readers.keys()].find((known) => plain(known) === plain(key)) : undefined
  return meant ? `; did you mean ${meant}?` : ''
}
