/** `time`: a version when an interval is over, or once in a part of the day. */
import { seconds } from '../../../formats/pipeline/durations.ts'
import type { JsonObject } from '../../../formats/pipeline/types.ts'
import type { ResourceType } from '../execute/types.ts'
import { assertFits, type Check, duration, type Fields, flag, flagOf, hasVariable, problemsOf, textOf, textsOf } from './fields.ts'
import { writeText } from './files.ts'

/** @param now milliseconds */
export function timeResource(now: () => number): ResourceType {
  return {
    validate: (source) => [...problemsOf(fields, source), ...together(source)],
    async check(_, { source, version }) {
      const plan = planOf(source)
      const before = version === null ? undefined : Date.parse(version['time'] ?? '')
      const known = version === null ? [] : [version]
      if (before !== undefined && Number.isNaN(before)) return [{ time: stamp(now()) }]
      const isFirst = before === undefined && flagOf(source, 'initial_version') === true
      return isFirst || isDue(plan, now(), before) ? [...known, { time: stamp(now()) }] : known
    },
    async in(_, folder, { source, version, params }) {
      const time = Date.parse(version['time'] ?? '')
      if (Number.isNaN(time)) throw new Error('The version has no time such as 2026-01-31T12:00:00Z')
      await writeText(folder, 'input', `${JSON.stringify({ source, version, params })}\n`)
      await writeText(folder, 'timestamp', stamp(time))
      await writeText(folder, 'epoch', String(Math.floor(time / 1000)))
      return { version, metadata: [] }
    },
    async out() {
      return { version: { time: stamp(now()) }, metadata: [] }
    },
  }
}

/** Minutes after midnight, and of an offset from UTC when one was written. */
interface Moment {
  readonly minutes: number
  readonly offset?: number
}

interface Plan {
  /** Milliseconds. */
  readonly interval?: number
  readonly from?: { readonly start: Moment; readonly stop: Moment }
  readonly days: ReadonlySet<string>
  readonly location: string
}

const dayNames = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday']
const moment: Check = (value) => (momentOf(String(value)) ? undefined : 'must be a time of the day such as 8:00 PM, 20:00 or 2000')
const location: Check = (value) => (typeof value === 'string' && isLocation(value) ? undefined : 'must be a time zone such as Europe/Paris')
const weekdays: Check = (value) =>
  Array.isArray(value) && value.every((day) => typeof day === 'string' && dayNames.includes(day))
    ? undefined
    : `must be a list of days: ${dayNames.join(', ')}`
const fields: Fields = { interval: duration, start: moment, stop: moment, location, days: weekdays, initial_version: flag }

function together(source: JsonObject): string[] {
  const has = (name: string) => Object.hasOwn(source, name) && source[name] !== null
  if (has('start') !== has('stop')) return [`${has('start') ? 'stop' : 'start'}: is missing: start and stop come together`]
  if (!has('interval') && !has('start')) return ['interval: is missing: there must be an interval, or start and stop']
  const interval = source['interval']
  if (typeof interval === 'string' && !hasVariable(interval) && seconds(interval) === 0) return ['interval: must be longer than nothing']
  return []
}

/** @throws Error */
function planOf(source: JsonObject): Plan {
  assertFits(fields, source, 'source')
  const [problem] = together(source)
  if (problem !== undefined) throw new Error(`source.${problem}`)
  const interval = textOf(source, 'interval')
  const [start, stop] = ['start', 'stop'].map((name) => momentOf(textOf(source, name) ?? ''))
  return {
    ...(interval === undefined ? {} : { interval: (seconds(interval) ?? 0) * 1000 }),
    ...(start && stop ? { from: { start, stop } } : {}),
    days: new Set(textsOf(source, 'days')),
    location: textOf(source, 'location') ?? 'UTC',
  }
}

function isDue(plan: Plan, now: number, before: number | undefined): boolean {
  const { interval, from, days, location: zone } = plan
  const local = localTime(now, zone, from?.start.offset)
  const sinceStart = from ? (local.minutes - from.start.minutes + 1440) % 1440 : 0
  if (from) {
    const length = (from.stop.minutes - (from.stop.offset ?? 0) - (from.start.minutes - (from.start.offset ?? 0)) + 2 * 1440) % 1440
    if (sinceStart >= (length === 0 ? 1440 : length)) return false
  }
  // The day on which the part of the day began: a night that is allowed on Monday ends on Tuesday.
  const day = from && local.minutes < from.start.minutes ? (local.day + 6) % 7 : local.day
  if (days.size > 0 && !days.has(dayNames[day] ?? '')) return false
  if (before === undefined) return true
  if (interval !== undefined) return now - before >= interval
  const opened = now - sinceStart * 60_000 - (now % 60_000)
  return before < opened
}

function localTime(now: number, zone: string, offset: number | undefined): { day: number; minutes: number } {
  if (offset !== undefined) {
    const shifted = new Date(now + offset * 60_000)
    return { day: shifted.getUTCDay(), minutes: shifted.getUTCHours() * 60 + shifted.getUTCMinutes() }
  }
  const format = new Intl.DateTimeFormat('en-US', { timeZone: zone, weekday: 'long', hour: 'numeric', minute: 'numeric', hourCycle: 'h23' })
  const parts = new Map(format.formatToParts(now).map(({ type, value }) => [type, value]))
  return { day: dayNames.indexOf(parts.get('weekday') ?? ''), minutes: Number(parts.get('hour')) * 60 + Number(parts.get('minute')) }
}

/** `3:04 PM`, `3PM`, `3 PM`, `15:04` and `1504`, each with an offset such as -0700 after it or without. */
function momentOf(written: string): Moment | undefined {
  const match = /^(\d{1,2})(?::?(\d{2}))?\s*([AP]M)?(?:\s*([+-])(\d{2})(\d{2}))?$/i.exec(written.trim())
  if (!match) return undefined
  const [, hours = '', minutes, half, sign, offsetHours = '0', offsetMinutes = '0'] = match
  const isTwelve = half !== undefined
  if (!isTwelve && minutes === undefined) return undefined
  const hour = Number(hours)
  if (isTwelve ? hour < 1 || hour > 12 : hour > 23) return undefined
  if (Number(minutes ?? 0) > 59) return undefined
  const inDay = isTwelve ? (hour % 12) + (half.toUpperCase() === 'PM' ? 12 : 0) : hour
  const offset = (Number(offsetHours) * 60 + Number(offsetMinutes)) * (sign === '-' ? -1 : 1)
  return { minutes: inDay * 60 + Number(minutes ?? 0), ...(sign === undefined ? {} : { offset }) }
}

function isLocation(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en-US', { timeZone: name })
    return true
  } catch {
    return false
  }
}

const stamp = (milliseconds: number) => new Date(milliseconds).toISOString()
