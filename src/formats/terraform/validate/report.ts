/** Where mistakes are written down. */
import { shown } from '../../json-value.ts'

export interface Report {
  error(path: string, what: string): void
  /** What could not be looked at. */
  notice(what: string): void
  /** `; did you mean "subnet_id"?`, or nothing when no name is near. */
  near(name: string, names: Iterable<string>): string
  /** Nothing more is written down. */
  full(): boolean
}

/** Nobody reads more, and a body of a megabyte can have as many mistakes as it has characters. */
const mostMistakes = 200
/** Whoever misspelled more than this reads the documentation; each compares the name with thousands. */
const mostSuggestions = 25

export function openReport(): Report & { errors: string[]; notices: string[] } {
  const errors = new Set<string>()
  const notices = new Set<string>()
  let suggestions = 0
  return {
    error(path, what) {
      if (errors.size < mostMistakes) errors.add(`${longPath(path)}: ${what}`)
    },
    notice(what) {
      if (notices.size < mostMistakes) notices.add(what)
    },
    near(name, names) {
      if (suggestions >= mostSuggestions) return ''
      suggestions++
      return suggestion(name, names)
    },
    full: () => errors.size >= mostMistakes,
    get errors() {
      const all = [...errors]
      return all.length < mostMistakes ? all : [...all, `There are more than ${mostMistakes} mistakes: the rest is not listed`]
    },
    get notices() {
      return [...notices]
    },
  }
}

const longPath = (path: string): string => (path.length > 300 ? `${path.slice(0, 300)}…` : path)

function suggestion(name: string, names: Iterable<string>): string {
  let best: { name: string; distance: number } | undefined
  if (name.length > 100) return ''
  const most = Math.max(1, Math.floor(name.length / 4))
  for (const known of names) {
    if (Math.abs(known.length - name.length) > most) continue
    const distance = distanceOf(name, known, most)
    if (distance <= most && (!best || distance < best.distance)) best = { name: known, distance }
  }
  return best ? `; did you mean "${best.name}"?` : ''
}

/** Letters to add, drop or change; more than `most` are not counted. */
function distanceOf(one: string, other: string, most: number): number {
  let row = Array.from({ length: other.length + 1 }, (_, at) => at)
  for (let at = 1; at <= one.length; at++) {
    const next = [at]
    for (let to = 1; to <= other.length; to++) {
      const change = (row[to - 1] ?? 0) + (one[at - 1] === other[to - 1] ? 0 : 1)
      next.push(Math.min(change, (row[to] ?? 0) + 1, (next[to - 1] ?? 0) + 1))
    }
    row = next
    if (Math.min(...row) > most) return most + 1
  }
  return row[other.length] ?? 0
}

export const quoted = (text: string): string => `"${shown(text)}"`
