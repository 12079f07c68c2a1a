import { inWords, isTrue, kindOf, type Value } from '../values.ts'
import { type Arguments, type FunctionTable, fail, fn, many } from './function.ts'

/** Go's equality: of simple values of one kind. Nil equals nil only; integers and floats are one kind, as in JSON. */
export const isEqual = (a: Value, b: Value): boolean => {
  if (a === null || b === null) return a === b
  if (typeof a === 'object' || typeof b === 'object') return fail(`${inWords(typeof a === 'object' ? a : b)} can't be compared`)
  if (typeof a !== typeof b) return fail(`${inWords(a)} can't be compared with ${inWords(b)}`)
  return a === b
}

const isLess = (args: Arguments): boolean => {
  const [a = null, b = null] = args.all
  if (typeof a === 'number' && typeof b === 'number') return a < b
  if (typeof a === 'string' && typeof b === 'string') return a < b
  return fail(kindOf(a) === kindOf(b) ? `${inWords(a)} has no order` : `${inWords(a)} can't be compared with ${inWords(b)}`)
}

const isSame = (args: Arguments): boolean => isEqual(args.any(0), args.any(1))

export const compareFunctions = {
  not: fn(1, 1, (args) => !isTrue(args.any(0))),
  /** True when the first equals any of the others. */
  eq: many(2, (args) => args.from(1).some((other) => isEqual(args.any(0), other))),
  ne: fn(2, 2, (args) => !isSame(args)),
  lt: fn(2, 2, isLess),
  le: fn(2, 2, (args) => isLess(args) || isSame(args)),
  gt: fn(2, 2, (args) => !isLess(args) && !isSame(args)),
  ge: fn(2, 2, (args) => !isLess(args)),
} satisfies FunctionTable
