import type { Budget } from '../limits.ts'
import { copyOf, type Dict, isTrue, sortedKeys, type Value, weigh } from '../values.ts'
import { toText } from './convert.ts'
import { type Arguments, type FunctionTable, fail, fn, many } from './function.ts'

const dictOf = (args: Arguments, budget: Budget): Dict => {
  budget.list(args.count)
  const dict: Dict = new Map()
  for (let place = 0; place < args.count; place += 2)
    dict.set(toText(args.any(place), budget), place + 1 < args.count ? args.any(place + 1) : '')
  return dict
}

/** Takes what is in `from` into `into`: maps are merged into maps; without overwriting only what is empty is filled. */
const mergeInto = (into: Dict, from: Dict, overwrites: boolean): void => {
  for (const [key, value] of from) {
    const present = into.get(key) ?? null
    if (present instanceof Map && value instanceof Map) mergeInto(present, value, overwrites)
    else if (overwrites || !isTrue(present)) into.set(key, copyOf(value))
  }
}

const merging = (overwrites: boolean) =>
  many(1, (args, { budget }) => {
    const into = args.dict(0)
    for (let place = 1; place < args.count; place++) {
      weigh(into, budget)
      weigh(args.any(place), budget)
      // A map that is merged with itself, or with its own part, would change while it is read.
      mergeInto(into, new Map(args.readDict(place)), overwrites)
    }
    return into
  })

/** `dig "a" "b" default map`: the value behind the keys, or the default. */
const dug = (args: Arguments): Value => {
  const keys = args.all.slice(0, -2)
  let value: Value = args.last
  for (const [place, key] of keys.entries()) {
    if (typeof key !== 'string') return fail(`argument ${place + 1} has to be a text`)
    if (!(value instanceof Map)) return fail(`"${key}" is looked for in what is not a map`)
    if (!value.has(key)) return args.any(args.count - 2)
    value = value.get(key) ?? null
  }
  return value
}

const textsFrom = (args: Arguments, place: number): string[] => args.from(place).map((_, index) => args.text(place + index))

const copied = fn(1, 1, (args, { budget }) => {
  weigh(args.any(0), budget)
  return copyOf(args.any(0))
})
const merge = merging(false)
const mergeOverwrite = merging(true)

export const dictFunctions = {
  dict: many(0, (args, { budget }) => dictOf(args, budget)),
  get: fn(2, 2, (args) => args.readDict(0).get(args.text(1)) ?? ''),
  set: fn(3, 3, (args) => args.dict(0).set(args.text(1), args.any(2))),
  unset: fn(2, 2, (args) => {
    args.dict(0).delete(args.text(1))
    return args.dict(0)
  }),
  hasKey: fn(2, 2, (args) => args.readDict(0).has(args.text(1))),
  pluck: many(1, (args) => {
    const key = args.text(0)
    return args.from(1).flatMap((_, index) => {
      const dict = args.readDict(index + 1)
      return dict.has(key) ? [dict.get(key) ?? null] : []
    })
  }),
  keys: many(0, (args, { budget }) => {
    const dicts = args.all.map((_, place) => args.readDict(place))
    budget.list(dicts.reduce((sum, dict) => sum + dict.size, 0))
    return dicts.flatMap((dict) => sortedKeys(dict))
  }),
  values: fn(1, 1, (args, { budget }) => {
    budget.list(args.readDict(0).size)
    return sortedKeys(args.readDict(0)).map((key) => args.readDict(0).get(key) ?? null)
  }),
  pick: many(1, (args, { budget }) => {
    budget.list(args.count)
    const dict = args.readDict(0)
    return new Map(textsFrom(args, 1).flatMap((key): [string, Value][] => (dict.has(key) ? [[key, dict.get(key) ?? null]] : [])))
  }),
  omit: many(1, (args, { budget }) => {
    budget.list(args.readDict(0).size)
    const dropped = new Set(textsFrom(args, 1))
    return new Map([...args.readDict(0)].filter(([key]) => !dropped.has(key)))
  }),
  merge,
  mustMerge: merge,
  mergeOverwrite,
  mustMergeOverwrite: mergeOverwrite,
  dig: many(3, dug),
  deepCopy: copied,
  mustDeepCopy: copied,
} satisfies FunctionTable
