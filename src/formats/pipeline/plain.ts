/** A value from outside as a copy that is safe to keep: JSON, bounded, without prototypes. */
import { emptyMap } from '../json-value.ts'
import type { Findings, Path } from './problems.ts'
import type { Json } from './types.ts'

/** A pipeline with more is none that a person wrote; shared parts count each time they are used. */
const most = { values: 200_000, characters: 4_000_000, levels: 100 }

/** What is no JSON, or cannot be stored, becomes a problem and null. Undefined: it is too large, which is a problem too. */
export function plainCopy(value: unknown, findings: Findings): Json | undefined {
  const copying: Copying = { findings, values: 0, characters: 0 }
  try {
    return copy(value, [], copying)
  } catch (error) {
    if (!(error instanceof TooLarge)) throw error
    findings.problem(error.path, error.message)
    return undefined
  }
}

interface Copying {
  findings: Findings
  values: number
  characters: number
}

class TooLarge extends Error {
  readonly path: Path
  constructor(path: Path, message: string) {
    super(message)
    this.path = path
  }
}

function copy(value: unknown, path: Path, copying: Copying): Json {
  if (++copying.values > most.values) throw new TooLarge([], `it has more than ${most.values} values`)
  if (path.length > most.levels) throw new TooLarge(path.slice(0, 5), `is nested more than ${most.levels} levels deep`)
  if (value === null || typeof value === 'boolean') return value
  if (typeof value === 'number' && Number.isFinite(value)) return value === 0 ? 0 : value
  if (typeof value === 'string') return text(value, path, copying)
  if (Array.isArray(value)) return value.map((item, at) => copy(item, [...path, at], copying))
  if (isPlainMap(value)) {
    const map = emptyMap()
    // As JSON does, a key without a value is left out.
    for (const [key, item] of Object.entries(value))
      if (item !== undefined) map[text(key, path, copying)] = copy(item, [...path, key], copying)
    return map
  }
  copying.findings.problem(path, 'is nothing that JSON knows')
  return null
}

function text(value: string, path: Path, copying: Copying): string {
  copying.characters += value.length
  if (copying.characters > most.characters) throw new TooLarge([], `its texts have more than ${most.characters} characters together`)
  if (/\0|\p{Surrogate}/u.test(value)) copying.findings.problem(path, 'has a character that cannot be stored')
  return value
}

function isPlainMap(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === null || prototype === Object.prototype
}
