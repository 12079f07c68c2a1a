/** What differs between two lists of lines: Myers' shortest edit, within a bound of work. */

export interface DiffLine {
  delta_type: '+' | '-' | ' '
  line: string
}

/** Steps that are left, for all diffs together that share it. */
export interface Patience {
  steps: number
}

/** In edits; what differs more is another text, and the memory of the search grows with its square. */
const mostEdits = 1500

/**
 * All lines of both, in order: removed ones stand before those that take their place, and what is inserted or removed is told from
 * its least indented line on, so that a new step is told as that step.
 *
 * Where the two differ in more than 1500 lines, or patience ends, the common beginning and end stay and everything between is
 * told as removed and added: longer than needed, still true.
 */
export function diffLines(before: readonly string[], after: readonly string[], patience: Patience): DiffLine[] {
  let [start, end] = [0, 0]
  const shorter = Math.min(before.length, after.length)
  while (start < shorter && before[start] === after[start]) start++
  while (end < shorter - start && before[before.length - 1 - end] === after[after.length - 1 - end]) end++
  const [removed, added] = [before.slice(start, before.length - end), after.slice(start, after.length - end)]
  const middle = shortestEdit(removed, added, patience) ?? [...removed.map(line('-')), ...added.map(line('+'))]
  const whole = [...before.slice(0, start).map(line(' ')), ...middle, ...before.slice(before.length - end).map(line(' '))]
  slide(whole)
  return whole
}

export const line =
  (delta_type: DiffLine['delta_type']) =>
  (text: string): DiffLine => ({ delta_type, line: text })

/** Undefined: it takes too long. */
function shortestEdit(before: readonly string[], after: readonly string[], patience: Patience): DiffLine[] | undefined {
  const [one, other] = numbered(before, after)
  const most = Math.min(mostEdits, one.length + other.length)
  const furthest = new Int32Array(2 * most + 3)
  const center = most + 1
  const trace: Int32Array[] = []
  for (let edits = 0; edits <= most; edits++) {
    trace.push(furthest.slice(center - edits, center + edits + 1))
    for (let diagonal = -edits; diagonal <= edits; diagonal += 2) {
      const down = isDown(furthest, center, diagonal, edits)
      let x = down ? (furthest[center + diagonal + 1] ?? 0) : (furthest[center + diagonal - 1] ?? 0) + 1
      const from = x
      while (x < one.length && x - diagonal < other.length && one[x] === other[x - diagonal]) x++
      furthest[center + diagonal] = x
      patience.steps -= 1 + x - from
      if (x >= one.length && x - diagonal >= other.length) return walkBack(before, after, trace, edits)
    }
    if (patience.steps < 0) return undefined
  }
  return undefined
}

/** Whether the best way to this diagonal inserts a line; else it removes one. */
const isDown = (furthest: Int32Array, center: number, diagonal: number, edits: number): boolean =>
  diagonal === -edits || (diagonal !== edits && (furthest[center + diagonal - 1] ?? 0) < (furthest[center + diagonal + 1] ?? 0))

function walkBack(before: readonly string[], after: readonly string[], trace: readonly Int32Array[], edits: number): DiffLine[] {
  const lines: DiffLine[] = []
  let [x, y] = [before.length, after.length]
  const common = (until: number) => {
    while (x > until) {
      lines.push({ delta_type: ' ', line: before[--x] ?? '' })
      y--
    }
  }
  for (let left = edits; left > 0; left--) {
    // Kept before the round: of the round before, whose diagonals are one fewer on each side.
    const furthest = trace[left] ?? new Int32Array()
    const diagonal = x - y
    const down = isDown(furthest, left, diagonal, left)
    const from = furthest[left + diagonal + (down ? 1 : -1)] ?? 0
    common(down ? from : from + 1)
    if (down) lines.push({ delta_type: '+', line: after[--y] ?? '' })
    else lines.push({ delta_type: '-', line: before[--x] ?? '' })
  }
  common(0)
  return lines.reverse()
}

/** Equal lines get equal numbers, which compare faster. */
function numbered(before: readonly string[], after: readonly string[]): [Int32Array, Int32Array] {
  const numbers = new Map<string, number>()
  const numberOf = (text: string) => {
    const known = numbers.get(text) ?? numbers.size
    numbers.set(text, known)
    return known
  }
  return [Int32Array.from(before, numberOf), Int32Array.from(after, numberOf)]
}

/** Moves each run of only added or only removed lines to where it begins with its least indented line. */
function slide(lines: DiffLine[]): void {
  for (let start = 0; start < lines.length; ) {
    const kind = lines[start]?.delta_type
    let end = start + 1
    while (end < lines.length && lines[end]?.delta_type === kind) end++
    const isAlone = kind !== ' ' && isCommon(lines, start - 1) && isCommon(lines, end)
    start = isAlone && kind ? slideRun(lines, start, end, kind) : end
  }
}

const isCommon = (lines: readonly DiffLine[], at: number): boolean => (lines[at]?.delta_type ?? ' ') === ' '

/** @returns where the run ends now */
function slideRun(lines: DiffLine[], start: number, end: number, kind: '+' | '-'): number {
  const size = end - start
  let [top, bottom] = [start, start]
  while (top > 0 && isCommon(lines, top - 1) && lines[top - 1]?.line === lines[top + size - 1]?.line) top--
  while (bottom + size < lines.length && isCommon(lines, bottom + size) && lines[bottom]?.line === lines[bottom + size]?.line) bottom++
  let best = bottom
  for (let at = bottom - 1; at >= top; at--) if (indentOf(lines[at]) < indentOf(lines[best])) best = at
  for (let at = top; at < bottom + size; at++) {
    const line = lines[at]
    if (line) line.delta_type = at >= best && at < best + size ? kind : ' '
  }
  return best + size
}

const indentOf = (line: DiffLine | undefined): number => line?.line.search(/[^ ]|$/) ?? 0
