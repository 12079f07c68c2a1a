/** What Postgres does not store: NUL, and halves of characters. Output of programs holds both. */
import { createHash } from 'node:crypto'
import type { Version } from '../../../formats/pipeline/types.ts'

// With the flag u a pair of surrogates is one character, so only lone ones are meant.
const dirty = /\0|\p{Surrogate}/gu

export const cleanText = (text: string): string => text.replace(dirty, '\ufffd')

/** For a column of type jsonb. */
export function jsonText(value: unknown): string {
  const text = JSON.stringify(value)
  return /\\u(?:0000|d[89a-f])/i.test(text) ? JSON.stringify(value, clean) : text
}

function clean(_key: string, value: unknown): unknown {
  if (typeof value === 'string') return cleanText(value)
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [cleanText(key), item]))
}

/** Maps are compared whole, in whatever order their keys came. */
export const digestOf = (version: Version): string => digest(Object.entries(version).sort(([a], [b]) => (a < b ? -1 : 1)))

/** @param value with its keys in an order of its own */
export const digest = (value: unknown): string => createHash('sha256').update(jsonText(value)).digest('hex')
