/** Does a month that was read look right beside the one that readers see? Pure. What looks wrong is kept apart, with the reason. */
import { Decimal as Big } from 'decimal.js'
import type { Day, Decimal, Period } from '../../formats/billing/types.ts'
import type { MonthTotals } from '../types.ts'

export interface Stated {
  /** As the provider's manifest says; undefined: it says nothing. */
  readonly total?: Decimal | undefined
  readonly lines?: number | undefined
}

/** The version of the same month that readers see. */
export interface ActiveMonth {
  readonly lines: number
  readonly currency: string
  readonly billed: Decimal
}

export interface Evidence {
  readonly period: Period
  readonly totals: MonthTotals
  readonly stated: Stated
  readonly active: ActiveMonth | undefined
  /** Days without any costs, before the last that has some, on which the active version has costs. */
  readonly lostDays: readonly Day[]
}

// Exact, whatever a bill holds: a sum of ten million amounts has far fewer figures.
const Exact = Big.clone({ precision: 200, toExpNeg: -9e15, toExpPos: 9e15 })

/** A smaller drop is what providers correct afterwards. */
const mostDrop = '0.01'

/** @returns what is suspicious, one sentence each; nothing: readers may see it */
export function judge({ period, totals, stated, active, lostDays }: Evidence): string[] {
  const month = monthName(period)
  const currency = totals.currencies[0] ?? ''
  const money = (amount: Decimal) => moneyText(amount, currency)
  const reasons: string[] = []
  if (totals.currencies.length > 1)
    // Nothing that adds its lines up means anything.
    return [`the lines of ${month} are in several currencies (${listed(totals.currencies)}), which cannot be added up`]
  if (stated.lines !== undefined && stated.lines !== totals.lines)
    reasons.push(`the manifest states ${count(stated.lines)} lines for ${month}, but ${count(totals.lines)} were read`)
  if (stated.total !== undefined && differs(totals.billed, stated.total))
    reasons.push(`the manifest states ${money(stated.total)} for ${month}, but its lines add up to ${money(totals.billed)}`)
  if (new Exact(totals.billed).isNegative() && !new Exact(totals.billed).isZero())
    reasons.push(`the lines of ${month} add up to ${money(totals.billed)}, which is below zero`)
  if (active) {
    const comparable = active.currency === currency || totals.lines === 0
    if (comparable && isDrop(active.billed, totals.billed))
      reasons.push(
        `${month} costs ${money(totals.billed)}, ${fall(active.billed, totals.billed)} less than the ${moneyText(active.billed, active.currency)} before`,
      )
    if (isDrop(String(active.lines), String(totals.lines)))
      reasons.push(
        `${month} has ${count(totals.lines)} lines, ${fall(String(active.lines), String(totals.lines))} fewer than the ${count(active.lines)} before`,
      )
    if (lostDays.length > 0)
      reasons.push(
        `${lostDays.length === 1 ? 'a day is' : `${lostDays.length} days are`} missing that had costs before: ${listed(lostDays, 5)}`,
      )
  }
  return reasons
}

/** `2026-07` of `2026-07-01`. */
export const monthName = (period: Period): string => period.slice(0, 7)

/** `1,234.50 USD`: at least two digits, and all that there are up to six. */
export function moneyText(amount: Decimal, currency: string): string {
  const rounded = new Exact(amount).toDecimalPlaces(6)
  const [whole = '0', fraction = ''] = rounded.toFixed(Math.max(2, rounded.decimalPlaces())).split('.')
  return `${grouped(whole)}.${fraction} ${currency}`.trim()
}

/** `2026-07 (1,234 lines, 56.78 USD)` */
export const broughtText = (period: string, lines: number, billed: string, currency: string): string =>
  `${monthName(period)} (${count(lines)} lines, ${moneyText(billed, currency)})`

/** Of a version that was read right now. */
export const refused = (why: string, isFirst: boolean): string =>
  `${why}. ${isFirst ? 'It is not shown' : 'The figures before it stay'} until somebody accepts the new ones`

/** Of a version that was read before, and did not change. */
export const stillRefused = (period: Period, why: string): string => `${monthName(period)} still waits for somebody to accept it: ${why}`

/** What is wrong with which month, however it was told, and whatever its figures are by now: two problems with the same are one. */
export const reasonOf = (problem: string): string =>
  problem
    .replace(/^\d{4}-\d{2} still waits for somebody to accept it: /, '')
    .replace(/\. (?:It is not shown|The figures before it stay) until somebody accepts the new ones$/, '')
    .replace(/\b(\d{4}-\d{2})\b|\d[\d.,]*/g, (_, month?: string) => month ?? '#')

export const count = (value: number): string => grouped(String(value))

const grouped = (digits: string): string => digits.replace(/\B(?=(\d{3})+$)/g, ',')

/** Manifests round: only what remains at their precision is a difference. */
function differs(sum: Decimal, stated: Decimal): boolean {
  const said = new Exact(stated)
  const tolerance = new Exact(10).pow(-Math.max(2, said.decimalPlaces())).div(2)
  return new Exact(sum).minus(said).abs().greaterThan(tolerance)
}

function isDrop(before: Decimal, now: Decimal): boolean {
  const was = new Exact(before)
  return was.isPositive() && !was.isZero() && was.minus(now).greaterThan(was.times(mostDrop))
}

function fall(before: Decimal, now: Decimal): string {
  const percent = new Exact(before).minus(now).div(before).times(100)
  return `${percent.toDecimalPlaces(1, Big.ROUND_DOWN).toString()} %`
}

function listed(values: readonly string[], most = 10): string {
  const shown = values.slice(0, most)
  const rest = values.length - shown.length
  return rest > 0 ? `${shown.join(', ')} and ${rest} more` : shown.join(', ')
}
