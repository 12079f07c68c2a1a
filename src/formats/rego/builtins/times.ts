/** Times as nanoseconds since 1970. What time it is does not change while a policy runs. */
import { integer, isArray, type Value } from '../values.ts'
import { type Arguments, type Group, payText } from './arguments.ts'
import { formatTime, namedLayouts, parseTime, type Shown, weekday } from './go-layout.ts'
import { abbreviation, type Clock, clockAt, isZone, momentOf, offsetAt, secondsOf } from './zones.ts'

const billion = 1_000_000_000n
/** Of 64 bits, as in OPA. */
const last = 2n ** 63n - 1n

export const times: Group = {
  'time.now_ns': [0, (_, context) => integer(context.now)],
  'time.parse_ns': [
    2,
    (args, context) => {
      payText(context, args.text(0).length + args.text(1).length)
      return parsed(args, args.text(0), args.text(1))
    },
  ],
  'time.parse_rfc3339_ns': [1, (args) => parsed(args, 'RFC3339', args.text(0))],
  'time.parse_duration_ns': [1, (args) => duration(args.text(0)) ?? args.fail('expects a duration such as "1h30m"', args.text(0))],
  'time.format': [
    1,
    (args, context) => {
      const moment = read(args, 0)
      const given = args.value(0)
      const layout = isArray(given) ? (given[2] ?? 'RFC3339Nano') : 'RFC3339Nano'
      if (typeof layout !== 'string') return args.fail('expects a layout that is a string', layout)
      payText(context, layout.length * 4)
      return formatTime(namedLayouts.get(layout) ?? layout, shown(moment))
    },
  ],
  'time.date': [1, (args) => inZone(args, ({ year, month, day }) => [year, month, day])],
  'time.clock': [1, (args) => inZone(args, ({ hour, minute, second }) => [hour, minute, second])],
  'time.weekday': [1, (args) => inZone(args, weekday)],
  'time.add_date': [4, (args) => addDate(args)],
  'time.diff': [2, (args) => difference(args)],
}

interface Moment {
  ns: bigint
  zone: string
}

const secondsIn = (ns: bigint): number => Number((ns - (((ns % billion) + billion) % billion)) / billion)

function read(args: Arguments, at: number): Moment {
  const given = args.value(at)
  const expected = 'expects `ns` to be a `number` or `array[number, string]`'
  const [number, zone = ''] = isArray(given) ? given : [given]
  if ((typeof number !== 'number' && typeof number !== 'bigint') || typeof zone !== 'string') return args.fail(expected, given)
  if (typeof number === 'number' && !Number.isInteger(number)) return args.fail(expected, given)
  const ns = BigInt(number)
  if (ns > last || ns < -last - 1n) return args.fail('expects a time that 64 bits can hold', given)
  if (!isZone(zone)) return args.fail('expects a time zone such as "Europe/Paris"', zone)
  return { ns, zone }
}

function inZone(args: Arguments, answer: (clock: Clock) => Value): Value {
  const { ns, zone } = read(args, 0)
  return answer(clockAt(zone, secondsIn(ns)))
}

function shown({ ns, zone }: Moment): Shown {
  const seconds = secondsIn(ns)
  return {
    ...clockAt(zone, seconds),
    nanosecond: Number(((ns % billion) + billion) % billion),
    offset: offsetAt(zone, seconds),
    zone: abbreviation(zone, seconds),
  }
}

function parsed(args: Arguments, layout: string, text: string): Value {
  if (layout.length > 1000 || text.length > 1000) return args.fail('expects a time')
  const ns = parseTime(namedLayouts.get(layout) ?? layout, text) ?? args.fail('expects a time in the given layout', text)
  return ns > last || ns < -last - 1n ? args.fail('expects a time that 64 bits can hold', text) : integer(ns)
}

const durations: Readonly<Record<string, bigint>> = {
  ns: 1n,
  us: 1000n,
  µs: 1000n,
  μs: 1000n,
  ms: 1_000_000n,
  s: billion,
  m: 60n * billion,
  h: 3600n * billion,
}

function duration(text: string): Value | undefined {
  const [, sign = '', rest = ''] = /^([+-]?)(.+)$/.exec(text) ?? []
  if (rest === '0') return 0
  if (rest.length > 100 || !/^(?:(?:\d+\.?\d*|\.\d+)(?:ns|us|µs|μs|ms|s|m|h))+$/.test(rest)) return undefined
  let sum = 0n
  for (const [, whole = '', fraction = '', unit = ''] of rest.matchAll(/(\d*)\.?(\d*)(ns|us|µs|μs|ms|s|m|h)/g))
    sum += (BigInt(`${whole}${fraction}`) * (durations[unit] ?? 0n)) / 10n ** BigInt(fraction.length)
  return sum > last ? undefined : integer(sign === '-' ? -sum : sum)
}

/** Undefined where the result is beyond what times can be. */
function addDate(args: Arguments): Value | undefined {
  const { ns, zone } = read(args, 0)
  const [years, months, days] = [args.position(1), args.position(2), args.position(3)]
  if (years === undefined || months === undefined || days === undefined) return undefined
  const seconds = secondsIn(ns)
  const clock = clockAt(zone, seconds)
  const moved = momentOf(zone, { ...clock, year: clock.year + years, month: clock.month + months, day: clock.day + days })
  if (!Number.isFinite(moved)) return undefined
  const result = BigInt(moved) * billion + (ns - BigInt(seconds) * billion)
  return result > last || result < -last - 1n ? undefined : integer(result)
}

/** Years, months, days, hours, minutes and seconds between both, read from clocks in the zone of the first. */
function difference(args: Arguments): Value {
  const [one, other] = [read(args, 0), read(args, 1)]
  const [early, late] = one.ns <= other.ns ? [one, other] : [other, one]
  const [a, b] = [clockAt(one.zone, secondsIn(early.ns)), clockAt(one.zone, secondsIn(late.ns))]
  let [year, month, day] = [b.year - a.year, b.month - a.month, b.day - a.day]
  let [hour, minute, second] = [b.hour - a.hour, b.minute - a.minute, b.second - a.second]
  const borrow = (value: number, size: number): [number, number] => (value < 0 ? [value + size, 1] : [value, 0])
  let taken = 0
  ;[second, taken] = borrow(second, 60)
  ;[minute, taken] = borrow(minute - taken, 60)
  ;[hour, taken] = borrow(hour - taken, 24)
  const daysInMonth = new Date(secondsOf({ ...a, month: a.month + 1, day: 0, hour: 0, minute: 0, second: 0 }) * 1000).getUTCDate()
  ;[day, taken] = borrow(day - taken, daysInMonth)
  ;[month, taken] = borrow(month - taken, 12)
  year -= taken
  return [year, month, day, hour, minute, second]
}
