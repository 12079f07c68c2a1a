import type { Value } from '../values.ts'
import { floats, ints, safe, toFloat, toInt } from './convert.ts'
import { type Arguments, type FunctionTable, fail, fn, many, type Tools } from './function.ts'

const divided = (args: Arguments, compute: (a: number, b: number) => number): number => {
  const [a = 0, b = 0] = ints(args)
  return b === 0 ? fail('division by zero') : compute(a, b) || 0
}

/** Decimal arithmetic as people do it: 0.1 + 0.2 is 0.3. */
const decimal = (value: number): number => (Number.isFinite(value) ? Number(value.toPrecision(15)) : fail('division by zero'))

const rounded = (args: Arguments): number => {
  const digits = toInt(args.any(1))
  if (Math.abs(digits) > 300) return fail(`${digits} digits are too many`)
  const power = 10 ** digits
  const scaled = power * toFloat(args.any(0))
  const up = scaled - Math.trunc(scaled) >= (args.count > 2 ? toFloat(args.any(2)) : 0.5)
  return (up ? Math.ceil(scaled) : Math.floor(scaled)) / power
}

const counted = (start: number, stop: number, step: number, { budget }: Tools): number[] => {
  if (step === 0 || stop < start !== step < 0) return []
  const size = Math.max(0, Math.ceil((stop - start) / step))
  budget.list(size)
  return Array.from({ length: size }, (_, index) => start + index * step)
}

/** The shell's `seq`: first, step and last, the last one included. */
const sequence = (args: Arguments, tools: Tools): Value => {
  const numbers = ints(args)
  if (numbers.length === 0) return ''
  const [start, step, end] =
    numbers.length === 1
      ? [1, (numbers[0] ?? 0) < 1 ? -1 : 1, numbers[0] ?? 0]
      : numbers.length === 2
        ? [numbers[0] ?? 0, (numbers[1] ?? 0) < (numbers[0] ?? 0) ? -1 : 1, numbers[1] ?? 0]
        : [numbers[0] ?? 0, numbers[1] ?? 0, numbers[2] ?? 0]
  if (end !== start && end > start !== step > 0) return ''
  return counted(start, end + Math.sign(step), step, tools).join(' ')
}

const sum = many(0, (args) => safe(ints(args).reduce((a, b) => a + b, 0)))
const largest = many(1, (args) => Math.max(...bounded(ints(args))))

/** As many arguments as a call of JavaScript surely takes. */
const bounded = (values: number[]): number[] => (values.length > 1000 ? fail('has too many arguments') : values)

export const mathFunctions = {
  add: sum,
  add1: fn(1, 1, (args) => safe(toInt(args.any(0)) + 1)),
  sub: fn(2, 2, (args) => safe(toInt(args.any(0)) - toInt(args.any(1)))),
  mul: many(1, (args) => safe(ints(args).reduce((a, b) => a * b, 1))),
  div: fn(2, 2, (args) => divided(args, (a, b) => Math.trunc(a / b))),
  mod: fn(2, 2, (args) => divided(args, (a, b) => a % b)),
  max: largest,
  biggest: largest,
  min: many(1, (args) => Math.min(...bounded(ints(args)))),
  addf: many(0, (args) => decimal(floats(args).reduce((a, b) => decimal(a + b), 0))),
  add1f: fn(1, 1, (args) => decimal(toFloat(args.any(0)) + 1)),
  subf: many(1, (args) => decimal(floats(args).reduce((a, b) => decimal(a - b)))),
  mulf: many(1, (args) => decimal(floats(args).reduce((a, b) => decimal(a * b)))),
  divf: many(1, (args) => decimal(floats(args).reduce((a, b) => decimal(a / b)))),
  maxf: many(1, (args) => Math.max(...bounded(floats(args)))),
  minf: many(1, (args) => Math.min(...bounded(floats(args)))),
  floor: fn(1, 1, (args) => Math.floor(toFloat(args.any(0)))),
  ceil: fn(1, 1, (args) => Math.ceil(toFloat(args.any(0))) || 0),
  round: fn(2, 3, rounded),
  until: fn(1, 1, (args, tools) => {
    const count = toInt(args.any(0))
    return counted(0, count, count < 0 ? -1 : 1, tools)
  }),
  untilStep: fn(3, 3, (args, tools) => counted(toInt(args.any(0)), toInt(args.any(1)), toInt(args.any(2)), tools)),
  seq: fn(0, 3, sequence),
} satisfies FunctionTable
