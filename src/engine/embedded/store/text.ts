/** What Postgres does not store: NUL, and halves of characters. Output of programs holds both. */
import { createHash } from 'node:crypto'

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

/** Of a version, of a source: what is the same has the same digest, in whatever order its keys came. */
export const digestOf = (value: unknown): string =>
  createHash('sha256')
    .update(jsonText(sorted(value)))
    .digest('hex')

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted)
  if (typeof value !== 'object' || value === null) return value
  return Object.entries(value)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, item]) => [key, sorted(item)])
}
