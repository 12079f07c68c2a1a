import type { Json } from '../../../formats/json-value.ts'

/** What only Terraform will tell. */
export const unknown = Symbol('unknown')
export type Known = Json | typeof unknown

/** Values within one value, and characters of a text. Values share their parts, so that a few lines could make a universe. */
const mostParts = 10_000
const mostCharacters = 100_000
const sizes = new WeakMap<object, number>()

/** The value, or unknown when it is too large to be worked with. */
export function bounded(value: Known): Known {
  return value === unknown || partsOf(value) > mostParts ? unknown : value
}

/** Infinity for a text that is too long, and for what has such a text in it. */
export function partsOf(value: Json): number {
  if (typeof value === 'string') return value.length > mostCharacters ? Number.POSITIVE_INFINITY : 1
  if (value === null || typeof value !== 'object') return 1
  const known = sizes.get(value)
  if (known !== undefined) return known
  const size = 1 + Object.values(value).reduce<number>((sum, item) => sum + partsOf(item), 0)
  sizes.set(value, size)
  return size
}
