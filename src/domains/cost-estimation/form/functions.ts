import { emptyMap, isJsonMap, type Json } from '../../../formats/json-value.ts'
import { type Known, unknown } from './value.ts'

const text = (value: Json | undefined): string | undefined =>
  typeof value === 'string' ? value : typeof value === 'number' || typeof value === 'boolean' ? String(value) : undefined
const number = (value: Json | undefined): number | undefined => {
  const read = typeof value === 'string' && value.trim() !== '' ? Number(value) : value
  return typeof read === 'number' && Number.isFinite(read) ? read : undefined
}
const orUnknown = (value: Json | undefined): Known => value ?? unknown

type Call = (given: readonly Json[]) => Known

const extreme =
  (choose: (...numbers: number[]) => number): Call =>
  (given) => {
    const numbers = given.map(number)
    return numbers.length > 0 && numbers.length < 1000 && numbers.every((one) => one !== undefined) ? choose(...numbers) : unknown
  }

const functions: Readonly<Record<string, Call>> = {
  toset: ([list]) => (Array.isArray(list) ? [...new Set(list)] : unknown),
  tolist: ([list]) => (Array.isArray(list) ? list : unknown),
  tomap: ([map]) => (map !== undefined && isJsonMap(map) ? map : unknown),
  tostring: ([value]) => orUnknown(text(value)),
  tonumber: ([value]) => orUnknown(number(value)),
  tobool: ([value]) => (value === true || value === 'true' ? true : value === false || value === 'false' ? false : unknown),
  lower: ([value]) => orUnknown(text(value)?.toLowerCase()),
  upper: ([value]) => orUnknown(text(value)?.toUpperCase()),
  length: ([value]) =>
    typeof value === 'string' || Array.isArray(value)
      ? value.length
      : value !== undefined && isJsonMap(value)
        ? Object.keys(value).length
        : unknown,
  max: extreme(Math.max),
  min: extreme(Math.min),
  ceil: ([value]) => orUnknown(number(value) === undefined ? undefined : Math.ceil(number(value) ?? 0)),
  floor: ([value]) => orUnknown(number(value) === undefined ? undefined : Math.floor(number(value) ?? 0)),
  concat: (lists) => (lists.every(Array.isArray) ? lists.flat(1) : unknown),
  keys: ([map]) => (map !== undefined && isJsonMap(map) ? Object.keys(map).sort() : unknown),
  coalesce: (given) => orUnknown(given.find((value) => value !== null && value !== '')),
  element: ([list, place]) => {
    const at = number(place)
    return Array.isArray(list) && list.length > 0 && at !== undefined && at >= 0 ? orUnknown(list[at % list.length]) : unknown
  },
  lookup: ([map, key, otherwise]) => {
    const name = text(key)
    if (map === undefined || !isJsonMap(map) || name === undefined) return unknown
    return Object.hasOwn(map, name) ? (map[name] ?? null) : orUnknown(otherwise)
  },
  merge(maps) {
    const all = emptyMap()
    for (const map of maps) {
      if (!isJsonMap(map)) return unknown
      for (const [key, value] of Object.entries(map)) all[key] = value
    }
    return all
  },
}

export const callFunction = (name: string, given: readonly Json[]): Known =>
  (Object.hasOwn(functions, name) ? functions[name]?.(given) : undefined) ?? unknown
