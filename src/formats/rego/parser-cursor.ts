import type { Position } from './ast.ts'
import { RegoSyntaxError } from './errors.ts'
import { type Token, tokenizer } from './lexer.ts'

const maxDepth = 500
/** Some texts can be read in two ways, so that parts are read twice; nobody writes one that needs this many. */
const maxReads = 2_000_000

const always = ['as', 'default', 'else', 'false', 'import', 'package', 'not', 'null', 'some', 'true', 'with']

export type FutureKeyword = 'in' | 'every' | 'contains' | 'if'

export const futureKeywords: readonly FutureKeyword[] = ['in', 'every', 'contains', 'if']

/** Where the parser is in the text. */
export class Cursor {
  readonly #read: () => Token
  readonly #tokens: Token[] = []
  readonly keywords = new Set<string>(always)
  #broken: RegoSyntaxError | undefined
  #index = 0
  #depth = 0
  #reads = 0
  #wildcards = 0
  /** The problem furthest in the text: when both ways to read it fail, that one is told. */
  #furthest: RegoSyntaxError | undefined

  constructor(text: string) {
    this.#read = tokenizer(text)
  }

  get token(): Token {
    return this.#at(this.#index)
  }

  get next(): Token {
    return this.#at(this.#index + 1)
  }

  #at(index: number): Token {
    while (this.#tokens.length <= index) this.#tokens.push(this.#readOne())
    return this.#tokens[index] as Token
  }

  /** What is no token stays none, however the text is read. */
  #readOne(): Token {
    if (this.#broken) throw this.#broken
    try {
      return this.#read()
    } catch (problem) {
      if (problem instanceof RegoSyntaxError) this.#broken = problem
      throw problem
    }
  }

  get ended(): boolean {
    return this.token.kind === 'end'
  }

  advance(): Token {
    const token = this.token
    if (++this.#reads > maxReads) throw new TooComplex('this policy is too deeply nested to be read', token)
    if (token.kind !== 'end') this.#index++
    return token
  }

  isSymbol(text: string): boolean {
    return this.token.kind === 'symbol' && this.token.text === text
  }

  /** A keyword that counts as one here. */
  isKeyword(text: string): boolean {
    return this.token.text === text && this.#isReserved
  }

  /** What a field of follows is a name, also where it is a keyword otherwise: `default.region`. */
  get #isReserved(): boolean {
    const { token, next } = this
    return token.kind === 'name' && this.keywords.has(token.text) && !(next.kind === 'symbol' && next.text === '.' && !next.spaced)
  }

  acceptSymbol(text: string): boolean {
    if (!this.isSymbol(text)) return false
    this.advance()
    return true
  }

  acceptKeyword(text: string): boolean {
    if (!this.isKeyword(text)) return false
    this.advance()
    return true
  }

  expectSymbol(text: string, what = ''): Token {
    if (this.isSymbol(text)) return this.advance()
    return this.unexpected(`\`${text}\`${what && ` ${what}`}`)
  }

  expectKeyword(text: string, what = ''): Token {
    if (this.isKeyword(text)) return this.advance()
    return this.unexpected(`\`${text}\`${what && ` ${what}`}`)
  }

  /** A name that is no keyword. */
  expectName(what: string): Token {
    const token = this.token
    if (token.kind !== 'name') return this.unexpected(what)
    if (this.#isReserved) return this.fail(`unexpected keyword \`${token.text}\`, expecting ${what}`)
    return this.advance()
  }

  unexpected(expected: string): never {
    const { token } = this
    const found =
      token.kind === 'end'
        ? 'end of the text'
        : token.kind === 'name' && this.keywords.has(token.text)
          ? `keyword \`${token.text}\``
          : `\`${token.text.slice(0, 40)}\``
    return this.fail(`unexpected ${found}, expecting ${expected}`)
  }

  fail(message: string, at: Position = this.token): never {
    const problem = new RegoSyntaxError(message, at)
    const known = this.#furthest
    if (!known || at.line > known.line || (at.line === known.line && at.column >= known.column)) this.#furthest = problem
    throw this.#furthest ?? problem
  }

  nested<T>(read: () => T): T {
    if (++this.#depth > maxDepth) throw new TooComplex(`nested more than ${maxDepth} levels deep`, this.token)
    const result = read()
    this.#depth--
    return result
  }

  /** What `read` makes, or undefined with the cursor where it was when the text cannot be read that way. */
  attempt<T>(read: () => T): T | undefined {
    const [index, depth] = [this.#index, this.#depth]
    try {
      return read()
    } catch (problem) {
      if (!(problem instanceof RegoSyntaxError) || problem instanceof TooComplex || problem === this.#broken) throw problem
      this.#index = index
      this.#depth = depth
      return undefined
    }
  }

  /** Each `_` is a variable of its own. */
  wildcard(): string {
    return `_${++this.#wildcards}`
  }
}

class TooComplex extends RegoSyntaxError {}
