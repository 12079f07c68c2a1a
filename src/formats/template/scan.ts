import { FormatError } from '../format-error.ts'
import { blanks, readAction, type Token } from './tokens.ts'

export type Piece = TextPiece | ActionPiece

export interface TextPiece {
  readonly kind: 'text'
  readonly start: number
  readonly end: number
}

export interface ActionPiece {
  readonly kind: 'action'
  /** The place of the left delimiter, and the one behind the right delimiter. */
  readonly start: number
  readonly end: number
  readonly line: number
  readonly tokens: readonly Token[]
  /** `($-`: the blanks before are cut. */
  readonly trimsBefore: boolean
  /** `-$)`: the blanks behind are cut. */
  readonly trimsAfter: boolean
}

export interface Delimiters {
  readonly left: string
  readonly right: string
}

/**
 * Splits a text into what stays and what acts. A left delimiter opens an action when
 * 1. a right delimiter follows on the same line; then mistakes inside are errors. Or when
 * 2. a right delimiter follows on a later line, before the next left delimiter, and what is in between reads as one whole
 *    action (`isAction`).
 * Every other left delimiter is text: `echo "($ not closed`, a shell's `list=($items`.
 *
 * Linear: the stretches that (2) tries do not overlap, and a failed (1) ends everything.
 * @throws FormatError naming the line
 */
export const scan = (text: string, delimiters: Delimiters, isAction: (tokens: readonly Token[]) => boolean): Piece[] => {
  const pieces: Piece[] = []
  const nextLeft = finder(text, delimiters.left)
  const nextRight = finder(text, delimiters.right)
  const nextLine = finder(text, '\n')
  const lineOf = lineCounter(text)
  let textStart = 0
  for (let at = nextLeft(0); at < text.length; at = nextLeft(Math.max(at + delimiters.left.length, textStart))) {
    const behind = at + delimiters.left.length
    const right = nextRight(behind)
    if (right === text.length) break
    const action =
      right < nextLine(behind)
        ? actionAt(text, at, lineOf(at), delimiters)
        : right < nextLeft(behind)
          ? spanningAction(text, at, nextLeft(behind), lineOf, delimiters, isAction)
          : undefined
    if (!action) continue
    if (at > textStart) pieces.push({ kind: 'text', start: textStart, end: at })
    pieces.push(action)
    textStart = action.end
  }
  if (textStart < text.length) pieces.push({ kind: 'text', start: textStart, end: text.length })
  return pieces
}

const actionAt = (text: string, at: number, line: number, { left, right }: Delimiters): ActionPiece => {
  const behind = at + left.length
  const trimsBefore = text.charAt(behind) === '-' && blanks.includes(text.charAt(behind + 1) || 'x')
  const { tokens, end, trims } = readAction(text, trimsBefore ? behind + 1 : behind, line, right)
  return { kind: 'action', start: at, end, line, tokens, trimsBefore, trimsAfter: trims }
}

const spanningAction = (
  text: string,
  at: number,
  limit: number,
  lineOf: (at: number) => number,
  delimiters: Delimiters,
  isAction: (tokens: readonly Token[]) => boolean,
): ActionPiece | undefined => {
  try {
    const action = actionAt(text.slice(at, limit), 0, lineOf(at), delimiters)
    return isAction(action.tokens) ? { ...action, start: at, end: at + action.end } : undefined
  } catch (error) {
    if (error instanceof FormatError) return undefined
    throw error
  }
}

/** The next place of a word at or after an ever growing one, or the text's length. Remembers, so that no stretch is read twice. */
const finder = (text: string, word: string): ((from: number) => number) => {
  let found = -1
  let asked = 0
  return (from) => {
    if (found < from || from < asked) {
      const at = text.indexOf(word, from)
      found = at < 0 ? text.length : at
    }
    asked = from
    return found
  }
}

/** The line of ever growing places, counted from 1. */
const lineCounter = (text: string): ((at: number) => number) => {
  const nextLine = finder(text, '\n')
  let line = 1
  let end = nextLine(0)
  return (at) => {
    while (end < at) {
      line++
      end = nextLine(end + 1)
    }
    return line
  }
}
