/** Functions of arrays and sets as a whole. */
import { compare, isArray, RegoObject, RegoSet, type Value } from '../values.ts'
import type { Arguments, Group } from './arguments.ts'
import { add, multiply } from './exact.ts'
import type { BuiltinContext } from './types.ts'

export const aggregates: Group = {
  count: [1, (args) => count(args)],
  sum: [1, (args, context) => numbersOf(args, context).reduce(add, 0)],
  product: [
    1,
    (args, context) =>
      numbersOf(args, context).reduce((product, number) => {
        context.step(bigness(product) + bigness(number))
        return multiply(product, number)
      }, 1),
  ],
  max: [
    1,
    (args, context) =>
      paid(args, context).reduce<Value | undefined>(
        (most, item) => (most === undefined || compare(item, most) > 0 ? item : most),
        undefined,
      ),
  ],
  min: [
    1,
    (args, context) =>
      paid(args, context).reduce<Value | undefined>(
        (least, item) => (least === undefined || compare(item, least) < 0 ? item : least),
        undefined,
      ),
  ],
  sort: [1, (args, context) => [...paid(args, context)].sort(compare)],
  all: [1, (args, context) => paid(args, context).every((item) => item === true)],
  any: [1, (args, context) => paid(args, context).some((item) => item === true)],

  'array.concat': [
    2,
    (args, context) => {
      const [left, right] = [args.list(0), args.list(1)]
      context.step(left.length + right.length)
      return [...left, ...right]
    },
  ],
  'array.slice': [
    3,
    (args, context) => {
      const list = args.list(0)
      const [from, to] = [args.position(1), args.position(2)]
      if (from === undefined || to === undefined) return undefined
      context.step(list.length)
      return list.slice(Math.max(0, from), Math.max(0, to))
    },
  ],
  'array.reverse': [
    1,
    (args, context) => {
      context.step(args.list(0).length)
      return [...args.list(0)].reverse()
    },
  ],
  'array.flatten': [
    1,
    (args, context) => {
      const flat = args.list(0).flatMap((item) => (isArray(item) ? item : [item]))
      context.step(flat.length)
      return flat
    },
  ],

  union: [
    1,
    (args, context) => {
      const sets = setsOf(args, context)
      return RegoSet.of(sets.flatMap((set) => set.values()))
    },
  ],
  intersection: [
    1,
    (args, context) => {
      const [first, ...others] = setsOf(args, context)
      return RegoSet.of(first?.values().filter((item) => others.every((set) => set.has(item))) ?? [])
    },
  ],
  set_diff: [
    2,
    (args, context) => {
      const [from, without] = [args.set(0), args.set(1)]
      context.step(from.size)
      return RegoSet.of(from.values().filter((item) => !without.has(item)))
    },
  ],
}

function count(args: Arguments): number {
  const value = args.value(0)
  if (typeof value === 'string') return [...value].length
  if (isArray(value)) return value.length
  if (value instanceof RegoSet || value instanceof RegoObject) return value.size
  return args.fail('requires array/object/set/string argument', value)
}

function paid(args: Arguments, context: BuiltinContext): readonly Value[] {
  const items = args.items(0)
  context.step(items.length)
  return items
}

const numbersOf = (args: Arguments, context: BuiltinContext): (number | bigint)[] =>
  paid(args, context).map((item) =>
    typeof item === 'number' || typeof item === 'bigint' ? item : args.fail('expects numbers in its array/set argument', item),
  )

function setsOf(args: Arguments, context: BuiltinContext): RegoSet[] {
  const sets = args
    .set(0)
    .values()
    .map((item) => (item instanceof RegoSet ? item : args.fail('expects a set of sets', item)))
  context.step(sets.reduce((size, set) => size + set.size, 0) * Math.max(1, sets.length))
  return sets
}

/** Products of large numbers are paid by their length. */
const bigness = (number: number | bigint): number => (typeof number === 'bigint' ? Math.ceil(number.toString(16).length / 8) : 1)
