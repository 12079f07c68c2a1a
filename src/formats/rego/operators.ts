/** The functions behind the operators; they can also be called by these names. */
import type { Operator } from './ast.ts'
import { decimally } from './builtins/exact.ts'
import { type Builtin, BuiltinError } from './builtins/types.ts'
import { RegoError } from './errors.ts'
import { compare, equal, integer, isArray, RegoObject, RegoSet, typeName, type Value } from './values.ts'

export const operatorNames: Readonly<Record<Operator, string>> = {
  '+': 'plus',
  '-': 'minus',
  '*': 'mul',
  '/': 'div',
  '%': 'rem',
  '&': 'and',
  '|': 'or',
  '==': 'equal',
  '!=': 'neq',
  '<': 'lt',
  '<=': 'lte',
  '>': 'gt',
  '>=': 'gte',
}

const binary = (call: (a: Value, b: Value, context: Parameters<Builtin>[1]) => Value): { arity: number; call: Builtin } => ({
  arity: 2,
  call: ([a, b], context) => call(a as Value, b as Value, context),
})

export const operators: ReadonlyMap<string, { arity: number; call: Builtin }> = new Map([
  [
    'plus',
    binary((a, b) =>
      arithmetic(
        'plus',
        a,
        b,
        (x, y) => decimally('plus', x, y),
        (x, y) => x + y,
      ),
    ),
  ],
  [
    'minus',
    binary((a, b, context) => {
      if (!(a instanceof RegoSet) || !(b instanceof RegoSet)) {
        return arithmetic(
          'minus',
          a,
          b,
          (x, y) => decimally('minus', x, y),
          (x, y) => x - y,
        )
      }
      context.step(a.size)
      return RegoSet.of(a.values().filter((item) => !b.has(item)))
    }),
  ],
  [
    'mul',
    binary((a, b) =>
      arithmetic(
        'mul',
        a,
        b,
        (x, y) => decimally('times', x, y),
        (x, y) => x * y,
      ),
    ),
  ],
  ['div', binary(divide)],
  ['rem', binary(remainder)],
  [
    'and',
    binary((a, b, context) => {
      const [left, right] = sets('and', a, b)
      context.step(left.size)
      return RegoSet.of(left.values().filter((item) => right.has(item)))
    }),
  ],
  [
    'or',
    binary((a, b, context) => {
      const [left, right] = sets('or', a, b)
      context.step(left.size + right.size)
      return RegoSet.of([...left, ...right])
    }),
  ],
  ['equal', binary(equal)],
  ['eq', binary(equal)],
  ['neq', binary((a, b) => !equal(a, b))],
  ['lt', binary((a, b) => compare(a, b) < 0)],
  ['lte', binary((a, b) => compare(a, b) <= 0)],
  ['gt', binary((a, b) => compare(a, b) > 0)],
  ['gte', binary((a, b) => compare(a, b) >= 0)],
  ['internal.member_2', { arity: 2, call: ([value, collection], context) => isMember(value as Value, collection as Value, context) }],
  ['internal.member_3', { arity: 3, call: ([key, value, collection]) => isEntry(key as Value, value as Value, collection as Value) }],
])

type Numeric = number | bigint

/** Digits beyond this are no amount of anything, and cost time. */
const largest = 10n ** 2_000n

function numbers(name: string, a: Value, b: Value): [Numeric, Numeric] {
  if (typeof a !== 'number' && typeof a !== 'bigint') throw new BuiltinError(`${name}: operand 1 must be number but got ${typeName(a)}`)
  if (typeof b !== 'number' && typeof b !== 'bigint') throw new BuiltinError(`${name}: operand 2 must be number but got ${typeName(b)}`)
  return [a, b]
}

function sets(name: string, a: Value, b: Value): [RegoSet, RegoSet] {
  if (!(a instanceof RegoSet)) throw new BuiltinError(`${name}: operand 1 must be set but got ${typeName(a)}`)
  if (!(b instanceof RegoSet)) throw new BuiltinError(`${name}: operand 2 must be set but got ${typeName(b)}`)
  return [a, b]
}

const isWhole = (n: Numeric): boolean => typeof n === 'bigint' || Number.isInteger(n)

function checked(value: bigint): Numeric {
  if (value > largest || value < -largest) throw new RegoError('limit', 'a number became larger than a policy needs')
  return integer(value)
}

function finite(value: number): Numeric {
  if (!Number.isFinite(value)) throw new RegoError('limit', 'a number became larger than a policy needs')
  return integer(value)
}

function arithmetic(
  name: string,
  a: Value,
  b: Value,
  plain: (x: number, y: number) => number,
  exact: (x: bigint, y: bigint) => bigint,
): Numeric {
  const [x, y] = numbers(name, a, b)
  if (typeof x === 'number' && typeof y === 'number') {
    const result = plain(x, y)
    if (Number.isSafeInteger(result) || !Number.isInteger(x) || !Number.isInteger(y)) return finite(result)
  }
  return isWhole(x) && isWhole(y) ? checked(exact(BigInt(x), BigInt(y))) : finite(plain(Number(x), Number(y)))
}

function divide(a: Value, b: Value): Numeric {
  const [x, y] = numbers('div', a, b)
  if (y === 0) throw new BuiltinError('divide by zero')
  if (isWhole(x) && isWhole(y) && (typeof x === 'bigint' || typeof y === 'bigint')) {
    const [dividend, divisor] = [BigInt(x), BigInt(y)]
    if (dividend % divisor === 0n) return checked(dividend / divisor)
  }
  return finite(decimally('dividedBy', Number(x), Number(y)))
}

function remainder(a: Value, b: Value): Numeric {
  const [x, y] = numbers('rem', a, b)
  if (!isWhole(x) || !isWhole(y)) throw new BuiltinError('modulo on floating-point number')
  if (y === 0) throw new BuiltinError('modulo by zero')
  return typeof x === 'number' && typeof y === 'number' ? integer(x % y) : checked(BigInt(x) % BigInt(y))
}

/** Whether a value is in a collection: an array, a set, or the values of an object. */
function isMember(value: Value, collection: Value, context: Parameters<Builtin>[1]): boolean {
  if (collection instanceof RegoSet) return collection.has(value)
  if (typeof collection !== 'object' || collection === null) return false
  const items = isArray(collection) ? collection : [...collection.entries()].map((entry) => entry[1])
  context.step(items.length)
  return items.some((item) => equal(item, value))
}

function isEntry(key: Value, value: Value, collection: Value): boolean {
  const item = entryOf(collection, key)
  return item !== undefined && equal(item, value)
}

/** `collection[key]`. */
export function entryOf(collection: Value, key: Value): Value | undefined {
  if (typeof collection !== 'object' || collection === null) return undefined
  if (collection instanceof RegoObject) return collection.get(key)
  if (collection instanceof RegoSet) return collection.has(key) ? key : undefined
  return typeof key === 'number' ? collection[key] : undefined
}
