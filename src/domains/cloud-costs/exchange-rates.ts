/** Rates that an organization enters. */
import { Decimal } from 'decimal.js'
import type { Schema } from '../../contract/operation.ts'
import type { OrgTx } from '../../db/organization-tx.ts'
import { invalid, notFound } from '../../errors.ts'
import { deleteExchangeRate, type RateEntry } from './queries.ts'

type Rate = Schema<'CloudCostExchangeRate'>

const largest = 1e12

/** @throws Invalid with every mistake */
export function readRates(rates: readonly Rate[]): RateEntry[] {
  const problems: string[] = []
  const entries = new Map<string, RateEntry>()
  for (const [index, { day, from, to, rate }] of rates.entries()) {
    const path = `body.rates[${index}]`
    if (!isDay(day)) problems.push(`${path}.day: is no day from 1990 to 2199`)
    if (from === to) problems.push(`${path}.to: is the same currency`)
    const number = new Decimal(rate)
    if (!number.gt(0)) problems.push(`${path}.rate: must be above 0`)
    else if (number.gt(largest) || number.lt(1 / largest)) problems.push(`${path}.rate: must be between ${1 / largest} and ${largest}`)
    const key = `${day} ${from} ${to}`
    if (entries.has(key)) problems.push(`${path}: stands in the list already, for the same day and currencies`)
    entries.set(key, { day, from, to, rate: number.toFixed() })
  }
  if (problems.length > 0) throw invalid('The exchange rates cannot be used', problems.slice(0, 100))
  return [...entries.values()]
}

export async function removeRate(tx: OrgTx, id: number): Promise<void> {
  if (!(await deleteExchangeRate(tx, id))) throw notFound('exchange rate')
}

export function isDay(day: string): boolean {
  const date = new Date(`${day}T00:00:00Z`)
  return !Number.isNaN(date.getTime()) && date.toISOString().slice(0, 10) === day && day >= '1990' && day < '2200'
}

export const viewRate = (row: { id: number; day: string; from_currency: string; to_currency: string; rate: string }): Rate => ({
  id: row.id,
  day: row.day,
  from: row.from_currency,
  to: row.to_currency,
  rate: new Decimal(row.rate).toFixed(),
})
