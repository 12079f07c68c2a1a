import type { Budget } from '../limits.ts'
import { type FunctionTable, fail, fn } from './function.ts'

const isSeparator = (character: string): boolean => (character <= '\x7f' ? /[^\w]/.test(character) : /\s/.test(character))

/** The first letter of every word made large. */
const titled = (text: string): string => {
  let before = ' '
  return Array.from(text, (character) => {
    const starts = isSeparator(before)
    before = character
    return starts ? character.toUpperCase() : character
  }).join('')
}

const untitled = (text: string): string => text.replace(/(^|\s)(\S)/gu, (_, blank: string, letter: string) => blank + letter.toLowerCase())

const swapped = (text: string): string =>
  Array.from(text, (character) => (character === character.toLowerCase() ? character.toUpperCase() : character.toLowerCase())).join('')

const abbreviated = (width: number, text: string): string => (width < 4 || text.length <= width ? text : `${text.slice(0, width - 3)}...`)

/** Shortened at both ends around an offset. */
const abbreviatedBoth = (offset: number, width: number, text: string): string => {
  if (width < 4 || (offset > 0 && width < 7) || text.length <= width) return text
  const start = Math.min(offset, text.length - (width - 3))
  if (start <= 4) return `${text.slice(0, width - 3)}...`
  if (start + width - 3 < text.length) return `...${abbreviated(width - 3, text.slice(start))}`
  return `...${text.slice(text.length - (width - 3))}`
}

/** Lines of at most a width, broken at blanks; a longer word is broken only when `breaks` says so. */
const wrapped = (text: string, width: number, end: string, breaks: boolean, budget: Budget): string => {
  const size = Math.max(1, width)
  const pieces: string[] = []
  let at = 0
  while (text.length - at > size) {
    if (text.charAt(at) === ' ') {
      at++
      continue
    }
    const blank = text.lastIndexOf(' ', at + size)
    const broken = blank >= at ? blank : breaks ? at + size : text.indexOf(' ', at + size)
    if (broken < 0) break
    budget.string(broken - at + end.length)
    pieces.push(text.slice(at, broken))
    at = blank < at && breaks ? broken : broken + 1
  }
  pieces.push(text.slice(at))
  return pieces.join(end)
}

/**
 * The parts of a name put apart by a sign: `HTTPServerName`, `http_server-name` and `http server name` become the same. Digits go
 * with the small letters behind them, if there are any, otherwise with what stands before them.
 */
const separated = (text: string, sign: string): string =>
  text
    .replace(/(\p{Lu})(?=\p{Lu}\p{Ll})/gu, '$1_')
    .replace(/([\p{Ll}\d])(?=\p{Lu})/gu, '$1_')
    .replace(/(\p{L})(?=\d+\p{Ll})/gu, '$1_')
    .replace(/[\s_-]/g, sign)
    .toLowerCase()

/** Words begin large and stand together; of large letters that a word begins with only the first stays large. */
const camelCased = (text: string): string =>
  text.replace(/(^|(?<![\s_-])[\s_-]+)([^\s_-])(\p{Lu}*)/gu, (_, between: string, first: string, following: string, at: number) => {
    const large = first.toUpperCase()
    return (at === 0 ? between : between.slice(1)) + large + (first === large ? following.toLowerCase() : following)
  })

const paid = (budget: Budget, text: string, make: (text: string) => string): string => {
  budget.spend(text.length / 4)
  const result = make(text)
  budget.string(result.length)
  return result
}

const perText = (make: (text: string) => string) => fn(1, 1, (args, { budget }) => paid(budget, args.text(0), make))

/** What treats a text as words. */
export const wordFunctions = {
  title: perText(titled),
  untitle: perText(untitled),
  swapcase: perText(swapped),
  snakecase: perText((text) => separated(text, '_')),
  kebabcase: perText((text) => separated(text, '_').replaceAll('_', '-')),
  camelcase: perText(camelCased),
  initials: perText((text) => (text.match(/(?<!\S)\S/gu) ?? []).join('')),
  abbrev: fn(2, 2, (args) => abbreviated(args.integer(0), args.text(1))),
  abbrevboth: fn(3, 3, (args) => abbreviatedBoth(args.integer(0), args.integer(1), args.text(2))),
  wrap: fn(2, 2, (args, { budget }) => wrapped(args.text(1), args.integer(0), '\n', false, budget)),
  wrapWith: fn(3, 3, (args, { budget }) => {
    const end = args.text(1)
    return end.length > 1000 ? fail('the end of line is too long') : wrapped(args.text(2), args.integer(0), end || '\n', true, budget)
  }),
} satisfies FunctionTable
