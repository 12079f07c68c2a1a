/** Figures as a table has them. */
import { dateFormat, numberFormat } from '@/kit/formats.ts'
import { money } from '@/kit/when.tsx'
import type { Measure } from './search.ts'

export function shortMoney(amount: number, currency: string, language: string): string {
  return numberFormat(language, { style: 'currency', currency, notation: 'compact', maximumFractionDigits: 1 }).format(amount)
}

export const number = (value: number, language: string, digits = 0): string =>
  numberFormat(language, { maximumFractionDigits: digits }).format(value)

export const percent = (share: number, language: string, signed = false): string =>
  numberFormat(language, {
    style: 'percent',
    maximumFractionDigits: Math.abs(share) < 1 ? 1 : 0,
    ...(signed ? { signDisplay: 'exceptZero' as const } : {}),
  }).format(share)

const weight = (tons: number, language: string): string =>
  Math.abs(tons) < 1
    ? numberFormat(language, { style: 'unit', unit: 'kilogram', maximumFractionDigits: 1 }).format(tons * 1000)
    : `${number(tons, language, 2)} t`

export function measured(value: number, measure: Measure, currency: string, language: string): string {
  if (measure === 'cost') return money(value, currency, language)
  return measure === 'kwh' ? `${number(value, language, 1)} kWh` : weight(value, language)
}

/** For the axis of a chart. */
export const shortly = (value: number, measure: Measure, currency: string, language: string): string =>
  measure === 'cost' ? shortMoney(value, currency, language) : measured(value, measure, currency, language)

/** `2026-07` → "Jul 2026", `2026-07-14` → "14 Jul": days of UTC, which no time zone moves. */
export function dayLabel(step: string, language: string, year = false): string {
  const format: Intl.DateTimeFormatOptions =
    step.length === 7 ? { month: 'short', year: 'numeric' } : { day: 'numeric', month: 'short', ...(year ? { year: 'numeric' } : {}) }
  return dateFormat(language, { ...format, timeZone: 'UTC' }).format(new Date(Date.parse(step.length === 7 ? `${step}-01` : step)))
}

export const bytes = (count: number, language: string): string => {
  const units = ['byte', 'kilobyte', 'megabyte', 'gigabyte'] as const
  const at = Math.min(3, Math.floor(Math.log10(Math.max(1, count)) / 3))
  return numberFormat(language, { style: 'unit', unit: units[at] ?? 'byte', maximumFractionDigits: 1 }).format(count / 1000 ** at)
}
