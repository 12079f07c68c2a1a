import type { Json } from './types.ts'
export function dumpYaml(value: Json): string {
  return JSON.stringify(value)
}
