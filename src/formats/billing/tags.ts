/** Tags as a JSON object. */
import { CellError, type Cells } from './adapter.ts'
import { Cache, type Memory } from './intern.ts'
import type { TagSet } from './types.ts'

/** Reads a column of tags. What was read before is recognized before its quotes are undone. */
export function tagColumn(column: number, name: string, memory: Memory): (cells: Cells) => TagSet | null {
  const known = new Cache<{ set: TagSet | null }>(30_000, 4_000_000)
  return (cells) => {
    if (column < 0) return null
    const raw = cells.raw(column, column)
    if (raw === '' || raw === 'NULL') return null
    const found = known.get(raw)
    if (found !== undefined) return found.set
    const set = memory.tags(tagTextsOf(cells.text(column), name))
    known.set(raw, { set })
    return set
  }
}

/**
 * From `{"env": "prod"}`. Values that are no texts are written as JSON.
 * @throws CellError it is something else
 */
export function tagTextsOf(text: string, column: string): (readonly [key: string, value: string])[] {
  if (text === '' || text === 'NULL') return []
  try {
    const value: unknown = JSON.parse(text)
    if (value === null) return []
    if (typeof value === 'object' && !Array.isArray(value)) return Object.entries(value).map(([key, tag]) => [key, tagValue(tag)] as const)
  } catch {
    // No JSON, or nested so deeply that writing it again is impossible.
  }
  throw new CellError(column, text, 'which is not a JSON object of texts')
}

function tagValue(value: unknown): string {
  return typeof value === 'string' ? value : value === null ? '' : JSON.stringify(value)
}
