/** Numbers as texts. */
import { integer } from '../values.ts'
import { type Amount, integerOrFraction } from './exact.ts'

/** Longer texts are no number of anybody; reading them would take long. */
const longestNumber = 1000

/** Decimal, with fraction and exponent; whole numbers are exact. Undefined for anything else. */
export function numberOfText(text: string): Amount | undefined {
  if (text.length > longestNumber || !/^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/.test(text)) return undefined
  if (/^[+-]?\d+$/.test(text)) return integer(BigInt(text.startsWith('+') ? text.slice(1) : text))
  const number = Number(text)
  return Number.isFinite(number) ? integerOrFraction(number) : undefined
}
