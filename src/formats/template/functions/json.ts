import { FormatError } from '../../format-error.ts'
import type { Budget } from '../limits.ts'
import { fromData, sortedKeys, type Value, weigh } from '../values.ts'
import { type FunctionTable, fn } from './function.ts'

/** JSON with sorted keys; an indent of 0 puts it on one line. The caller has weighed the value. */
export const encodeJson = (value: Value, indent: number, depth = 0): string => {
  if (typeof value === 'number' && !Number.isFinite(value)) throw new FormatError(`${value} can't be said in JSON`)
  if (value === null || typeof value !== 'object') return JSON.stringify(value)
  const items = Array.isArray(value)
    ? value.map((item) => encodeJson(item, indent, depth + 1))
    : sortedKeys(value).map((key) => {
        const item = encodeJson(value.get(key) ?? null, indent, depth + 1)
        return `${JSON.stringify(key)}:${indent > 0 ? ' ' : ''}${item}`
      })
  const [open, close] = Array.isArray(value) ? '[]' : '{}'
  if (items.length === 0 || indent === 0) return `${open}${items.join(',')}${close}`
  const outer = `\n${' '.repeat(indent * depth)}`
  const inner = `${outer}${' '.repeat(indent)}`
  return `${open}${inner}${items.join(`,${inner}`)}${outer}${close}`
}

/** Go's way to make JSON safe inside of HTML. */
const htmlSafe = (json: string): string =>
  json.replace(/[<>&\u2028\u2029]/g, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`)

const encoder = (indent: number, finish: (json: string) => string) =>
  fn(1, 1, (args, { budget }) => {
    const value = args.any(0)
    weigh(value, budget)
    const json = finish(encodeJson(value, indent))
    budget.string(json.length)
    return json
  })

const decoded = (text: string, budget: Budget): Value => {
  budget.spend(text.length / 2)
  try {
    return fromData(JSON.parse(text), budget)
  } catch (error) {
    if (error instanceof SyntaxError) throw new FormatError('the text is not valid JSON')
    throw error
  }
}

const toJson = encoder(0, htmlSafe)
const toPrettyJson = encoder(2, htmlSafe)
const toRawJson = encoder(0, (json) => json)
const fromJson = fn(1, 1, (args, { budget }) => decoded(args.text(0), budget))

export const jsonFunctions = {
  toJson,
  mustToJson: toJson,
  toPrettyJson,
  mustToPrettyJson: toPrettyJson,
  toRawJson,
  mustToRawJson: toRawJson,
  fromJson,
  mustFromJson: fromJson,
  fromJsonArray: fromJson,
} satisfies FunctionTable
