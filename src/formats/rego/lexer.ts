import type { Position } from './ast.ts'
import { RegoSyntaxError } from './errors.ts'
import { integer } from './values.ts'

interface Place extends Position {
  /** White space or a comment stood before it; a line ended before it. */
  spaced: boolean
  newLine: boolean
}

export type Token = Place &
  (
    | { kind: 'name' | 'string' | 'symbol'; text: string }
    | { kind: 'number'; text: string; number: number | bigint }
    | { kind: 'end'; text: '' }
  )

const symbol = /(?::=|==|!=|<=|>=|[[\]{}().,;:=<>+\-*/%&|])/y
const name = /[A-Za-z_][A-Za-z0-9_]*/y
const number = /(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y
// One simple class a time: nothing here can backtrack.
const plain = /[^"\\\n]*/y
const raw = /[^`]*/y

const maxDigits = 1_000

/** Reads one token after the other: what stops early never reads the rest. After the end there are only ends. */
export function tokenizer(text: string): () => Token {
  let offset = text.charCodeAt(0) === 0xfeff ? 1 : 0
  let line = 1
  let lineStart = offset

  const here = (): Position => ({ line, column: offset - lineStart + 1 })
  const fail = (message: string, at = here()): never => {
    throw new RegoSyntaxError(message, at)
  }
  const match = (expression: RegExp): string | undefined => {
    expression.lastIndex = offset
    const result = expression.exec(text)
    if (!result) return undefined
    offset += result[0].length
    return result[0]
  }

  return () => {
    const [before, lineBefore] = [offset, line]
    skip()
    const at = here()
    const place: Place = { ...at, spaced: offset > before || offset === 0, newLine: line > lineBefore || before === 0 }
    const character = text[offset]
    if (character === undefined) return { kind: 'end', text: '', ...place, spaced: true, newLine: true }
    if (character === '"') return { kind: 'string', text: quoted(at), ...place }
    if (character === '`') return { kind: 'string', text: rawString(at), ...place }
    return word(place)
  }

  /** White space and comments. */
  function skip(): void {
    for (; offset < text.length; offset++) {
      const character = text[offset]
      if (character === '#') {
        const end = text.indexOf('\n', offset)
        offset = end === -1 ? text.length : end
        if (end === -1) return
      } else if (character !== ' ' && character !== '\t' && character !== '\r' && character !== '\n') {
        return
      }
      if (text[offset] === '\n') {
        line++
        lineStart = offset + 1
      }
    }
  }

  function rawString(at: Position): string {
    const start = offset
    offset++
    const content = match(raw) ?? ''
    if (text[offset] !== '`') fail('unterminated string: the closing ` is missing', at)
    offset++
    for (let end = text.indexOf('\n', start); end !== -1 && end < offset; end = text.indexOf('\n', end + 1)) {
      line++
      lineStart = end + 1
    }
    return content.replaceAll('\r', '')
  }

  function word(place: Place): Token {
    const identifier = match(name)
    if (identifier !== undefined) return { kind: 'name', text: identifier, ...place }
    const digits = match(number)
    if (digits !== undefined) {
      if (/[A-Za-z0-9_]/.test(text[offset] ?? '')) fail(`a number cannot continue with "${text[offset]}"`)
      return { kind: 'number', text: digits, number: toNumber(digits, place), ...place }
    }
    const sign = match(symbol)
    if (sign !== undefined) return { kind: 'symbol', text: sign, ...place }
    const stranger = String.fromCodePoint(text.codePointAt(offset) ?? 0)
    return fail(stranger === '!' ? 'unexpected "!": use "not"' : `unexpected character ${JSON.stringify(stranger)}`, place)
  }

  function quoted(at: Position): string {
    let content = ''
    offset++
    for (;;) {
      content += match(plain) ?? ''
      const stop = text[offset]
      if (stop === '"') {
        offset++
        return content
      }
      if (stop !== '\\') fail('unterminated string: the closing " is missing on this line', at)
      content += escaped()
    }
  }

  function escaped(): string {
    const letter = text[offset + 1] ?? ''
    if (letter === 'u') {
      const digits = text.slice(offset + 2, offset + 6)
      if (!/^[0-9a-fA-F]{4}$/.test(digits)) fail('\\u needs four hexadecimal digits')
      offset += 6
      return String.fromCharCode(Number.parseInt(digits, 16))
    }
    const meant = escapes[letter]
    if (meant === undefined) return fail(`unknown escape "\\${letter}" in a string; write \\\\ for a backslash`)
    offset += 2
    return meant
  }

  function toNumber(digits: string, at: Position): number | bigint {
    if (digits.length > maxDigits) fail(`a number has at most ${maxDigits} digits`, at)
    if (/^[0-9]+$/.test(digits)) return integer(BigInt(digits))
    const value = Number(digits)
    return Number.isFinite(value) ? integer(value) : fail(`${digits} is too large for a number`, at)
  }
}

const escapes: Readonly<Record<string, string>> = Object.assign(Object.create(null), {
  '"': '"',
  '\\': '\\',
  '/': '/',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
})
