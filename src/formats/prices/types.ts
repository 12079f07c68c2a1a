/** A price as every feed comes to say it: one rate of one product. Figures are texts, so that no digit is lost. */
export interface NormalisedRate {
  provider: 'aws' | 'azurerm' | 'google'
  sku: string
  service: string
  family: string
  /** As the provider calls it; empty for what costs the same everywhere. */
  region: string
  /** Named as src/estimate/types.ts says. */
  attributes: Readonly<Record<string, string>>
  purchaseOption: string
  currency: string
  /** As the feed has it: `Hrs`, `1 GB/Month`, `GiBy.mo`. */
  unit: string
  /** How many units are bought, from and up to. */
  from: string
  to: string | null
  price: string
}

/** What a file says about itself, told before its first rate. */
export interface Publication {
  version?: string
  publishedAt?: string
}

/** Pieces of a file, cut anywhere. */
export type TextStream = AsyncIterable<string>

/** Decimal text that a number or text of a feed means; undefined for what is none. Feeds write `1.0E-5` too. */
export function decimalText(value: unknown): string | undefined {
  const text = typeof value === 'number' ? String(value) : typeof value === 'string' ? value.trim() : ''
  return /^[+-]?\d{1,30}(\.\d{1,30})?([eE][+-]?\d{1,2})?$/.test(text) ? text : undefined
}

export const textOf = (value: unknown): string => (typeof value === 'string' ? value : '')

type Map = Readonly<Record<string, unknown>>
export const mapOf = (value: unknown): Map => (value !== null && typeof value === 'object' && !Array.isArray(value) ? (value as Map) : {})
export const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [])
