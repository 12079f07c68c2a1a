import type { Budget } from '../limits.ts'
import { compareText, type Dict, deepEqual, isTrue, type Value, weigh } from '../values.ts'
import { toText, toTexts } from './convert.ts'
import { type Arguments, type FunctionTable, fail, fn, many, type TemplateFunction } from './function.ts'
import { encodeJson } from './json.ts'

/** A list of a size that has been paid for. */
const made = (budget: Budget, size: number, make: () => Value[]): Value[] => {
  budget.list(size)
  return make()
}

/** A function of one list; nil is an empty one. */
const ofList = (run: (list: Value[]) => Value): TemplateFunction =>
  fn(1, 1, (args, { budget }) => {
    const list = args.any(0) === null ? [] : args.list(0)
    budget.list(list.length)
    return run(list)
  })

const appended = fn(2, 2, (args, { budget }) => made(budget, args.list(0).length + 1, () => [...args.list(0), args.any(1)]))
const prepended = fn(2, 2, (args, { budget }) => made(budget, args.list(0).length + 1, () => [args.any(1), ...args.list(0)]))
const listed = many(0, (args, { budget }) => made(budget, args.count, () => args.from(0)))
const has = fn(2, 2, (args, { budget }) => args.any(1) !== null && contains(args.list(1), args.any(0), budget))

/** Same key, same value. The value has been weighed. */
const keyOf = (value: Value, budget: Budget): string => {
  weigh(value, budget)
  return encodeJson(value, 0)
}

const contains = (list: readonly Value[], value: Value, budget: Budget): boolean => {
  weigh(value, budget)
  return list.some((item) => {
    if (item === null || typeof item !== 'object') return item === value
    weigh(item, budget)
    return deepEqual(item, value)
  })
}

const unique = fn(1, 1, (args, { budget }) => {
  const byKey = new Map<string, Value>()
  for (const item of args.list(0)) {
    const key = keyOf(item, budget)
    if (!byKey.has(key)) byKey.set(key, item)
  }
  return [...byKey.values()]
})

const without = many(1, (args, { budget }) => {
  const dropped = new Set(args.from(1).map((value) => keyOf(value, budget)))
  return args.list(0).filter((item) => !dropped.has(keyOf(item, budget)))
})

const chunked = fn(2, 2, (args, { budget }) => {
  const [size, list] = [args.integer(0), args.list(1)]
  if (size < 1) return fail('the size has to be at least 1')
  budget.list(list.length)
  return Array.from({ length: Math.ceil(list.length / size) }, (_, index) => list.slice(index * size, (index + 1) * size))
})

const concatenated = many(0, (args, { budget }) => {
  const lists = args.all.map((_, index) => args.list(index))
  return made(
    budget,
    lists.reduce((sum, list) => sum + list.length, 0),
    () => lists.flat(),
  )
})

const joined = fn(2, 2, (args, { budget }) => {
  const separator = args.text(0)
  const texts = toTexts(args.any(1), budget)
  budget.string(texts.reduce((sum, text) => sum + text.length + separator.length, 0))
  return texts.join(separator)
})

/** As Go splits: by nothing means into characters. */
const split = (args: Arguments, budget: Budget, separator: string, text: string, most = Number.POSITIVE_INFINITY): string[] => {
  if (most === 0) return []
  const parts = separator === '' ? [...text] : text.split(separator)
  const kept = most < 0 || parts.length <= most ? parts : [...parts.slice(0, most - 1), parts.slice(most - 1).join(separator)]
  budget.list(kept.length + args.count)
  return kept
}

const numbered = (parts: readonly string[]): Dict => new Map(parts.map((part, index) => [`_${index}`, part]))

const first = ofList((list) => list[0] ?? null)
const rest = ofList((list) => list.slice(1))
const last = ofList((list) => list.at(-1) ?? null)
const initial = ofList((list) => list.slice(0, -1))
const reversed = ofList((list) => list.toReversed())
const compact = ofList((list) => list.filter(isTrue))

export const listFunctions = {
  list: listed,
  tuple: listed,
  first,
  mustFirst: first,
  rest,
  mustRest: rest,
  last,
  mustLast: last,
  initial,
  mustInitial: initial,
  reverse: reversed,
  mustReverse: reversed,
  compact,
  mustCompact: compact,
  append: appended,
  mustAppend: appended,
  push: appended,
  mustPush: appended,
  prepend: prepended,
  mustPrepend: prepended,
  concat: concatenated,
  chunk: chunked,
  mustChunk: chunked,
  uniq: unique,
  mustUniq: unique,
  without,
  mustWithout: without,
  has,
  mustHas: has,
  join: joined,
  sortAlpha: fn(1, 1, (args, { budget }) => {
    const texts = toTexts(args.any(0), budget)
    budget.spend(texts.length * 2)
    return texts.sort(compareText)
  }),
  split: fn(2, 2, (args, { budget }) => numbered(split(args, budget, args.text(0), args.text(1)))),
  splitn: fn(3, 3, (args, { budget }) => numbered(split(args, budget, args.text(0), args.text(2), args.integer(1)))),
  splitList: fn(2, 2, (args, { budget }) => split(args, budget, args.text(0), args.text(1))),
} satisfies FunctionTable

/** The text of a key, whatever was given as one. */
export const keyText = (value: Value, budget: Budget): string => toText(value, budget)
