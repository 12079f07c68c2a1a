/** What the source and the params of a resource type may hold: checked when a pipeline is saved, and again when it runs. */
import { isDuration } from '../../../formats/pipeline/durations.ts'
import type { Json, JsonObject } from '../../../formats/pipeline/types.ts'

/** Continues the name of the field ("must be a text"); undefined: nothing is wrong. */
export type Check = (value: Json) => string | undefined
export interface Fields {
  readonly [name: string]: Check | { readonly check: Check; readonly isRequired: true }
}

export const text: Check = (value) => (typeof value === 'string' && value !== '' ? undefined : 'must be a text')
export const anyText: Check = (value) => (['string', 'number', 'boolean'].includes(typeof value) ? undefined : 'must be a text')
export const flag: Check = (value) =>
  typeof value === 'boolean' || value === 'true' || value === 'false' ? undefined : 'must be true or false'
export const texts: Check = (value) =>
  Array.isArray(value) && value.length <= 1000 && value.every((one) => typeof one === 'string') ? undefined : 'must be a list of texts'
export const count: Check = (value) =>
  typeof value === 'number' && Number.isSafeInteger(value) && value > 0 ? undefined : 'must be a whole number above 0'
export const duration: Check = (value) =>
  typeof value === 'string' && isDuration(value) ? undefined : 'must be a duration such as 30s or 1h30m'
export const anything: Check = () => undefined
export const map: Check = (value) => (isMap(value) ? undefined : 'must be a map')
export const required = (check: Check) => ({ check, isRequired: true }) as const
export const oneOf =
  (...values: readonly string[]): Check =>
  (value) =>
    typeof value === 'string' && values.includes(value) ? undefined : `must be one of ${values.join(', ')}`
/** A field of the type as it is elsewhere, which means something that this engine does not do. Off is fine. */
export const refused =
  (what: string): Check =>
  (value) =>
    value === false || value === null ? undefined : `${what}; configure Concourse to use it`

export const isMap = (value: Json | undefined): value is JsonObject => typeof value === 'object' && value !== null && !Array.isArray(value)

/**
 * Every problem, as `name: sentence`; none: it fits. A value with a `((variable))` in it is looked at when the variable is known.
 */
export function problemsOf(fields: Fields, given: JsonObject): string[] {
  const problems: string[] = []
  for (const [name, value] of Object.entries(given)) {
    const field = Object.hasOwn(fields, name) ? fields[name] : undefined
    if (field === undefined) problems.push(`${name}: is not known; there are ${Object.keys(fields).join(', ')}`)
    else if (value !== null && !hasVariable(value)) {
      const problem = (typeof field === 'function' ? field : field.check)(value)
      if (problem !== undefined) problems.push(`${name}: ${problem}`)
    }
  }
  for (const [name, field] of Object.entries(fields))
    if (typeof field === 'object' && (!Object.hasOwn(given, name) || given[name] === null)) problems.push(`${name}: is missing`)
  return problems
}

/** For a step that runs: everything has its value by now. @throws Error with every problem, and no value */
export function assertFits(fields: Fields, given: JsonObject, where: 'source' | 'params'): void {
  const problems = problemsOf(fields, given)
  if (problems.length > 0) throw new Error(problems.map((problem) => `${where}.${problem}`).join('; '))
}

export const textOf = (given: JsonObject, name: string): string | undefined => {
  const value = Object.hasOwn(given, name) ? given[name] : undefined
  if (typeof value === 'string' && value !== '') return value
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : undefined
}
export const textsOf = (given: JsonObject, name: string): string[] => {
  const value = Object.hasOwn(given, name) ? given[name] : undefined
  return Array.isArray(value) ? value.filter((one) => typeof one === 'string') : []
}
export const flagOf = (given: JsonObject, name: string): boolean | undefined => {
  const value = Object.hasOwn(given, name) ? given[name] : undefined
  return value === undefined || value === null ? undefined : value === true || value === 'true'
}
export const mapOf = (given: JsonObject, name: string): JsonObject => {
  const value = Object.hasOwn(given, name) ? given[name] : undefined
  return isMap(value) ? value : {}
}

export function hasVariable(value: Json, depth = 0): boolean {
  if (typeof value === 'string') return value.includes('((')
  if (typeof value !== 'object' || value === null || depth > 20) return false
  return Object.values(value).some((one) => hasVariable(one, depth + 1))
}
