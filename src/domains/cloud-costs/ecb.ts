/** Exchange rates as the European Central Bank publishes them: CSV and XML, of a day or of all days. One euro is so much of each currency. */
import { FormatError } from '../../formats/format-error.ts'
import { isDay } from './exchange-rates.ts'
import type { EuroRate } from './rates.ts'

/** @throws FormatError when nothing can be made of it */
export function readEuroRates(text: string): EuroRate[] {
  const plain = text.replace(/^\ufeff/, '').trimStart()
  const rates = plain.startsWith('<') ? readXml(plain) : readCsv(plain)
  if (rates.length === 0)
    throw new FormatError(
      'there are no rates in it; it must be eurofxref.csv, eurofxref-hist.csv, or the same as XML, as the European Central Bank publishes them',
    )
  return rates
}

/** `Date,USD,JPY,…` with a comma at the end of each line, and N/A where there was no rate. */
function readCsv(text: string): EuroRate[] {
  const [header = '', ...lines] = text.split(/\r?\n/)
  const columns = header.split(',').map((name) => name.trim())
  if (columns[0] !== 'Date') return []
  return lines.flatMap((line, index) => {
    if (line.trim() === '') return []
    const [date = '', ...values] = line.split(',').map((value) => value.trim())
    const day = dayOf(date)
    if (day === undefined) throw new FormatError(`line ${index + 2}: "${date.slice(0, 40)}" is no day`)
    return values.flatMap((rate, column) => rateOf(day, columns[column + 1] ?? '', rate, `line ${index + 2}`))
  })
}

/** `<Cube time='2026-07-31'><Cube currency='USD' rate='1.1'/>…` */
function readXml(text: string): EuroRate[] {
  const rates: EuroRate[] = []
  let day: string | undefined
  for (const [tag] of text.matchAll(/<Cube\b[^<>]{0,500}>/g)) {
    const time = attributeOf(tag, 'time')
    if (time !== undefined) {
      day = dayOf(time)
      if (day === undefined) throw new FormatError(`"${time.slice(0, 40)}" is no day`)
    }
    const currency = attributeOf(tag, 'currency')
    if (day !== undefined && currency !== undefined)
      rates.push(...rateOf(day, currency, attributeOf(tag, 'rate') ?? '', `the rates of ${day}`))
  }
  return rates
}

const attributeOf = (tag: string, name: string): string | undefined => new RegExp(`\\s${name}\\s*=\\s*(['"])(.*?)\\1`).exec(tag)?.[2]

function rateOf(day: string, currency: string, rate: string, where: string): EuroRate[] {
  if (rate === '' || rate === 'N/A') return []
  if (!/^[A-Z]{3}$/.test(currency)) throw new FormatError(`${where}: "${currency.slice(0, 20)}" is no currency`)
  if (!/^\d{1,15}(\.\d{1,15})?$/.test(rate) || Number(rate) <= 0)
    throw new FormatError(`${where}: the rate of ${currency} is "${rate.slice(0, 40)}", which is no number above 0`)
  return [{ day, currency, rate }]
}

/** `2026-07-31`, or `31 July 2026` as the file of one day has it. */
function dayOf(text: string): string | undefined {
  const words = /^(\d{1,2}) ([A-Za-z]+) (\d{4})$/.exec(text)
  const month = words ? months.indexOf((words[2] ?? '').slice(0, 3).toLowerCase()) + 1 : 0
  const day = words && month > 0 ? `${words[3]}-${String(month).padStart(2, '0')}-${(words[1] ?? '').padStart(2, '0')}` : text
  return isDay(day) ? day : undefined
}

const months = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec']
