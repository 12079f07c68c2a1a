/** Sums and products that stay exact: whole numbers always, and fractions as they are written, such as amounts of money. */
import { Decimal } from 'decimal.js'
import { integer } from '../values.ts'

export type Amount = number | bigint

export const add = (a: Amount, b: Amount): Amount =>
  exactly(
    a,
    b,
    (x, y) => x + y,
    (x, y) => decimally('plus', x, y),
  )
export const multiply = (a: Amount, b: Amount): Amount =>
  exactly(
    a,
    b,
    (x, y) => x * y,
    (x, y) => decimally('times', x, y),
  )

function exactly(a: Amount, b: Amount, ofWhole: (a: bigint, b: bigint) => bigint, ofAny: (a: number, b: number) => number): Amount {
  if (typeof a === 'number' && typeof b === 'number') {
    const result = ofAny(a, b)
    if (Number.isSafeInteger(result) || !(Number.isInteger(a) && Number.isInteger(b))) return integerOrFraction(result)
  }
  if (isWhole(a) && isWhole(b)) return integer(ofWhole(BigInt(a), BigInt(b)))
  return integerOrFraction(ofAny(Number(a), Number(b)))
}

export const isWhole = (number: Amount): boolean => typeof number === 'bigint' || Number.isInteger(number)

export const integerOrFraction = (number: number): Amount => (Number.isInteger(number) ? integer(number) : number)

const Exact = Decimal.clone({ precision: 40 })
/** With more it is not what somebody wrote, but what a division or a root left of a number, and the machine's own way is as exact. */
const writtenDigits = 15

/** `4.35 * 100` is 435. Numbers must not be too large for the machine's own way. */
export function decimally(operation: 'plus' | 'minus' | 'times' | 'dividedBy', a: number, b: number): number {
  const plain = operation === 'plus' ? a + b : operation === 'minus' ? a - b : operation === 'times' ? a * b : a / b
  if ((Number.isInteger(a) && Number.isInteger(b)) || !Number.isFinite(plain)) return plain
  const [x, y] = [new Exact(a), new Exact(b)]
  return x.precision() > writtenDigits || y.precision() > writtenDigits ? plain : x[operation](y).toNumber()
}
