import { FormatError } from '../format-error.ts'
import { type Budget, limits } from './limits.ts'

/**
 * What a template works with. Maps are `Map`s, so that no key, `__proto__` neither, can mean more than itself. A key that is not
 * there and a JSON null are both `null`, as both are Go's nil. A number without a fraction is an integer, wherever it comes from.
 */
export type Value = null | boolean | number | string | Value[] | Dict
export type Dict = Map<string, Value>

export type Kind = 'invalid' | 'bool' | 'int' | 'float64' | 'string' | 'slice' | 'map'

export const kindOf = (value: Value): Kind => {
  if (value === null) return 'invalid'
  if (typeof value === 'string') return 'string'
  if (typeof value === 'boolean') return 'bool'
  if (typeof value === 'number') return Number.isInteger(value) ? 'int' : 'float64'
  return Array.isArray(value) ? 'slice' : 'map'
}

const types: Record<Kind, string> = {
  invalid: '<nil>',
  bool: 'bool',
  int: 'int',
  float64: 'float64',
  string: 'string',
  slice: '[]interface {}',
  map: 'map[string]interface {}',
}

/** Go's name of the type. */
export const typeOf = (value: Value): string => types[kindOf(value)]

const words: Record<Kind, string> = {
  invalid: 'no value',
  bool: 'a boolean',
  int: 'a number',
  float64: 'a number',
  string: 'a text',
  slice: 'a list',
  map: 'a map',
}

/** The kind of a value in a sentence. */
export const inWords = (value: Value): string => words[kindOf(value)]

/** Go's truth: everything but nil, false, 0 and what is empty. */
export const isTrue = (value: Value): boolean => {
  if (value === null || value === false || value === 0 || value === '') return false
  if (Array.isArray(value)) return value.length > 0
  return !(value instanceof Map) || value.size > 0
}

/** The order in which Go prints, ranges over and lists keys. */
export const sortedKeys = (dict: ReadonlyMap<string, Value>): string[] => [...dict.keys()].sort(compareText)

/** Lone surrogates, which have no bytes, made U+FFFD. */
export const wellFormed = (text: string): string => text.replace(/\p{Cs}/gu, '\ufffd')

export const compareText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

/**
 * Takes JSON-like data over, by own enumerable properties only; `undefined` is left out.
 * @throws FormatError for what JSON cannot say and for what is nested too deeply
 */
export const fromData = (data: unknown, budget: Budget, depth = 0): Value => {
  if (data === null || data === undefined) return null
  if (typeof data === 'string' || typeof data === 'boolean' || typeof data === 'number') return data
  if (typeof data !== 'object') throw new FormatError(`the data holds a ${typeof data}`)
  if (depth >= limits.valueDepth) throw new FormatError('the data is nested too deeply')
  const entries = Array.isArray(data) ? data : Object.entries(data)
  budget.list(entries.length)
  if (Array.isArray(data)) return data.map((item) => fromData(item, budget, depth + 1))
  const dict: Dict = new Map()
  for (const [key, item] of Object.entries(data)) if (item !== undefined) dict.set(key, fromData(item, budget, depth + 1))
  return dict
}

/**
 * Pays for a walk over everything inside a value. A list that holds itself twice, forty times over, is small in memory and
 * endless to print: whoever is going to walk a value asks here first.
 */
export const weigh = (value: Value, budget: Budget, depth = 0): void => {
  budget.spend(typeof value === 'string' ? 1 + value.length / 16 : 1)
  if (value === null || typeof value !== 'object') return
  if (depth >= limits.valueDepth) throw new FormatError('a value is nested too deeply')
  if (Array.isArray(value)) for (const item of value) weigh(item, budget, depth + 1)
  else
    for (const [key, item] of value) {
      budget.spend(1 + key.length / 16)
      weigh(item, budget, depth + 1)
    }
}

/** A copy that shares nothing. The caller has weighed the value. */
export const copyOf = (value: Value): Value => {
  if (Array.isArray(value)) return value.map(copyOf)
  if (value instanceof Map) return new Map([...value].map(([key, item]) => [key, copyOf(item)]))
  return value
}

/** Same kind and same content. The caller has weighed both. */
export const deepEqual = (a: Value, b: Value): boolean => {
  if (Array.isArray(a)) return Array.isArray(b) && a.length === b.length && a.every((item, index) => deepEqual(item, b[index] ?? null))
  if (!(a instanceof Map)) return a === b
  if (!(b instanceof Map) || a.size !== b.size) return false
  for (const [key, item] of a) if (!b.has(key) || !deepEqual(item, b.get(key) ?? null)) return false
  return true
}
