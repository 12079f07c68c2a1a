/**
 * What one unit of a currency is worth in another on a day. What an organization entered goes before what the installation knows;
 * a day without a rate takes the nearest one before it; without a rate between two currencies they are compared through the euro.
 */
import { Decimal } from 'decimal.js'
import type { CostRange, DayRate } from '../../costs/types.ts'
import type { OrgTx } from '../../db/organization-tx.ts'
import { type ApiError, invalid } from '../../errors.ts'
import type { Day } from '../../formats/billing/types.ts'
import { daysIn } from './dates.ts'
import { listInstallationRates, listOwnRates } from './queries.ts'

export interface OwnRate {
  day: Day
  from: string
  to: string
  rate: string
}
/** How much of the currency one euro was. */
export interface EuroRate {
  day: Day
  currency: string
  rate: string
}

const Rate = Decimal.clone({ precision: 40 })

/** Rates for all days of the range on which there are some. @param currencies that occur */
export async function ratesFor(tx: OrgTx, range: CostRange, currencies: readonly string[], asked: string): Promise<DayRate[]> {
  const foreign = currencies.filter((currency) => currency !== asked)
  if (foreign.length === 0) return []
  const all = [...new Set([...foreign, asked, 'EUR'])]
  const own = await listOwnRates(tx, range, all)
  return ratesOf(range, foreign, asked, own, await listInstallationRates(tx, range, all))
}

/** @param own and known with days ascending, and for each pair the last one before the range */
export function ratesOf(
  range: CostRange,
  foreign: readonly string[],
  asked: string,
  own: readonly OwnRate[],
  known: readonly EuroRate[],
): DayRate[] {
  const entered = latestBy(own.map(({ day, from, to, rate }) => ({ day, name: `${from} ${to}`, rate })))
  const imported = latestBy(known.map(({ day, currency, rate }) => ({ day, name: currency, rate })))
  const result: DayRate[] = []
  for (const day of daysIn(range)) {
    entered.goTo(day)
    imported.goTo(day)
    const direct = (from: string, to: string): Decimal | undefined => {
      const [there, back] = [entered.at(`${from} ${to}`), entered.at(`${to} ${from}`)]
      if (there && (!back || there.day >= back.day)) return there.rate
      return back && new Rate(1).div(back.rate)
    }
    const perEuro = (currency: string) => (currency === 'EUR' ? new Rate(1) : (direct('EUR', currency) ?? imported.at(currency)?.rate))
    const askedPerEuro = perEuro(asked)
    for (const currency of foreign) {
      const itsPerEuro = perEuro(currency)
      const rate = direct(currency, asked) ?? (askedPerEuro && itsPerEuro && askedPerEuro.div(itsPerEuro))
      if (rate) result.push({ day, currency, rate: rate.toFixed() })
    }
  }
  return result
}

/** What held last, day after day. */
function latestBy(rates: readonly { day: Day; name: string; rate: string }[]) {
  const sorted = rates.toSorted((a, b) => (a.day < b.day ? -1 : a.day > b.day ? 1 : 0))
  const latest = new Map<string, { day: Day; rate: Decimal }>()
  let next = 0
  return {
    goTo(day: Day) {
      for (let rate = sorted[next]; rate && rate.day <= day; rate = sorted[++next])
        latest.set(rate.name, { day: rate.day, rate: new Rate(rate.rate) })
    },
    at: (name: string) => latest.get(name),
  }
}

export const missingRate = (currency: string, asked: string, day: Day): ApiError =>
  invalid(
    `Costs in ${currency} cannot be converted to ${asked}: there is no exchange rate on or before ${day}. Enter one (PUT …/cloud_cost_management/exchange-rates), or have the operator import them (npm run costs -- rates)`,
    [`query.currency: no exchange rate from ${currency} to ${asked} on or before ${day}`],
  )
