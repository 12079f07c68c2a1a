/** JSON as Go writes it: sorted keys, no spaces, and what HTML would take for markup escaped. */
import { isArray, type RegoObject, RegoSet, type Value } from '../values.ts'

export function marshal(
  value: Value,
  layout: { prefix: string; indent: string } | undefined,
  pay: (characters: number) => void,
  depth = 0,
): string {
  if (typeof value === 'string') return quoted(value)
  if (typeof value !== 'object' || value === null) return String(value)
  const inner = (item: Value) => marshal(item, layout, pay, depth + 1)
  if (isArray(value)) return enclosed('[', ']', value.map(inner), layout, pay, depth)
  if (value instanceof RegoSet) return enclosed('[', ']', value.values().map(inner), layout, pay, depth)
  return enclosed('{', '}', members(value, inner, layout ? ': ' : ':'), layout, pay, depth)
}

/** Keys that are no texts become their JSON. */
const members = (value: RegoObject, inner: (item: Value) => string, colon: string): string[] =>
  [...value.entries()]
    .map(([key, item]) => [typeof key === 'string' ? key : inner(key), item] as const)
    .map(([key, item]) => `${quoted(key)}${colon}${inner(item)}`)

function enclosed(
  open: string,
  close: string,
  parts: readonly string[],
  layout: { prefix: string; indent: string } | undefined,
  pay: (characters: number) => void,
  depth: number,
): string {
  if (!layout || parts.length === 0) return `${open}${parts.join(',')}${close}`
  pay((layout.prefix.length + layout.indent.length * (depth + 1)) * parts.length)
  const line = (levels: number) => `\n${layout.prefix}${layout.indent.repeat(levels)}`
  return `${open}${parts.map((part) => `${line(depth + 1)}${part}`).join(',')}${line(depth)}${close}`
}

const quoted = (text: string): string =>
  JSON.stringify(text).replace(/[<>&\u2028\u2029]/g, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`)
