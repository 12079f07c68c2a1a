/** Rounding, and ranges of whole numbers. */
import { integer, type Value } from '../values.ts'
import type { Arguments, Group } from './arguments.ts'
import { integerOrFraction } from './exact.ts'
import type { BuiltinContext } from './types.ts'

const rounding = (round: (number: number) => number): Group[string] => [
  1,
  (args) => {
    const number = args.number(0)
    return typeof number === 'bigint' ? number : integerOrFraction(round(number))
  },
]

export const numbers: Group = {
  abs: [
    1,
    (args) => {
      const number = args.number(0)
      if (typeof number === 'bigint') return number < 0n ? -number : number
      return Math.abs(number)
    },
  ],
  ceil: rounding(Math.ceil),
  floor: rounding(Math.floor),
  // Halves go away from zero.
  round: rounding((number) => Math.sign(number) * Math.round(Math.abs(number))),
  'numbers.range': [2, (args, context) => range(args, context, 1n)],
  'numbers.range_step': [
    3,
    (args, context) => {
      const step = args.whole(2)
      if (step === undefined || step <= 0n) return args.fail('expects a step that is a positive whole number', args.value(2))
      return range(args, context, step)
    },
  ],
}

/** Both ends belong to it; downwards when the first is larger. */
function range(args: Arguments, context: BuiltinContext, step: bigint): Value | undefined {
  const [from, to] = [args.whole(0), args.whole(1)]
  if (from === undefined || to === undefined) return undefined
  const [distance, direction] = to >= from ? [to - from, 1n] : [from - to, -1n]
  const length = Number(distance / step) + 1
  context.step(length)
  return Array.from({ length }, (_, index) => integer(from + direction * step * BigInt(index)))
}
