/** Looking into a plan: whatever a stranger wrote there, a wrong type is nothing found. */
import { isJsonMap, type Json, type JsonMap } from '../json-value.ts'

/** What lies at a path of keys and places; never what a prototype has. */
export function at(value: Json | undefined, ...path: readonly (string | number)[]): Json | undefined {
  let found = value
  for (const step of path) {
    if (found === undefined || found === null || typeof found !== 'object' || !Object.hasOwn(found, step)) return undefined
    found = Array.isArray(found) ? found[Number(step)] : found[step]
  }
  return found
}

export const mapAt = (value: Json | undefined, ...path: readonly (string | number)[]): JsonMap | undefined => {
  const found = at(value, ...path)
  return found !== undefined && isJsonMap(found) ? found : undefined
}

export const listAt = (value: Json | undefined, ...path: readonly (string | number)[]): readonly Json[] => {
  const found = at(value, ...path)
  return Array.isArray(found) ? found : []
}

/** Empty texts are none: providers write them for what is not set. */
export const textAt = (value: Json | undefined, ...path: readonly (string | number)[]): string | undefined => {
  const found = at(value, ...path)
  return typeof found === 'string' && found !== '' ? found : undefined
}

export const textsAt = (value: Json | undefined, ...path: readonly (string | number)[]): readonly string[] =>
  listAt(value, ...path).filter((item) => typeof item === 'string')
