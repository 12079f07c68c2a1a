import type { Position } from './ast.ts'
import { RegoSyntaxError } from './errors.ts'
import { integer } from './values.ts'

export type Token = Position & {
  /** White space or a comment stood before it; a line ended before it. */
  spaced: boolean
  newLine: boolean
} & (
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

export function tokens(text: string): Token[] {
  const found: Token[] = []
  let offset = text.charCodeAt(0) === 0xfeff ? 1 : 0
  let line = 1
  let lineStart = offset
  let [spaced, newLine] = [true, true]

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
  const push = (
    token: { kind: 'name' | 'string' | 'symbol'; text: string } | { kind: 'number'; text: string; number: number | bigint },
    at: Position,
  ) => {
    found.push({ ...token, ...at, spaced, newLine })
    spaced = false
    newLine = false
  }
  const countLines = (from: number) => {
    for (let at = text.indexOf('\n', from); at !== -1 && at < offset; at = text.indexOf('\n', at + 1)) {
      line++
      lineStart = at + 1
    }
  }

  while (offset < text.length) {
    const at = here()
    const character = text[offset] as string
    if (character === '\n') {
      offset++
      line++
      lineStart = offset
      spaced = newLine = true
    } else if (character === ' ' || character === '\t' || character === '\r') {
      offset++
      spaced = true
    } else if (character === '#') {
      const end = text.indexOf('\n', offset)
      offset = end === -1 ? text.length : end
      spaced = true
    } else if (character === '"') {
      push({ kind: 'string', text: quoted(at) }, at)
    } else if (character === '`') {
      const start = offset
      offset++
      const content = match(raw) ?? ''
      if (text[offset] !== '`') fail('unterminated string: the closing ` is missing', at)
      offset++
      countLines(start)
      push({ kind: 'string', text: content.replaceAll('\r', '') }, at)
    } else {
      word(at)
    }
  }
  found.push({ kind: 'end', text: '', ...here(), spaced: true, newLine: true })
  return found

  function word(at: Position): void {
    const identifier = match(name)
    const digits = identifier === undefined ? match(number) : undefined
    const sign = identifier === undefined && digits === undefined ? match(symbol) : undefined
    if (identifier !== undefined) push({ kind: 'name', text: identifier }, at)
    else if (sign !== undefined) push({ kind: 'symbol', text: sign }, at)
    else if (digits !== undefined) {
      if (/[A-Za-z0-9_]/.test(text[offset] ?? '')) fail(`a number cannot continue with "${text[offset]}"`)
      push({ kind: 'number', text: digits, number: toNumber(digits, at) }, at)
    } else {
      const stranger = String.fromCodePoint(text.codePointAt(offset) ?? 0)
      fail(stranger === '!' ? 'unexpected "!": use "not"' : `unexpected character ${JSON.stringify(stranger)}`, at)
    }
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
