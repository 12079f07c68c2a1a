/** Figures as people read them. */
import { Decimal } from 'decimal.js'

/** Adds up without rounding: a sum of twelve digits before the point and sixteen behind it has more than the usual twenty. */
export const Exact = Decimal.clone({ precision: 100 })

/** As the contract has amounts: what a rate made endlessly long is rounded far behind what anybody pays. */
export function amountText(amount: Decimal): string {
  const text = amount.toFixed()
  return text.length > 40 ? amount.toDecimalPlaces(12).toFixed() : text
}

/** `1,234.50` */
export function figure(amount: Decimal.Value, places = 2): string {
  const [whole = '', rest] = new Decimal(amount).toFixed(places, Decimal.ROUND_HALF_UP).split('.')
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, ',')
  const text = rest === undefined ? grouped : `${grouped}.${rest}`
  return /^-[0,.]+$/.test(text) ? text.slice(1) : text
}

/** `1,234.50 USD` */
export const money = (amount: Decimal.Value, currency: string): string => `${figure(amount)} ${currency}`

/** `+12.5 %`; nothing to compare with: `new`. */
export function change(before: Decimal.Value, now: Decimal.Value): string {
  const [from, to] = [new Decimal(before), new Decimal(now)]
  if (from.lte(0)) return to.gt(0) ? 'new' : ''
  const percent = to.minus(from).div(from).times(100)
  const text = figure(percent.abs(), percent.abs().lt(100) ? 1 : 0)
  return `${percent.isNegative() && text !== '0.0' ? '-' : '+'}${text} %`
}

/** A name with a line break could write its own lines. */
export const oneLine = (name: string, longest = 100): string => {
  const letters = [...name.replace(/[\s\p{C}]+/gu, ' ').trim()]
  // By letters: half of a pair of surrogates is no text that could be kept.
  return letters.length > longest ? `${letters.slice(0, longest - 1).join('')}…` : letters.join('')
}
