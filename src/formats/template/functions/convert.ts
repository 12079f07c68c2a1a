import type { Budget } from '../limits.ts'
import { formatted } from '../print.ts'
import type { Value } from '../values.ts'
import { type Arguments, type FunctionTable, fail, fn } from './function.ts'

/** Whole numbers beyond 2^53 would be rounded without a word. */
export const safe = (value: number): number =>
  Number.isFinite(value) && Math.abs(value) > Number.MAX_SAFE_INTEGER ? fail('the number is too large') : value

/** A number of anything, cut to an integer; 0 for what is none. */
export const toInt = (value: Value): number => {
  if (typeof value === 'string') return safe(intOfText(value))
  const number = toFloat(value)
  return Number.isFinite(number) ? safe(Math.trunc(number)) || 0 : 0
}

/** A number of anything; 0 for what is none. */
export const toFloat = (value: Value): number => {
  if (typeof value === 'number') return value
  if (typeof value === 'boolean') return value ? 1 : 0
  return typeof value === 'string' ? floatOfText(value) : 0
}

export const toText = (value: Value, budget: Budget): string => formatted(value, budget)

/** The texts of a list without its nils, or of one value. */
export const toTexts = (value: Value, budget: Budget): string[] => {
  if (value === null) return []
  if (!Array.isArray(value)) return [toText(value, budget)]
  return value.filter((item) => item !== null).map((item) => toText(item, budget))
}

export const ints = (args: Arguments): number[] => args.all.map(toInt)
export const floats = (args: Arguments): number[] => args.all.map(toFloat)

const intOfText = (text: string): number => {
  const word = text.replace(/\.0*$/, '').replaceAll('_', '')
  if (/^[+-]?0[xob][0-9a-f]+$/i.test(word)) {
    const number = Number(word.replace(/^[+-]/, ''))
    return Number.isNaN(number) ? 0 : word.startsWith('-') ? -number : number
  }
  if (/^[+-]?0[0-7]+$/.test(word)) return Number.parseInt(word, 8)
  return /^[+-]?(0|[1-9]\d*)$/.test(word) ? Number(word) : 0
}

const floatOfText = (text: string): number => (/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text) ? Number(text) : 0)

export const convertFunctions = {
  int: fn(1, 1, (args) => toInt(args.any(0))),
  int64: fn(1, 1, (args) => toInt(args.any(0))),
  float64: fn(1, 1, (args) => toFloat(args.any(0))),
  atoi: fn(1, 1, (args) => (/^[+-]?\d+$/.test(args.text(0)) ? safe(Number(args.text(0))) : 0)),
  /** Reads an octal number. */
  toDecimal: fn(1, 1, (args, { budget }) => {
    const text = toText(args.any(0), budget)
    return /^[+-]?[0-7]+$/.test(text) ? safe(Number.parseInt(text, 8)) : 0
  }),
  toString: fn(1, 1, (args, { budget }) => toText(args.any(0), budget)),
  toStrings: fn(1, 1, (args, { budget }) => toTexts(args.any(0), budget)),
} satisfies FunctionTable
