/** Bills as they are read: whatever a provider writes becomes lines shaped as FOCUS 1.2 has them. */
import { FormatError } from '../format-error.ts'
import type { Memory } from './intern.ts'

/** First day of a month, `2026-07-01`. */
export type Period = string
/** `2026-07-31` */
export type Day = string
/** Exact: `-0.00000080000`. */
export type Decimal = string

export const recordTypes = ['usage', 'purchase', 'tax', 'credit', 'adjustment'] as const
export type RecordType = (typeof recordTypes)[number]

export const categories = [
  'other',
  'compute',
  'storage',
  'database',
  'dev_tools',
  'networking',
  'analytics',
  'containers',
  'machine_learning',
  'multimedia',
  'security',
] as const
export type Category = (typeof categories)[number]

/** What costs can be filtered and grouped by, as far as the bill says it; empty where it does not. */
export interface Dimension {
  /** Canonical, such as `aws`. */
  readonly provider: string
  readonly master_account: string
  readonly linked_account: string
  readonly service: string
  readonly category: Category
  readonly region: string
  readonly instance_type: string
  readonly record_type: RecordType
  readonly currency: string
}

/**
 * What is stored once for many lines. Readers hand out the same object for the same thing as long as they remember it, so that who
 * stores it can keep its number there.
 */
export interface Interned {
  /** Set by the store. */
  id?: number
}

/** What was charged for, without when, how much and for which resource. */
export interface ChargeKind extends Interned {
  readonly dimension: Dimension
  /** FOCUS columns that are the same on many lines, by their names in FOCUS; empty ones are left out. */
  readonly focus: Readonly<Record<string, string>>
}

export interface ChargedResource extends Interned {
  readonly provider: string
  readonly resource: string
  readonly name: string
  readonly type: string
}

export interface TagSet extends Interned {
  /** At least one. Keys and values without NUL, at most 256 and 1024 characters. */
  readonly tags: Readonly<Record<string, string>>
}

/** Lines of one billing period, column by column: storing ten million of them should not make as many objects. */
export interface ChargeBatch {
  readonly period: Period
  readonly count: number
  readonly kinds: ChargeKind[]
  /** Null: charged for nothing in particular. */
  readonly resources: (ChargedResource | null)[]
  /** Null: untagged. */
  readonly tags: (TagSet | null)[]
  /** `2026-07-31T23:00:00Z`, as Postgres reads it. */
  readonly starts: string[]
  readonly ends: string[]
  readonly billed: Decimal[]
  readonly effective: Decimal[]
  readonly list: (Decimal | null)[]
  readonly contracted: (Decimal | null)[]
  readonly pricingQuantities: (Decimal | null)[]
  readonly consumedQuantities: (Decimal | null)[]
  /** FOCUS columns that differ from line to line, and the provider's own (`x_…`), as JSON; mostly null. */
  readonly extra: (string | null)[]
}

export type BillFormat = 'focus' | 'cur1' | 'cur2' | 'azure' | 'gcp'

/** One file of a bill. Text is read from its beginning; Parquet by its parts. */
export interface BillFile {
  readonly name: string
  /** Stored bytes; undefined: unknown. */
  readonly size: number | undefined
  /** Compressed as it is stored; gzip is recognized by its first bytes. Counts what it hands out. */
  bytes(): AsyncIterable<Uint8Array>
  /** Bytes from `start` up to, and without, `end`. Undefined: the file can only be read from its beginning. */
  readonly slice?: ((start: number, end: number) => Promise<Uint8Array>) | undefined
}

export interface ReadOptions {
  /** Of the export, if its manifest says so; undefined: recognized by the header. */
  readonly format?: BillFormat | undefined
  /**
   * For files that do not say it on each line (CUR 2.0's manifest names it by the path), or say billing periods that are no months
   * (Azure's may begin on any day).
   */
  readonly period?: Period | undefined
  /** Canonical of the provider, for formats that do not say it. */
  readonly provider?: string | undefined
  /** Lines in one batch at most; 5,000 unless told. */
  readonly batch?: number | undefined
  /** What was seen in other files of the same account, so that their kinds, resources and tags stay the same objects here. */
  readonly memory?: Memory | undefined
}

/** What is wrong with a bill, for people: `part-1.csv.gz, line 12,004: BilledCost is "abc", which is not a number`. */
export class BillError extends FormatError {}

/** @throws BillError */
export type ReadBill = (file: BillFile, options?: ReadOptions) => AsyncGenerator<ChargeBatch>
