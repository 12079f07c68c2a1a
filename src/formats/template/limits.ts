import { FormatError } from '../format-error.ts'

/** How far one rendering may go. Generous for what people write, small enough that a hostile text costs seconds at most. */
export const limits = {
  /** Units of work, a microsecond each at most: an evaluated expression, sixteen characters made, one element copied. */
  work: 2_000_000,
  /** Characters of the whole result, and of any one string on the way. */
  characters: 4 * 1024 * 1024,
  /** Elements of one list. */
  elements: 100_000,
  /** Blocks, calls and templates open inside each other while rendering. The most takes half of the JavaScript stack. */
  depth: 500,
  /** Templates that render templates (`template`, `include`, `tpl`). */
  templates: 100,
  /** Blocks and parentheses inside each other in the text. */
  nesting: 100,
  /** Lists and maps inside each other in a value. */
  valueDepth: 100,
  /** Characters of a regular expression. */
  pattern: 1000,
} as const

/** What one rendering has used. Everything that a text can make large or repeat is paid for here before it happens. */
export class Budget {
  #work: number = limits.work

  /** @throws FormatError without a line, when the template has done too much */
  spend(units: number): void {
    this.#work -= units
    if (this.#work < 0) throw new FormatError('the template does too much work')
  }

  /** Pays for a string of this many characters. */
  string(characters: number): void {
    if (characters > limits.characters) throw new FormatError(`a text would be longer than ${limits.characters} characters`)
    this.spend(1 + characters / 16)
  }

  /** Pays for a piece of the result, which is this long by then. */
  output(total: number, added: number): void {
    if (total > limits.characters) throw new FormatError(`the result would be longer than ${limits.characters} characters`)
    this.spend(1 + added / 64)
  }

  /** Pays for a list of this many elements. */
  list(elements: number): void {
    if (elements > limits.elements) throw new FormatError(`a list would have more than ${limits.elements} elements`)
    this.spend(1 + elements)
  }
}
