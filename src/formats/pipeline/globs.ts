/** Shell globs of names: `*`, `?`, `[a-z]`, `[!a-z]`, `{one,other}`, and a backslash before what stands for itself. */
import { RE2JS } from 're2js'

export type Glob = (name: string) => boolean

/** Undefined: it is no glob (a bracket that is not closed). The work of a match is bounded by the lengths of both. */
export function globOf(pattern: string): Glob | undefined {
  if (!/[*?[\]{}\\]/.test(pattern)) return (name) => name === pattern
  if (pattern.length > longest) return undefined
  const expression = expressionOf(pattern)
  if (expression === undefined) return undefined
  try {
    const compiled = RE2JS.compile(expression, RE2JS.DOTALL)
    return (name) => compiled.matches(name)
  } catch {
    // A range from high to low.
    return undefined
  }
}

const longest = 500

function expressionOf(pattern: string): string | undefined {
  let [result, depth] = ['', 0]
  const characters = [...pattern]
  for (let at = 0; at < characters.length; at++) {
    const character = characters[at] ?? ''
    if (character === '*') result += '.*'
    else if (character === '?') result += '.'
    else if (character === '\\') {
      const next = characters[++at]
      if (next === undefined) return undefined
      result += RE2JS.quote(next)
    } else if (character === '{') {
      depth += 1
      result += '(?:'
    } else if (character === '}') {
      if (--depth < 0) return undefined
      result += ')'
    } else if (character === ',' && depth > 0) result += '|'
    else if (character === '[') {
      const set = setAt(characters, at)
      if (!set) return undefined
      result += set.expression
      at = set.end
    } else result += RE2JS.quote(character)
  }
  return depth === 0 ? result.replace(/(?:\.\*)+/g, '.*') : undefined
}

function setAt(characters: readonly string[], start: number): { expression: string; end: number } | undefined {
  const isNot = characters[start + 1] === '!' || characters[start + 1] === '^'
  const first = start + (isNot ? 2 : 1)
  const end = characters.indexOf(']', first)
  if (end <= first) return undefined
  const inner = characters.slice(first, end).map((character) => (/[\\[\]^&~|]/.test(character) ? `\\${character}` : character))
  return { expression: `[${isNot ? '^' : ''}${inner.join('')}]`, end }
}
