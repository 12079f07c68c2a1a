/** Amounts, currencies and times as bills write them. */
import { CellError } from './adapter.ts'
import { detached } from './intern.ts'
import type { Decimal, Period } from './types.ts'

/**
 * Plain decimals and exponents, at most 38 digits and exponents within ±30: what is beyond that is no price.
 * @throws CellError
 */
export function decimalOf(text: string, column: string): Decimal {
  const length = text.length
  if (length === 0 || length > 40) return unusual(text, column)
  let dot = -1
  for (let at = text.charCodeAt(0) === 45 ? 1 : 0, digits = 0; at < length; at++) {
    const code = text.charCodeAt(at)
    if (code === 46 && dot < 0 && digits > 0 && at < length - 1) dot = at
    else if (code < 48 || code > 57 || ++digits > 38) return unusual(text, column)
    else if (at === length - 1) return text
  }
  return unusual(text, column)
}

/** Null for an empty cell. */
export function decimalOrNull(text: string, column: string): Decimal | null {
  return text === '' || text === 'NULL' ? null : decimalOf(text, column)
}

/**
 * `2024-09-01 00:00:00`, ISO 8601 with and without a zone (UTC unless told), a day alone, `… UTC`. Becomes `2024-09-01T00:00:00Z`.
 * @throws CellError
 */
export function timestampOf(text: string, column: string): string {
  const known = timestamps.get(text)
  if (known !== undefined) return known
  const { year, month, day, hour, minute, second, offset } = parts(text, column)
  const at = new Date(Date.UTC(year, month - 1, day, hour, minute, second) - offset * 60_000)
  if (at.getUTCFullYear() < 2000 || at.getUTCFullYear() > 2099) throw new CellError(column, text, 'which is not in this century')
  const timestamp = `${at.toISOString().slice(0, 19)}Z`
  if (timestamps.size >= 5000) timestamps.clear()
  timestamps.set(detached(text), timestamp)
  return timestamp
}

/**
 * The month in which a billing period begins, as it is written: midnight of another zone stays in its month.
 * @throws CellError
 */
export function periodOf(text: string, column: string): Period {
  const { year, month } = parts(text, column)
  if (year < 2000 || year > 2099) throw new CellError(column, text, 'which is not in this century')
  return `${year}-${String(month).padStart(2, '0')}-01`
}

/** First day of the month after a period. */
export function nextPeriod(period: Period): Period {
  const year = Number(period.slice(0, 4))
  const month = Number(period.slice(5, 7))
  return month === 12 ? `${year + 1}-01-01` : `${year}-${String(month + 1).padStart(2, '0')}-01`
}

/** @throws CellError */
export function currencyOf(text: string, column: string): string {
  const plain = text.trim()
  if (plain === '' || plain.length > 16) throw new CellError(column, text, 'which is not a currency such as USD')
  return /^[a-z]{3}$/i.test(plain) ? plain.toUpperCase() : plain
}

const timestamps = new Map<string, string>()

const timestampPattern =
  /^(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2})(?:[.,]\d{1,9})?)?)?\s?(?:Z|UTC|([+-])(\d{2})(?::?(\d{2}))?(?:\s?UTC)?)?$/i

function parts(text: string, column: string) {
  const found = timestampPattern.exec(text)
  if (!found) throw new CellError(column, text, 'which is not a date such as 2024-09-01T00:00:00Z')
  const [year, month, day, hour, minute, second] = found.slice(1, 7).map((part) => Number(part ?? 0)) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ]
  const date = new Date(Date.UTC(year, month - 1, day))
  if (date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day || hour > 23 || minute > 59 || second > 59) {
    throw new CellError(column, text, 'which is not a date that exists')
  }
  const offset = (Number(found[8] ?? 0) * 60 + Number(found[9] ?? 0)) * (found[7] === '-' ? -1 : 1)
  return { year, month, day, hour, minute, second, offset }
}

const decimalPattern = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d{1,3}))?$/

function unusual(text: string, column: string): Decimal {
  const trimmed = text.length > 100 ? '' : text.trim()
  const found = decimalPattern.exec(trimmed)
  const [, sign = '', whole = '', fraction = '', power = '0'] = found ?? []
  if (!found || whole + fraction === '') throw new CellError(column, text, 'which is not a number')
  const exponent = Number(power)
  if (whole.length + fraction.length > 38 || Math.abs(exponent) > 30) throw new CellError(column, text, 'which is out of range')
  const digits = whole + fraction
  const point = whole.length + exponent
  const plain =
    point >= digits.length
      ? digits.padEnd(point, '0')
      : point > 0
        ? `${digits.slice(0, point)}.${digits.slice(point)}`
        : `0.${digits.padStart(digits.length - point, '0')}`
  return `${sign === '-' ? '-' : ''}${plain.replace(/^0+(?=\d)/, '')}`
}
