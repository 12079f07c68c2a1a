/** Reading attributes of a planned resource as mappers need them, and writing down what is billed. */
import { Decimal } from 'decimal.js'
import { isJsonMap, type Json, type JsonMap } from '../formats/json-value.ts'
import type { PlanResource } from '../formats/terraform/plan.ts'
import { type BilledPart, hoursPerMonth, type PricedProvider, type ProductSelector, UnknownUntilApply } from './types.ts'

/**
 * The plain ones throw UnknownUntilApply for what only apply will tell. The `maybe` ones take that for "not set": many attributes
 * are optional and filled in by the provider, and a plan says of them what it says of a value that is still to come.
 */
export interface Attributes {
  text(name: string): string | undefined
  number(name: string): Decimal | undefined
  flag(name: string): boolean | undefined
  maybeText(name: string): string | undefined
  maybeNumber(name: string): Decimal | undefined
  maybeFlag(name: string): boolean | undefined
  /** Blocks of a name: a list in plans, one map where the provider says so. */
  blocks(name: string): readonly Attributes[]
  block(name: string): Attributes | undefined
  maybeBlocks(name: string): readonly Attributes[]
  maybeBlock(name: string): Attributes | undefined
  /** How many items a list has. */
  length(name: string): number
}

export const attributesOf = ({ values, unknown }: PlanResource): Attributes => attributesIn(values, unknown, '')

function attributesIn(values: JsonMap, unknown: Json, path: string): Attributes {
  const isUnknown = (name: string) => unknown === true || memberOf(unknown, name) === true
  const read = (name: string): Json => {
    const value = memberOf(values, name)
    if (value === null && isUnknown(name)) throw new UnknownUntilApply(`${path}${name}`)
    return value
  }
  const blocksOf = (name: string, value: Json): Attributes[] => {
    const unknowns = listOf(memberOf(unknown, name))
    return listOf(value).flatMap((item, at) => (isJsonMap(item) ? [attributesIn(item, unknowns[at] ?? null, `${path}${name}.`)] : []))
  }
  const blocks = (name: string) => blocksOf(name, read(name))
  const maybeBlocks = (name: string) => blocksOf(name, memberOf(values, name))
  return {
    text: (name) => textOf(read(name)),
    number: (name) => numberOf(read(name)),
    flag: (name) => flagOf(read(name)),
    maybeText: (name) => textOf(memberOf(values, name)),
    maybeNumber: (name) => numberOf(memberOf(values, name)),
    maybeFlag: (name) => flagOf(memberOf(values, name)),
    blocks,
    block: (name) => blocks(name)[0],
    maybeBlocks,
    maybeBlock: (name) => maybeBlocks(name)[0],
    length: (name) => listOf(read(name)).length,
  }
}

/** Only own keys: plans are strangers' texts, and `constructor` is a name like any other. */
export const memberOf = (map: Json | undefined, name: string): Json =>
  map !== undefined && isJsonMap(map) && Object.hasOwn(map, name) ? (map[name] ?? null) : null

/** What a table of ours has under a stranger's word. */
export const known = <T>(table: Readonly<Record<string, T>>, word: string): T | undefined =>
  Object.hasOwn(table, word) ? table[word] : undefined

export const listOf = (value: Json): Json[] => (Array.isArray(value) ? value : value === null ? [] : [value])

export const textOf = (value: Json): string | undefined =>
  typeof value === 'string' && value !== '' ? value : typeof value === 'number' ? String(value) : undefined

const flagOf = (value: Json): boolean | undefined =>
  value === true || value === 'true' ? true : value === false || value === 'false' ? false : undefined

/** Never negative and never beyond what anybody could order: nothing that is billed is. */
export function numberOf(value: Json): Decimal | undefined {
  if (typeof value !== 'number' && !(typeof value === 'string' && /^\d{1,15}(?:\.\d{1,9})?$/.test(value))) return undefined
  const number = new Decimal(value)
  return number.isFinite() && number.gte(0) && number.lte('1e15') ? number : undefined
}

export const zero = new Decimal(0)
export const one = new Decimal(1)
export const atLeast = (least: number, value: Decimal | undefined): Decimal => Decimal.max(least, value ?? 0)

/** The words for units, in one place. */
export const units = {
  hour: 'hour',
  month: 'month',
  gb: 'GB',
  gbMonth: 'GB-month',
  gbHour: 'GB-hour',
  day: 'day',
  second: 'second',
  gbSecond: 'GB-second',
  request: 'request',
} as const

interface Qualities {
  unit?: string
  details?: readonly string[]
  usage?: boolean
  purchaseOption?: string | undefined
}

/** So many in every hour of the month. */
export const everyHour = (label: string, quantity: Decimal, select: ProductSelector, qualities: Qualities = {}): BilledPart => ({
  ...partOf(label, select, { unit: units.hour, ...qualities }),
  hourly: quantity,
})

/** So many in a month. */
export const everyMonth = (
  label: string,
  quantity: Decimal,
  unit: string,
  select: ProductSelector,
  qualities: Qualities = {},
): BilledPart => ({
  ...partOf(label, select, { unit, ...qualities }),
  monthly: quantity,
})

const daysPerMonth = new Decimal(hoursPerMonth).div(24)

/** So many, of what is billed by the day. */
export const everyDay = (label: string, quantity: Decimal, select: ProductSelector, qualities: Qualities = {}): BilledPart =>
  everyMonth(label, quantity.mul(daysPerMonth), units.day, select, qualities)

/** Every one of them, so many times: the machines of a group. */
export const times = (count: Decimal, parts: readonly BilledPart[]): BilledPart[] =>
  count.isZero()
    ? []
    : parts.map(({ hourly, monthly, ...part }) => ({
        ...part,
        ...(hourly && { hourly: hourly.mul(count) }),
        ...(monthly && { monthly: monthly.mul(count) }),
        details: count.eq(1) ? part.details : [...part.details, `${count} ×`],
      }))

function partOf(label: string, select: ProductSelector, { unit = units.hour, details = [], usage = false, purchaseOption }: Qualities) {
  return { label, unit, usage, details, select, ...(purchaseOption !== undefined && { purchaseOption }) }
}

export type Wanted = Readonly<Record<string, string | RegExp>>

/** A text has to be equal, a pattern has to be found in it. */
export const selector = (provider: PricedProvider, service: string, region: string, wanted: Wanted): ProductSelector => ({
  provider,
  service,
  region,
  attributes: Object.entries(wanted).map(([key, value]) => (typeof value === 'string' ? { key, value } : { key, pattern: value.source })),
})

/** `standard` as `Standard`, the way meters are spelt. */
export const capitalized = (text: string): string => text.slice(0, 1).toUpperCase() + text.slice(1).toLowerCase()
