import { FormatError } from '../format-error.ts'
import { readNumber, readQuoted } from './literals.ts'

export type Token =
  | { readonly kind: 'literal'; readonly value: string | number | boolean; readonly place: Place }
  | { readonly kind: 'nil'; readonly place: Place }
  | { readonly kind: 'dot'; readonly place: Place }
  /** `.name`, without its dot. */
  | { readonly kind: 'field'; readonly name: string; readonly place: Place }
  /** `$name` without its dollar; the root is ''. */
  | { readonly kind: 'variable'; readonly name: string; readonly place: Place }
  | { readonly kind: 'name'; readonly name: string; readonly place: Place }
  | { readonly kind: 'keyword'; readonly name: string; readonly place: Place }
  | { readonly kind: 'sign'; readonly sign: '(' | ')' | '|' | ':=' | '=' | ','; readonly place: Place }

export interface Place {
  readonly line: number
  /** Blanks stand before it: `.a .b` are two operands, `.a.b` is one. */
  readonly spaced: boolean
}

export interface Action {
  readonly tokens: readonly Token[]
  /** The first character after the right delimiter. */
  readonly end: number
  /** `-$)`: the blanks that follow are cut. */
  readonly trims: boolean
}

export const blanks = ' \t\r\n'

/**
 * Reads the tokens from behind a left delimiter up to the right one.
 * @throws FormatError naming the line of the first thing that is no token
 */
export const readAction = (text: string, start: number, line: number, right: string): Action => {
  const reader = new Reader(text, start, line, right)
  const comment = reader.comment()
  if (comment) return comment
  const tokens: Token[] = []
  while (true) {
    const spaced = reader.skipBlanks()
    const end = reader.atEnd(spaced)
    if (end && tokens.length === 0) throw new FormatError('an action is empty', line)
    if (end) return { tokens, ...end }
    tokens.push(reader.token(spaced))
  }
}

const keywords = new Set(['block', 'break', 'continue', 'define', 'else', 'end', 'if', 'range', 'template', 'with'])
const constants = new Map([
  ['true', true],
  ['false', false],
])

const isDigit = (character: string): boolean => character >= '0' && character <= '9'
const isLetter = (character: string): boolean => /[\p{L}\p{Nd}_]/u.test(character)

class Reader {
  readonly #text: string
  readonly #right: string
  readonly #firstLine: number
  #at: number
  #line: number

  constructor(text: string, start: number, line: number, right: string) {
    this.#text = text
    this.#right = right
    this.#firstLine = line
    this.#at = start
    this.#line = line
  }

  /** A whole comment action, or undefined. */
  comment(): Action | undefined {
    const start = this.#at
    this.skipBlanks()
    if (!this.#text.startsWith('/*', this.#at)) {
      this.#at = start
      this.#line = this.#firstLine
      return undefined
    }
    const close = this.#text.indexOf('*/', this.#at + 2)
    if (close < 0) throw new FormatError('a comment is not closed', this.#line)
    this.#at = close + 2
    const end = this.atEnd(this.skipBlanks())
    if (!end) throw new FormatError('a comment has to be the whole action', this.#firstLine)
    return { tokens: [], ...end }
  }

  skipBlanks(): boolean {
    const start = this.#at
    while (this.#at < this.#text.length && blanks.includes(this.#text.charAt(this.#at))) {
      if (this.#text.charAt(this.#at) === '\n') this.#line++
      this.#at++
    }
    return this.#at > start
  }

  /** The right delimiter, when it stands here. */
  atEnd(spaced: boolean): { end: number; trims: boolean } | undefined {
    const right = this.#right
    if (this.#text.startsWith(right, this.#at)) return { end: this.#at + right.length, trims: false }
    if (spaced && this.#text.startsWith(`-${right}`, this.#at)) return { end: this.#at + 1 + right.length, trims: true }
    if (this.#at >= this.#text.length) throw new FormatError('an action is not closed', this.#firstLine)
    return undefined
  }

  token(spaced: boolean): Token {
    const place: Place = { line: this.#line, spaced }
    const character = this.#text.charAt(this.#at)
    const following = this.#text.charAt(this.#at + 1)
    if (character === '"' || character === '`' || character === "'") return this.#quotedToken(place)
    if (isDigit(character) || ('+-.'.includes(character) && (isDigit(following) || (following === '.' && character !== '.'))))
      return this.#numberToken(place)
    if (character === '.') {
      this.#at++
      const name = this.#word()
      return name === '' ? { kind: 'dot', place } : { kind: 'field', name, place }
    }
    if (character === '$') {
      this.#at++
      return { kind: 'variable', name: this.#word(), place }
    }
    return this.#signToken(character, following, place) ?? this.#nameToken(place)
  }

  #signToken(character: string, following: string, place: Place): Token | undefined {
    if (character === ':' && following === '=') {
      this.#at += 2
      return { kind: 'sign', sign: ':=', place }
    }
    if (character !== '(' && character !== ')' && character !== '|' && character !== '=' && character !== ',') return undefined
    this.#at++
    return { kind: 'sign', sign: character, place }
  }

  #nameToken(place: Place): Token {
    const name = this.#word()
    if (name === '') {
      const character = String.fromCodePoint(this.#text.codePointAt(this.#at) ?? 0)
      throw new FormatError(`${JSON.stringify(character)} has no meaning in an action`, this.#line)
    }
    const constant = constants.get(name)
    if (constant !== undefined) return { kind: 'literal', value: constant, place }
    if (name === 'nil') return { kind: 'nil', place }
    return { kind: keywords.has(name) ? 'keyword' : 'name', name, place }
  }

  #quotedToken(place: Place): Token {
    const { value, end, lines } = readQuoted(this.#text, this.#at, this.#line)
    this.#at = end
    this.#line += lines
    return { kind: 'literal', value, place }
  }

  #numberToken(place: Place): Token {
    const { value, end } = readNumber(this.#text, this.#at, this.#line)
    this.#at = end
    return { kind: 'literal', value, place }
  }

  #word(): string {
    const start = this.#at
    while (this.#at < this.#text.length) {
      const character = String.fromCodePoint(this.#text.codePointAt(this.#at) ?? 0)
      if (!isLetter(character)) break
      this.#at += character.length
    }
    return this.#text.slice(start, this.#at)
  }
}
