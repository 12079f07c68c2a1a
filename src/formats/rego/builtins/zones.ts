/** Time zones: what clocks show at a moment, and which moment it is when they show something. */

export interface Clock {
  year: number
  /** From 1. */
  month: number
  day: number
  hour: number
  minute: number
  second: number
}

const formats = new Map<string, Intl.DateTimeFormat>()

/** The machine's own zone is nobody's business: `Local` is UTC. */
const isUtc = (zone: string): boolean => zone === '' || zone === 'UTC' || zone === 'Local'

export function isZone(zone: string): boolean {
  if (isUtc(zone)) return true
  try {
    formatOf(zone)
    return true
  } catch {
    return false
  }
}

/** Seconds that the zone is ahead of UTC at that moment. */
export function offsetAt(zone: string, seconds: number): number {
  if (isUtc(zone)) return 0
  const parts = Object.fromEntries(
    formatOf(zone)
      .formatToParts(seconds * 1000)
      .map(({ type, value }) => [type, value]),
  )
  const year = parts.era === 'BC' ? 1 - Number(parts.year) : Number(parts.year)
  const shown = secondsOf({
    year,
    month: Number(parts.month),
    day: Number(parts.day),
    hour: Number(parts.hour),
    minute: Number(parts.minute),
    second: Number(parts.second),
  })
  return shown - seconds
}

/** Of the zone itself where it has a name of its own, otherwise `+03`. */
export function abbreviation(zone: string, seconds: number): string {
  if (isUtc(zone)) return 'UTC'
  const offset = offsetAt(zone, seconds)
  const name = abbreviations.get(zone)?.[offset === offsetAt(zone, winterOf(seconds)) ? 0 : 1]
  if (name) return name
  const [hours, minutes] = [Math.floor(Math.abs(offset) / 3600), Math.floor(Math.abs(offset) / 60) % 60]
  return `${offset < 0 ? '-' : '+'}${String(hours).padStart(2, '0')}${minutes > 0 ? String(minutes).padStart(2, '0') : ''}`
}

const abbreviations = new Map<string, readonly [string, string]>([
  ...['America/New_York', 'US/Eastern', 'EST5EDT', 'America/Toronto'].map((zone) => [zone, ['EST', 'EDT']] as const),
  ...['America/Chicago', 'US/Central'].map((zone) => [zone, ['CST', 'CDT']] as const),
  ...['America/Denver', 'US/Mountain'].map((zone) => [zone, ['MST', 'MDT']] as const),
  ...['America/Los_Angeles', 'US/Pacific'].map((zone) => [zone, ['PST', 'PDT']] as const),
  ...['CET', 'Europe/Paris', 'Europe/Berlin', 'Europe/Madrid', 'Europe/Rome', 'Europe/Vienna', 'Europe/Zurich', 'Europe/Amsterdam'].map(
    (zone) => [zone, ['CET', 'CEST']] as const,
  ),
  ['Europe/London', ['GMT', 'BST']],
  ['Asia/Tokyo', ['JST', 'JST']],
])

const winterOf = (seconds: number): number => Date.UTC(new Date(seconds * 1000).getUTCFullYear(), 0, 1) / 1000

export function clockAt(zone: string, seconds: number): Clock {
  const date = new Date((seconds + offsetAt(zone, seconds)) * 1000)
  return {
    year: date.getUTCFullYear(),
    month: date.getUTCMonth() + 1,
    day: date.getUTCDate(),
    hour: date.getUTCHours(),
    minute: date.getUTCMinutes(),
    second: date.getUTCSeconds(),
  }
}

/** Months beyond 12 and days beyond the month's end go on into the next. NaN outside of what dates can be. */
export function secondsOf({ year, month, day, hour, minute, second }: Clock): number {
  const date = new Date(0)
  date.setUTCFullYear(year, month - 1, day)
  date.setUTCHours(hour, minute, second)
  return date.getTime() / 1000
}

/** A time that a zone skips or has twice is read with the offset that held before. */
export function momentOf(zone: string, clock: Clock): number {
  const shown = secondsOf(clock)
  if (isUtc(zone) || Number.isNaN(shown)) return shown
  const before = shown - offsetAt(zone, shown - 86_400)
  const after = shown - offsetAt(zone, shown + 86_400)
  return before + offsetAt(zone, before) === shown ? before : after + offsetAt(zone, after) === shown ? after : before
}

function formatOf(zone: string): Intl.DateTimeFormat {
  const known = formats.get(zone)
  if (known) return known
  // Names only: what Intl takes beyond them (`+02:00`) is no zone in OPA.
  if (!/^[A-Za-z][\w+\-/]{0,63}$/.test(zone)) throw new RangeError('no time zone')
  const number = 'numeric' as const
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone: zone,
    hourCycle: 'h23',
    era: 'short',
    year: number,
    month: number,
    day: number,
    hour: number,
    minute: number,
    second: number,
  })
  formats.set(zone, format)
  return format
}
