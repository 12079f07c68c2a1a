/** The seam to what keeps costs. Behind it stands Postgres; a columnar engine could. Nobody above it knows tables. */

import type { OrgTx } from '../db/organization-tx.ts'
import type { Database } from '../db/pool.ts'
import type { ChargeBatch, Day, Decimal, Period } from '../formats/billing/types.ts'
import type { TagRules } from './attribution.ts'

/** Where a statement about an organization is made that no request asks for. */
export interface CostScope {
  readonly database: Database
  readonly organizationId: number
}

/** Seconds that pass before what nobody sees any more is removed: readers may be in the middle of it. */
export const unseenSeconds = 600

export type Stage = 'listing' | 'reading' | 'adding_up' | 'checking' | 'switching'

/** A version of what an account was billed for a month. */
export interface MonthRef {
  readonly id: number
  readonly costAccountId: number
  readonly period: Period
}

/** How far a file was stored by a run that was lost: its first lines need not be stored again. */
export interface FileProgress {
  readonly lines: number
  readonly done: boolean
  readonly digest: string
}

export interface MonthWriter {
  readonly month: MonthRef
  /** By name of the file. Empty for a new version. */
  readonly files: Readonly<Record<string, FileProgress>>
  /**
   * Stores a batch and how far its file is, in one transaction. The batch's period is the month's.
   * @param done was this the file's last one?
   */
  write(batch: ChargeBatch, file: { name: string; digest: string; done: boolean }): Promise<void>
  /** Says that a file is at its end although nothing of it was left to store. */
  finish(file: { name: string; digest: string }): Promise<void>
}

export interface MonthTotals {
  readonly lines: number
  /** More than one: the bill cannot be used. */
  readonly currencies: readonly string[]
  readonly billed: Decimal
  readonly effective: Decimal
  readonly firstDay: Day | null
  readonly lastDay: Day | null
  /** Days of the period without any usage, up to the last that has some. */
  readonly missingDays: readonly Day[]
}

/** A dimension that costs can be grouped by. `time` is the step of the granularity. */
export type CostKey =
  | 'time'
  | 'provider'
  | 'project'
  | 'environment'
  | 'component'
  | 'service'
  | 'instance_type'
  | 'category'
  | 'location'
  | 'linked_account'
  | 'master_account'
  | 'record_type'
  | 'currency'

/** All that are given must fit; of one list, one must. */
export interface CostFilters {
  readonly providers?: readonly string[] | undefined
  readonly projects?: readonly string[] | undefined
  readonly environments?: readonly string[] | undefined
  readonly components?: readonly string[] | undefined
  readonly services?: readonly string[] | undefined
  readonly categories?: readonly string[] | undefined
  readonly regions?: readonly string[] | undefined
  readonly instance_types?: readonly string[] | undefined
  readonly master_accounts?: readonly string[] | undefined
  readonly linked_accounts?: readonly string[] | undefined
  readonly record_types?: readonly string[] | undefined
  readonly tagging?: 'tagged' | 'untagged' | undefined
  readonly tags?: readonly { key: string; value: string }[] | undefined
}

/** `[begin, end)` in days of UTC, by the start of the charge. */
export interface CostRange {
  readonly begin: Day
  readonly end: Day
}

/** Which costs a question is about. */
export interface CostSelection extends CostRange {
  readonly filters: CostFilters
}

export interface CostQuestion extends CostSelection {
  /** Of the `time` key; weeks begin on Monday. */
  readonly granularity: 'day' | 'week' | 'month'
  /** In this order. `time` steps are named `2026-07`, or by the first day of the week, or the day. */
  readonly groupBy: readonly CostKey[]
  readonly costType: 'billed' | 'effective'
  /** Null: nothing is converted, and the caller groups by currency. */
  readonly currency: string | null
  /** What one unit of each other currency is worth on each day of the range (see domains/cloud-costs/rates.ts). */
  readonly rates?: readonly DayRate[] | undefined
  /** More sums than these are none: see TooManySums. A bill may hold any number of names, so whoever groups by them bounds their sums. */
  readonly most?: number | undefined
  /** Only so many, those that cost most. */
  readonly dearest?: number | undefined
}

export interface DayRate {
  readonly day: Day
  readonly currency: string
  readonly rate: Decimal
}

export interface CostSum {
  /** As many as `groupBy` has. */
  readonly keys: readonly string[]
  readonly cost: Decimal
  readonly kwh: number
  readonly co2e: number
  /** Of the same, whichever cost was asked for: what `covered` is a part of. */
  readonly effective: Decimal
  /** The part of the effective cost for which energy could be estimated. */
  readonly covered: Decimal
}

/** A currency occurs for which the question brought no rate. */
export class MissingRate extends Error {
  readonly currency: string
  readonly day: Day
  constructor(currency: string, day: Day) {
    super(`no exchange rate for ${currency} on ${day}`)
    this.currency = currency
    this.day = day
  }
}

/** The question would be answered with more sums than it allows. */
export class TooManySums extends Error {
  constructor(most: number) {
    super(`more than ${most} sums`)
  }
}

export interface ResourceCount {
  readonly project: string
  readonly provider: string
  /** Charged for in the range. */
  readonly resources: number
  /** Charged for in the range, and never before. */
  readonly new_resources: number
}

export interface ResourceCounts {
  readonly resources: number
  readonly new_resources: number
  readonly counts: readonly ResourceCount[]
}

/** What a resource cost, in one place and for one project. */
export interface ResourceCost {
  readonly resource: string
  readonly provider: string
  readonly service: string
  readonly region: string
  readonly linked_account: string
  readonly project: string
  readonly environment: string
  readonly component: string
  readonly currency: string
  readonly cost: Decimal
}

/** Columns whose values can be listed: of the bill itself, and of what was made of its tags. */
export type DimensionColumn =
  | 'provider'
  | 'master_account'
  | 'linked_account'
  | 'service'
  | 'category'
  | 'region'
  | 'instance_type'
  | 'record_type'
  | 'currency'
export type AttributionColumn = 'project' | 'environment' | 'component'
/** Values that occur together; the last of them is not empty. */
export type ValueList = readonly DimensionColumn[] | readonly AttributionColumn[]

/** A line as FOCUS has it: column to text. */
export type FocusRow = Readonly<Record<string, string>>

export interface CostStore {
  /** A new version of a month, or the one that a lost run with the same digest left unfinished. Others that are loading are cleared. */
  openMonth(
    scope: CostScope,
    month: { costAccountId: number; importId: number; period: Period; digest: string; statedTotal?: string; statedLines?: number },
  ): Promise<MonthWriter>
  /** From lines to everything that is read: days, attributed figures, resources. Readers see nothing of it yet. */
  addUp(scope: CostScope, month: MonthRef, rules: TagRules): Promise<MonthTotals>
  /** In one transaction readers see this version, and none other. What was there is cleared away later. */
  activate(scope: CostScope, month: MonthRef, about: { finalized: boolean }): Promise<void>
  /** It stays, unseen, until it is accepted or another one comes. */
  refuse(scope: CostScope, month: MonthRef, message: string): Promise<void>
  /** Attributes an active month anew, from its days; readers see all of it, or all as before. */
  attribute(scope: CostScope, month: MonthRef, rules: TagRules): Promise<void>
  /**
   * Removes versions that nobody has seen for `unseenSeconds`, what is older than the organization keeps, and everything of an organization
   * that is gone. Bounded in time; says whether all is done.
   */
  clear(scope: CostScope): Promise<{ done: boolean }>

  sums(tx: OrgTx, question: CostQuestion): Promise<CostSum[]>
  /** The counts with most new resources first, at most `limit`; and the sums of all. */
  resourceCounts(tx: OrgTx, question: CostSelection, limit: number): Promise<ResourceCounts>
  /** Of each list what occurs, in the order of the alphabet, at most `limit`; whole months count as a whole. */
  values(tx: OrgTx, question: CostSelection, lists: readonly ValueList[], limit: number): Promise<string[][][]>
  /** Tags that occur, most frequent first; at most `limit` pairs. */
  tags(tx: OrgTx, question: CostSelection, limit: number): Promise<{ key: string; value: string }[]>
  /** Ids of resources that were charged for, those that cost most first. */
  resources(tx: OrgTx, question: CostSelection, limit: number): Promise<string[]>
  /** Effective costs of the months that the range reaches into, or of the range where tags are asked for; the dearest first. */
  resourceCosts(tx: OrgTx, question: CostSelection, limit: number): Promise<ResourceCost[]>
  /** In the order of the alphabet, at most ten thousand. */
  tagKeys(tx: OrgTx): Promise<string[]>
  /** Currencies of the active months that reach into the range. */
  currencies(tx: OrgTx, range: CostRange): Promise<string[]>
  /** Every line of the active versions of a month, in parts, in a stable order. */
  lines(
    scope: CostScope,
    which: { period: Period; costAccountIds: readonly number[] | null; linkedAccount?: string },
  ): AsyncIterable<FocusRow[]>
}
