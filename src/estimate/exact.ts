/** Money and quantities with all their digits. Every sum is of exact figures; only what is shown is rounded. */
import { Decimal } from 'decimal.js'
import { hoursPerMonth } from './types.ts'

/** Prices have 12 places and quantities at most 15 digits, so nothing here is ever rounded. */
export const Exact = Decimal.clone({ defaults: true, precision: 60, toExpNeg: -200, toExpPos: 200 })

/** For what is rounded to six places anyway. */
const Rounded = Decimal.clone({ defaults: true, precision: 40, toExpNeg: -200, toExpPos: 200 })

export const nothing = new Exact(0)

export const sum = (values: readonly Decimal[]): Decimal => values.reduce((total: Decimal, value) => total.plus(value), nothing)

/** Six places are enough to tell a thousandth of a cent; zeros at the end say nothing. */
export const monthlyText = (monthly: Decimal): string => monthly.toDecimalPlaces(6, Decimal.ROUND_HALF_UP).toFixed()

export const hourlyText = (monthly: Decimal): string =>
  new Rounded(monthly).div(hoursPerMonth).toDecimalPlaces(6, Decimal.ROUND_HALF_UP).toFixed()

export const rateText = (price: Decimal): string => price.toDecimalPlaces(12, Decimal.ROUND_HALF_UP).toFixed()
