import type { Budget } from '../limits.ts'
import { quoted } from '../print.ts'
import { toText } from './convert.ts'
import { type FunctionTable, fail, fn, many } from './function.ts'

/** Pays for a text before it is made. */
const made = (length: number, budget: Budget, make: () => string): string => {
  budget.string(length)
  return make()
}

/** A part of a text by bytes, as Go cuts; a character cut in two becomes U+FFFD. */
const cut = (text: string, start: number, end?: number): string => Buffer.from(text).subarray(Math.max(0, start), end).toString()

const trimmed = (text: string, characters: string): string => {
  const set = new Set(characters)
  let start = 0
  let end = text.length
  while (start < end) {
    const character = String.fromCodePoint(text.codePointAt(start) ?? 0)
    if (!set.has(character)) break
    start += character.length
  }
  while (end > start) {
    // A pair of surrogates is one character.
    const pair = text.slice(end - 2, end)
    const character = pair.codePointAt(0) ?? 0
    const last = character > 0xffff ? pair : text.slice(end - 1, end)
    if (!set.has(last)) break
    end -= last.length
  }
  return text.slice(start, Math.max(start, end))
}

const trimAll = fn(2, 2, (args, { budget }) =>
  made(args.text(0).length + args.text(1).length, budget, () => trimmed(args.text(1), args.text(0))),
)

const substring = (start: number, end: number, text: string): string => {
  const length = Buffer.byteLength(text)
  if (start < 0) return cut(text, 0, end < 0 ? fail('the end is before the start') : end)
  if (start > length || (end >= 0 && end < start)) return fail(`${start} to ${end} is no part of ${length} bytes`)
  return end < 0 || end > length ? cut(text, start) : cut(text, start, end)
}

const truncated = (count: number, text: string): string => {
  const length = Buffer.byteLength(text)
  if (count < 0) return length + count > 0 ? cut(text, length + count) : text
  return length > count ? cut(text, 0, count) : text
}

const replaced = (old: string, by: string, text: string, budget: Budget): string => {
  // Go puts the new text around every character when there is nothing to look for.
  const parts = old === '' ? ['', ...text, ''] : text.split(old)
  return made(text.length + (parts.length - 1) * Math.max(0, by.length - old.length), budget, () => parts.join(by))
}

const indented = (width: number, text: string, budget: Budget): string => {
  if (width < 0) return fail('the width is negative')
  const lines = text.split('\n')
  return made(text.length + lines.length * width, budget, () => {
    const pad = ' '.repeat(width)
    return pad + lines.join(`\n${pad}`)
  })
}

const repeated = (count: number, text: string, budget: Budget): string => {
  if (count < 0) return fail('the count is negative')
  return made(text.length * count, budget, () => text.repeat(text === '' ? 0 : count))
}

const doubleQuoted = many(0, (args, { budget }) => {
  const texts = args.all.filter((value) => value !== null).map((value) => toText(value, budget))
  for (const text of texts) budget.spend(text.length / 2)
  const result = texts.map(quoted).join(' ')
  budget.string(result.length)
  return result
})

const singleQuoted = many(0, (args, { budget }) => {
  const texts = args.all.filter((value) => value !== null).map((value) => `'${toText(value, budget)}'`)
  return made(
    texts.reduce((sum, text) => sum + text.length + 1, 0),
    budget,
    () => texts.join(' '),
  )
})

const joinedByBlanks = many(0, (args, { budget }) => {
  const texts = args.all.filter((value) => value !== null).map((value) => toText(value, budget))
  return made(
    texts.reduce((sum, text) => sum + text.length + 1, 0),
    budget,
    () => texts.join(' '),
  )
})

export const stringFunctions = {
  trim: fn(1, 1, (args) => args.text(0).trim()),
  trimAll,
  trimall: trimAll,
  trimPrefix: fn(2, 2, (args) => (args.text(1).startsWith(args.text(0)) ? args.text(1).slice(args.text(0).length) : args.text(1))),
  trimSuffix: fn(2, 2, (args) => {
    const [suffix, text] = [args.text(0), args.text(1)]
    return text.endsWith(suffix) ? text.slice(0, text.length - suffix.length) : text
  }),
  upper: fn(1, 1, (args, { budget }) => made(args.text(0).length, budget, () => args.text(0).toUpperCase())),
  lower: fn(1, 1, (args, { budget }) => made(args.text(0).length, budget, () => args.text(0).toLowerCase())),
  repeat: fn(2, 2, (args, { budget }) => repeated(args.integer(0), args.text(1), budget)),
  substr: fn(3, 3, (args) => substring(args.integer(0), args.integer(1), args.text(2))),
  trunc: fn(2, 2, (args) => truncated(args.integer(0), args.text(1))),
  nospace: fn(1, 1, (args, { budget }) => made(args.text(0).length * 2, budget, () => args.text(0).split(/\s+/).join(''))),
  contains: fn(2, 2, (args) => args.text(1).includes(args.text(0))),
  hasPrefix: fn(2, 2, (args) => args.text(1).startsWith(args.text(0))),
  hasSuffix: fn(2, 2, (args) => args.text(1).endsWith(args.text(0))),
  quote: doubleQuoted,
  squote: singleQuoted,
  cat: joinedByBlanks,
  indent: fn(2, 2, (args, { budget }) => indented(args.integer(0), args.text(1), budget)),
  nindent: fn(2, 2, (args, { budget }) => `\n${indented(args.integer(0), args.text(1), budget)}`),
  replace: fn(3, 3, (args, { budget }) => replaced(args.text(0), args.text(1), args.text(2), budget)),
  plural: fn(3, 3, (args) => args.text(args.integer(2) === 1 ? 0 : 1)),
} satisfies FunctionTable
