/** Whole numbers as bits, of any length, negative ones as if they had endless ones in front. */
import { integer, type Value } from '../values.ts'
import type { Arguments, Group } from './arguments.ts'
import { type BuiltinContext, BuiltinError } from './types.ts'

const both = (combine: (a: bigint, b: bigint) => bigint): Group[string] => [
  2,
  (args, context) => {
    const [a, b] = [whole(args, 0, context), whole(args, 1, context)]
    return a === undefined || b === undefined ? undefined : integer(combine(a, b))
  },
]

/** Longer numbers would fill the memory. */
const longestShift = 65_536n

export const bits: Group = {
  'bits.and': both((a, b) => a & b),
  'bits.or': both((a, b) => a | b),
  'bits.xor': both((a, b) => a ^ b),
  'bits.negate': [
    1,
    (args, context) => {
      const a = whole(args, 0, context)
      return a === undefined ? undefined : integer(~a)
    },
  ],
  'bits.lsh': [2, (args, context) => shifted(args, context, (a, by) => a << by)],
  'bits.rsh': [2, (args, context) => shifted(args, context, (a, by) => a >> by)],
}

function whole(args: Arguments, at: number, context: BuiltinContext): bigint | undefined {
  const number = args.whole(at)
  if (number !== undefined && args.value(at) === number) context.step(Math.ceil(number.toString(16).length / 16))
  return number
}

function shifted(args: Arguments, context: BuiltinContext, shift: (a: bigint, by: bigint) => bigint): Value | undefined {
  const [a, by] = [whole(args, 0, context), whole(args, 1, context)]
  if (a === undefined || by === undefined) return undefined
  if (by < 0n) return args.fail('expects a number of bits that is not negative', args.value(1))
  if (by > longestShift) throw new BuiltinError(`\`${args.name}\` shifts by at most ${longestShift} bits`)
  context.step(Number(by) / 64 + 1)
  return integer(shift(a, by))
}
