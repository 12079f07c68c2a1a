/** What all mappers of AWS share. */
import type { Decimal } from 'decimal.js'
import { everyMonth } from '../attributes.ts'
import { type BilledPart, type MapperContext, type ProductSelector, UnknownUntilApply } from '../types.ts'

/** @throws UnknownUntilApply when neither the resource nor its provider's configuration says it */
export function regionOf({ region }: MapperContext): string {
  if (region === undefined) throw new UnknownUntilApply('region')
  return region
}

/** A text has to be equal; a pattern, made by `usageType` or written as one, has to be found. */
type Wanted = Readonly<Record<string, string | RegExp | { pattern: string }>>

/** A product of a region: its offer, its family where it has one, and what tells it from the others. */
export const aws = (service: string, family: string | undefined, region: string, wanted: Wanted): ProductSelector => ({
  provider: 'aws',
  service,
  ...(family !== undefined && { family }),
  region,
  attributes: Object.entries(wanted).map(([key, one]) => {
    if (typeof one === 'string') return { key, value: one }
    return { key, pattern: one instanceof RegExp ? one.source : one.pattern }
  }),
})

/**
 * `NatGateway-Hours` is `EU-NatGateway-Hours` in one region and `USE2-NatGateway-Hours` in another, for reasons of history: any prefix
 * fits, for the region is asked for by itself.
 */
export const usageType = (name: string): { pattern: string } => ({ pattern: `^(?:[A-Z0-9]+-)?${literally(name)}$` })

/** One of several spellings. */
export const usageTypes = (...names: string[]): { pattern: string } =>
  names.length === 1 ? usageType(names[0] ?? '') : { pattern: `^(?:[A-Z0-9]+-)?(?:${names.map(literally).join('|')})$` }

const literally = (name: string): string => name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')

/** What is billed by usage, as much as is assumed of it. */
export const assumed = (
  label: string,
  [context, name]: readonly [MapperContext, string],
  unit: string,
  select: ProductSelector,
  details: readonly string[] = [],
): BilledPart => assumedAs(label, [context.usage(name), name], unit, select, details)

/** The same for quantities that are worked out of a usage. */
export const assumedAs = (
  label: string,
  [quantity, name]: readonly [Decimal, string],
  unit: string,
  select: ProductSelector,
  details: readonly string[] = [],
): BilledPart => everyMonth(label, quantity, unit, select, { usage: true, details: [...details, `usage: ${name}`] })
