import type { Budget } from './limits.ts'
import type { TextNode } from './nodes.ts'

export interface Mark {
  readonly pieces: number
  readonly pending: string
}

/**
 * The text that a rendering makes. Blanks that a trim marker cuts come back when the action that carries the marker stays behind
 * in the text (`missing: 'keep'`): then everything around it has to be as it was, byte for byte.
 */
export class Output {
  readonly #pieces: string[] = []
  readonly #budget: Budget
  #length = 0
  /** Blanks cut by the marker of the action that comes next. */
  #pending = ''
  #afterKept = false

  constructor(budget: Budget) {
    this.#budget = budget
  }

  text({ raw, from, to }: TextNode): void {
    const start = this.#afterKept ? 0 : from
    const end = Math.max(start, to)
    this.#add(raw.slice(start, end))
    this.#pending = raw.slice(end)
    this.#afterKept = false
  }

  /** An action that is carried out begins: what its markers cut is cut. */
  acts(): void {
    this.#pending = ''
    this.#afterKept = false
  }

  value(text: string): void {
    this.#add(text)
  }

  mark(): Mark {
    return { pieces: this.#pieces.length, pending: this.#pending }
  }

  /** Forgets what came since the mark and puts the source of the action there instead. */
  keep({ pieces, pending }: Mark, source: string): void {
    for (const dropped of this.#pieces.splice(pieces)) this.#length -= dropped.length
    this.#add(pending)
    this.#add(source)
    this.#pending = ''
    this.#afterKept = true
  }

  toString(): string {
    return this.#pieces.join('')
  }

  #add(piece: string): void {
    if (piece === '') return
    this.#length += piece.length
    this.#budget.output(this.#length, piece.length)
    this.#pieces.push(piece)
  }
}
