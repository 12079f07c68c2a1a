/** Times in the reader's zone and language. The API speaks seconds since 1970, milliseconds, or ISO text. */
import { useTranslation } from 'react-i18next'
import { useMinutes } from './clock.ts'
import { dateFormat, numberFormat, relativeFormat } from './formats.ts'

export type Moment = number | string | Date

/** Numbers below this are seconds: as milliseconds they would be before May 1971. */
const seconds = 4e10

export const dateOf = (moment: Moment): Date => new Date(typeof moment === 'number' && moment < seconds ? moment * 1000 : moment)

/** As the reader's browser writes dates and numbers, where it speaks the chosen language: 21/11/2026 in Britain, 11/21/2026 in America. */
export const localeOf = (language: string): string => navigator.languages.find((locale) => locale.startsWith(language)) ?? language

const units = [
  ['year', 31_536_000],
  ['month', 2_592_000],
  ['week', 604_800],
  ['day', 86_400],
  ['hour', 3600],
  ['minute', 60],
] as const

export function ago(moment: Moment, language: string, now = Date.now()): string {
  const difference = (dateOf(moment).getTime() - now) / 1000
  const format = relativeFormat(localeOf(language))
  for (const [unit, length] of units) if (Math.abs(difference) >= length) return format.format(Math.round(difference / length), unit)
  return format.format(Math.round(difference), 'second')
}

export const fullTime = (moment: Moment, language: string): string =>
  dateFormat(localeOf(language), { dateStyle: 'medium', timeStyle: 'medium' }).format(dateOf(moment))

/** "3 hours ago", and the whole date for who asks: by the browser's own means, since a list has it twice in every row. */
export function When({ at, full = false }: { at: Moment | null | undefined; full?: boolean }) {
  const { t, i18n } = useTranslation()
  useMinutes()
  if (at === null || at === undefined || at === 0) return <span>{t('time.never')}</span>
  const [whole, since] = [fullTime(at, i18n.language), ago(at, i18n.language)]
  return (
    <time dateTime={dateOf(at).toISOString()} title={full ? since : whole}>
      {full ? whole : since}
    </time>
  )
}

/** `93` → "1 min 33 s". */
export function duration(length: number, language: string): string {
  const part = (value: number, unit: string) =>
    numberFormat(localeOf(language), { style: 'unit', unit, unitDisplay: 'narrow' }).format(value)
  const [hours, minutes, rest] = [Math.floor(length / 3600), Math.floor((length % 3600) / 60), Math.round(length % 60)]
  return [hours > 0 && part(hours, 'hour'), minutes > 0 && part(minutes, 'minute'), hours === 0 && part(rest, 'second')]
    .filter(Boolean)
    .join(' ')
}

export const money = (amount: number | string, currency: string, language: string): string =>
  numberFormat(localeOf(language), { style: 'currency', currency }).format(Number(amount))
