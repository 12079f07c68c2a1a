/** Whether two simple patterns (letters, `.`, `[a-z]`, each perhaps with `*` or `+`) have a text in common. */

interface Token {
  /** Code points, both ends included. */
  ranges: readonly (readonly [number, number])[]
  /** Any number of times, none included. */
  star: boolean
}

const everything = [[0, 0x10ffff]] as const

/** Undefined when one of them cannot be read. */
export function globsMeet(one: string, other: string, step: (cost: number) => void): boolean | undefined {
  step(one.length + other.length)
  const [left, right] = [tokens(one), tokens(other)]
  if (!left || !right) return undefined
  // Places that can be reached in both at once; from row to row only the next is needed.
  let row = new Set<number>([0])
  for (let i = 0; i <= left.length; i++) {
    step(right.length + 1)
    const next = new Set<number>()
    for (let j = 0; j <= right.length; j++) {
      if (!row.has(j)) continue
      const [a, b] = [left[i], right[j]]
      if (b?.star) row.add(j + 1)
      if (a?.star) next.add(j)
      if (!a || !b || !overlap(a, b)) continue
      if (a.star) row.add(j + 1)
      if (b.star) next.add(j)
      next.add(j + 1)
    }
    if (i === left.length) return row.has(right.length)
    row = next
  }
  return false
}

const overlap = (a: Token, b: Token): boolean => a.ranges.some(([from, to]) => b.ranges.some(([start, end]) => from <= end && start <= to))

function tokens(pattern: string): Token[] | undefined {
  const found: Token[] = []
  const characters = [...pattern]
  for (let at = 0; at < characters.length; at++) {
    const character = characters[at] ?? ''
    if ('*+]'.includes(character)) return undefined
    let ranges: Token['ranges'] = character === '.' ? everything : [only(character)]
    if (character === '\\') {
      at++
      const escaped = characters[at]
      if (escaped === undefined) return undefined
      ranges = [only(escaped)]
    } else if (character === '[') {
      const end = characters.indexOf(']', at)
      if (end <= at + 1) return undefined
      ranges = setOf(characters.slice(at + 1, end))
      at = end
    }
    const flag = characters[at + 1]
    if (flag === '*' || flag === '+') at++
    if (flag !== '*') found.push({ ranges, star: false })
    if (flag === '*' || flag === '+') found.push({ ranges, star: true })
  }
  return found
}

const only = (character: string): readonly [number, number] => [character.codePointAt(0) ?? 0, character.codePointAt(0) ?? 0]

function setOf(members: readonly string[]): Token['ranges'] {
  const ranges: (readonly [number, number])[] = []
  for (let at = 0; at < members.length; at++) {
    const [from, dash, to] = members.slice(at, at + 3)
    if (dash === '-' && to !== undefined) {
      ranges.push([only(from ?? '')[0], only(to)[0]])
      at += 2
    } else ranges.push(only(from ?? ''))
  }
  return ranges
}
