/** Times as texts, after the example of Go: a layout shows how `Mon Jan 2 15:04:05 2006` would be written. */
import { RE2JS } from 're2js'
import { type Clock, momentOf } from './zones.ts'

export interface Shown extends Clock {
  nanosecond: number
  /** Seconds ahead of UTC. */
  offset: number
  zone: string
}

const months = ['January', 'February', 'March', 'April', 'May', 'June', 'July', 'August', 'September', 'October', 'November', 'December']
const days = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday']

export const namedLayouts: ReadonlyMap<string, string> = new Map([
  ['ANSIC', 'Mon Jan _2 15:04:05 2006'],
  ['UnixDate', 'Mon Jan _2 15:04:05 MST 2006'],
  ['RubyDate', 'Mon Jan 02 15:04:05 -0700 2006'],
  ['RFC822', '02 Jan 06 15:04 MST'],
  ['RFC822Z', '02 Jan 06 15:04 -0700'],
  ['RFC850', 'Monday, 02-Jan-06 15:04:05 MST'],
  ['RFC1123', 'Mon, 02 Jan 2006 15:04:05 MST'],
  ['RFC1123Z', 'Mon, 02 Jan 2006 15:04:05 -0700'],
  ['RFC3339', '2006-01-02T15:04:05Z07:00'],
  ['RFC3339Nano', '2006-01-02T15:04:05.999999999Z07:00'],
])

const token =
  /January|Jan(?![a-z])|Monday|Mon(?![a-z])|MST|2006|__2|002|_2(?!006)|01|02|03|04|05|06|15|1|2|3|4|5|PM|pm|[Z-]07:00:00|[Z-]070000|[Z-]07:00|[Z-]0700|[Z-]07|[.,](?:0+|9+)(?!\d)/g

export function formatTime(layout: string, time: Shown): string {
  return layout.replace(token, (part) => partOf(part, time))
}

const two = (number: number): string => String(number).padStart(2, '0')
const weekdayOf = ({ year, month, day }: Clock): number => {
  const date = new Date(0)
  date.setUTCFullYear(year, month - 1, day)
  return date.getUTCDay()
}
export const weekday = (clock: Clock): string => days[weekdayOf(clock)] ?? ''

function dayOfYear({ year, month, day }: Clock): number {
  const [date, start] = [new Date(0), new Date(0)]
  date.setUTCFullYear(year, month - 1, day)
  start.setUTCFullYear(year, 0, 0)
  return Math.round((date.getTime() - start.getTime()) / 86_400_000)
}

function partOf(part: string, time: Shown): string {
  const hour = time.hour % 12 === 0 ? 12 : time.hour % 12
  const simple: Readonly<Record<string, () => string>> = {
    '2006': () => (time.year < 0 ? `-${String(-time.year).padStart(4, '0')}` : String(time.year).padStart(4, '0')),
    '06': () => two(((time.year % 100) + 100) % 100),
    January: () => months[time.month - 1] ?? '',
    Jan: () => (months[time.month - 1] ?? '').slice(0, 3),
    '01': () => two(time.month),
    '1': () => String(time.month),
    Monday: () => weekday(time),
    Mon: () => weekday(time).slice(0, 3),
    '02': () => two(time.day),
    _2: () => String(time.day).padStart(2),
    '2': () => String(time.day),
    '002': () => String(dayOfYear(time)).padStart(3, '0'),
    __2: () => String(dayOfYear(time)).padStart(3),
    '15': () => two(time.hour),
    '03': () => two(hour),
    '3': () => String(hour),
    '04': () => two(time.minute),
    '4': () => String(time.minute),
    '05': () => two(time.second),
    '5': () => String(time.second),
    PM: () => (time.hour < 12 ? 'AM' : 'PM'),
    pm: () => (time.hour < 12 ? 'am' : 'pm'),
    MST: () => time.zone,
  }
  const known = simple[part]
  if (known) return known()
  if (part.startsWith('.') || part.startsWith(',')) return fractionOf(part, time.nanosecond)
  if (part.startsWith('Z') && time.offset === 0) return 'Z'
  return offsetText(part.slice(1), time.offset)
}

function fractionOf(part: string, nanosecond: number): string {
  const digits = String(nanosecond)
    .padStart(9, '0')
    .slice(0, part.length - 1)
    .padEnd(part.length - 1, '0')
  if (part[1] === '0') return `${part[0]}${digits}`
  const short = digits.replace(/0+$/, '')
  return short === '' ? '' : `${part[0]}${short}`
}

function offsetText(shape: string, offset: number): string {
  const seconds = Math.abs(offset)
  const [hours, minutes, rest] = [two(Math.floor(seconds / 3600)), two(Math.floor(seconds / 60) % 60), two(seconds % 60)]
  const parts = shape === '07' ? [hours] : shape === '0700' || shape === '07:00' ? [hours, minutes] : [hours, minutes, rest]
  return `${offset < 0 ? '-' : '+'}${parts.join(shape.includes(':') ? ':' : '')}`
}

/** Nanoseconds since 1970; undefined when the text does not fit. A zone that is only an abbreviation counts as UTC, as in Go. */
export function parseTime(layout: string, text: string): bigint | undefined {
  const parts: string[] = []
  let [source, from] = ['', 0]
  for (const found of layout.matchAll(token)) {
    // A fraction in the text may follow the seconds although the layout has none.
    source += literal(layout.slice(from, found.index)) + pattern(found[0], layout.slice(found.index + found[0].length))
    parts.push(found[0])
    from = found.index + found[0].length
  }
  // Linear in time: ten digits after each other can be read in very many ways.
  const matcher = RE2JS.compile(`^${source}${literal(layout.slice(from))}$`).matcher(text)
  if (!matcher.find()) return undefined
  return momentFrom(
    parts,
    parts.map((_, index) => matcher.group(index + 1) ?? ''),
  )
}

const literal = (text: string): string => RE2JS.quote(text).replace(/ +/g, ' *')

const patterns: Readonly<Record<string, string>> = {
  '2006': '(\\d{4})',
  '06': '(\\d\\d)',
  January: `(?i:(${months.join('|')}))`,
  Jan: `(?i:(${months.map((month) => month.slice(0, 3)).join('|')}))`,
  Monday: `(?i:(${days.join('|')}))`,
  Mon: `(?i:(${days.map((day) => day.slice(0, 3)).join('|')}))`,
  _2: ' ?(\\d\\d?)',
  __2: ' {0,2}(\\d{1,3})',
  '002': '(\\d{3})',
  PM: '(AM|PM)',
  pm: '(am|pm)',
  MST: '([A-Z]{3,5}|[+-]\\d\\d(?:\\d\\d)?)',
}

function pattern(part: string, after: string): string {
  const known = patterns[part]
  if (known) return known
  if (part === '05' || part === '5') return `(${part === '05' ? '\\d\\d' : '\\d\\d?'}${/^[.,][09]/.test(after) ? '' : '(?:[.,]\\d{1,9})?'})`
  if (part.startsWith('.') || part.startsWith(',')) return part[1] === '0' ? `([.,]\\d{${part.length - 1}})` : '((?:[.,]\\d{1,9})?)'
  if (/^[Z-]07/.test(part)) {
    const digits = `[+-]${part.slice(1).replace(/\d\d/g, '\\d\\d')}`
    return part.startsWith('Z') ? `(Z|${digits})` : `(${digits})`
  }
  return part.length === 2 ? '(\\d\\d)' : '(\\d\\d?)'
}

function momentFrom(parts: readonly string[], values: readonly string[]): bigint | undefined {
  const value = (...names: string[]): string | undefined => values[parts.findIndex((part) => names.includes(part))]
  const number = (...names: string[]): number | undefined => {
    const found = value(...names)
    return found === undefined ? undefined : Number.parseInt(found, 10)
  }
  const short = number('06')
  const name = value('January', 'Jan')?.slice(0, 3).toLowerCase()
  const yearDay = number('002', '__2')
  const half = value('PM', 'pm')?.toLowerCase()
  let hour = number('15', '03', '3') ?? 0
  if (half && (hour < 1 || hour > 12)) return undefined
  if (half) hour = (hour % 12) + (half === 'pm' ? 12 : 0)
  const clock: Clock = {
    year: number('2006') ?? (short === undefined ? 0 : short + (short >= 69 ? 1900 : 2000)),
    month: name ? months.findIndex((month) => month.toLowerCase().startsWith(name)) + 1 : (number('01', '1') ?? 1),
    day: number('02', '_2', '2') ?? yearDay ?? 1,
    hour,
    minute: number('04', '4') ?? 0,
    second: number('05', '5') ?? 0,
  }
  const date = new Date(0)
  date.setUTCFullYear(clock.year, clock.month - 1, clock.day)
  const fits = yearDay !== undefined || (date.getUTCMonth() === clock.month - 1 && date.getUTCDate() === clock.day)
  if (!fits || clock.hour > 23 || clock.minute > 59 || clock.second > 59) return undefined
  const fraction =
    values.find((_, index) => /^[.,]/.test(parts[index] ?? ''))?.slice(1) ?? /[.,](\d+)/.exec(value('05', '5') ?? '')?.[1] ?? ''
  const offset = offsetFrom(values.find((_, index) => /^[Z-]07/.test(parts[index] ?? '')) ?? 'Z')
  return BigInt(momentOf('UTC', clock) - offset) * 1_000_000_000n + BigInt(fraction.padEnd(9, '0').slice(0, 9) || 0)
}

function offsetFrom(text: string): number {
  const [hours = 0, minutes = 0, seconds = 0] = (text.replaceAll(':', '').match(/\d\d/g) ?? []).map(Number)
  return (text.startsWith('-') ? -1 : 1) * (hours * 3600 + minutes * 60 + seconds)
}
