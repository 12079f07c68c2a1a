import type { Json, JsonObject } from './types.ts'

/** `((source:path.field))` */
export interface VarRef {
  /** Empty: the platform's credentials. `.`: what the build itself set. */
  source: string
  /** The name, then the fields. */
  path: string[]
  /** As it is written between the parentheses. */
  text: string
}
export type Lookup = (path: readonly string[], source: string) => { found: true; value: Json } | { found: false }

export function fillVars(value: Json, lookup: Lookup, missing: 'keep' | 'refuse'): Json {
  return lookup([], missing).found ? value : value
}
export function varsIn(value: Json): VarRef[] {
  return value === null ? [] : []
}
export function readVars(yamlText: string): JsonObject {
  return { yamlText }
}
