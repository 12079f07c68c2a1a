import { printAll, printLine } from '../print.ts'
import { sprintf } from '../printf.ts'
import { inWords, type Value, wellFormed } from '../values.ts'
import { type Arguments, type FunctionTable, fail, fn, many, type Tools } from './function.ts'

const lengthOf = (value: Value): number => {
  if (typeof value === 'string') return Buffer.byteLength(value)
  if (Array.isArray(value)) return value.length
  return value instanceof Map ? value.size : fail(`${inWords(value)} has no length`)
}

/** An integer from 0 up to a bound. */
export const place = (value: Value, most: number): number => {
  if (typeof value !== 'number' || !Number.isInteger(value)) return fail(`a place in a list has to be an integer, not ${inWords(value)}`)
  return value >= 0 && value <= most ? value : fail(`${value} is out of range`)
}

const indexed = (value: Value, key: Value): Value => {
  if (Array.isArray(value)) return value[place(key, value.length - 1)] ?? null
  if (value instanceof Map) return typeof key === 'string' ? (value.get(key) ?? null) : fail(`a map has texts as keys, not ${inWords(key)}`)
  if (typeof value !== 'string') return fail(`${inWords(value)} has nothing to be found by an index`)
  const bytes = Buffer.from(value)
  return bytes[place(key, bytes.length - 1)] ?? null
}

const sliced = (args: Arguments): Value => {
  const whole = args.any(0)
  if (typeof whole !== 'string' && !Array.isArray(whole)) return fail(`argument 1 has to be a list or a text, not ${inWords(whole)}`)
  const parts = typeof whole === 'string' ? Buffer.from(whole) : whole
  const end = args.count > 2 ? place(args.any(2), parts.length) : parts.length
  const start = args.count > 1 ? place(args.any(1), end) : 0
  return Array.isArray(parts) ? parts.slice(start, end) : parts.subarray(start, end).toString()
}

/** What `html`, `js` and `urlquery` make of their arguments before they escape. */
const joined = (args: Arguments, { budget }: Tools): string =>
  printAll(
    args.all.map((value) => value ?? '<no value>'),
    budget,
  )

const escaped = (encode: (text: string) => string) =>
  many(1, (args, tools) => {
    const text = joined(args, tools)
    tools.budget.spend(text.length / 4)
    const result = encode(text)
    tools.budget.string(result.length)
    return result
  })

const htmlEscapes: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&#34;', "'": '&#39;', '\0': '\ufffd' }
const jsEscapes: Record<string, string> = { '\\': '\\\\', "'": "\\'", '"': '\\"' }

const unicode = (character: string): string => `\\u${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`

export const builtinFunctions = {
  len: fn(1, 1, (args) => lengthOf(args.any(0))),
  index: many(1, (args) => args.from(1).reduce(indexed, args.any(0))),
  slice: fn(1, 3, sliced),
  mustSlice: fn(1, 3, sliced),
  print: many(0, (args, { budget }) => printAll(args.all, budget)),
  println: many(0, (args, { budget }) => printLine(args.all, budget)),
  printf: many(1, (args, { budget }) => sprintf(args.text(0), args.from(1), budget)),
  html: escaped((text) => text.replace(/[&<>"'\0]/g, (character) => htmlEscapes[character] ?? '')),
  // biome-ignore lint/suspicious/noControlCharactersInRegex: exactly what has to be escaped
  js: escaped((text) => text.replace(/[\\'"<>&=\x00-\x1f\u2028\u2029]/g, (character) => jsEscapes[character] ?? unicode(character))),
  urlquery: escaped((text) =>
    encodeURIComponent(wellFormed(text))
      .replace(/[!'()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`)
      .replaceAll('%20', '+'),
  ),
} satisfies FunctionTable
