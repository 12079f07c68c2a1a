/** Sums and products that stay exact while all numbers are whole. */
import { integer } from '../values.ts'

export type Amount = number | bigint

export const add = (a: Amount, b: Amount): Amount =>
  exactly(
    a,
    b,
    (x, y) => x + y,
    (x, y) => x + y,
  )
export const multiply = (a: Amount, b: Amount): Amount =>
  exactly(
    a,
    b,
    (x, y) => x * y,
    (x, y) => x * y,
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
