/** Exact sums and products of what `decimalOf` gives: plain decimals, bounded in length. */
import type { Decimal } from './types.ts'

export function plus(one: Decimal, other: Decimal): Decimal {
  const [a, b] = [split(one), split(other)]
  const scale = Math.max(a.scale, b.scale)
  return text(a.digits * tenTo(scale - a.scale) + b.digits * tenTo(scale - b.scale), scale)
}

/** Rounded, half away from zero, to the 18th digit behind the point: nobody pays less than that. */
export function times(one: Decimal, other: Decimal): Decimal {
  const [a, b] = [split(one), split(other)]
  const product = a.digits * b.digits
  const beyond = a.scale + b.scale - mostPlaces
  if (beyond <= 0) return text(product, a.scale + b.scale)
  const half = (tenTo(beyond) / 2n) * (product < 0n ? -1n : 1n)
  return text((product + half) / tenTo(beyond), mostPlaces)
}

const mostPlaces = 18

/** Moves the point to the left: divides by a power of ten. */
export function shifted(value: Decimal, places: number): Decimal {
  const { digits, scale } = split(value)
  return text(digits, scale + places)
}

/** A double is the shortest decimal that means it, written without an exponent. */
export function decimalOfNumber(value: number): Decimal {
  const short = String(value)
  const exponent = short.indexOf('e')
  if (exponent < 0) return short
  const { digits, scale } = split(short.slice(0, exponent))
  const places = scale - Number(short.slice(exponent + 1))
  return places > 0 ? text(digits, places) : String(digits * tenTo(-places))
}

/** An integer and how many of its digits stand behind the point. */
export function decimalOfScaled(digits: bigint, scale: number): Decimal {
  return scale > 0 ? text(digits, scale, false) : String(digits * tenTo(-scale))
}

const tenTo = (power: number): bigint => 10n ** BigInt(power)

function split(value: Decimal): { digits: bigint; scale: number } {
  const dot = value.indexOf('.')
  return dot < 0
    ? { digits: BigInt(value), scale: 0 }
    : { digits: BigInt(value.slice(0, dot) + value.slice(dot + 1)), scale: value.length - dot - 1 }
}

function text(digits: bigint, scale: number, short = true): Decimal {
  const sign = digits < 0n ? '-' : ''
  const all = String(digits < 0n ? -digits : digits).padStart(scale + 1, '0')
  const fraction = scale > 0 ? all.slice(-scale) : ''
  const kept = short ? fraction.replace(/0+$/, '') : fraction
  const whole = scale > 0 ? all.slice(0, -scale) : all
  return kept ? `${sign}${whole}.${kept}` : `${sign}${whole}`
}
