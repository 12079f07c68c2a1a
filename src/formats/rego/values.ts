import { RegoError } from './errors.ts'
import { charge } from './meter.ts'

/**
 * The values of Rego. Objects and sets are immutable, compare by content and iterate in OPA's order. What comes from JSON is
 * converted when it is looked at: a plan is large, and a policy reads little of it.
 */
export type Value = null | boolean | string | number | bigint | readonly Value[] | RegoObject | RegoSet

type Scalar = null | boolean | string | number | bigint

/** Whole numbers outside ±2^53 are bigint, all others number, so that equal numbers are the same thing. */
export function integer(n: bigint | number): number | bigint {
  if (typeof n === 'bigint') return n <= maxSafe && n >= -maxSafe ? Number(n) : n
  if (n <= Number.MAX_SAFE_INTEGER && n >= -Number.MAX_SAFE_INTEGER) return n === 0 ? 0 : n
  if (Number.isNaN(n)) return 0
  return BigInt(Number.isFinite(n) ? n : Math.sign(n) * Number.MAX_VALUE)
}

const maxSafe = BigInt(Number.MAX_SAFE_INTEGER)

export class RegoSet {
  readonly #scalars = new Set<Scalar>()
  /** There are none in most sets, and there are many sets. */
  #composites: Map<string, Value> | undefined
  #sorted: readonly Value[] | undefined
  #text: string | undefined

  static of(values: Iterable<Value>): RegoSet {
    const set = new RegoSet()
    for (const value of values) {
      if (isScalar(value)) set.#scalars.add(value)
      else {
        set.#composites ??= new Map()
        set.#composites.set(identity(value), value)
      }
    }
    return set
  }

  get size(): number {
    return this.#scalars.size + (this.#composites?.size ?? 0)
  }

  has(value: Value): boolean {
    return isScalar(value) ? this.#scalars.has(value) : (this.#composites?.has(identity(value)) ?? false)
  }

  /** Sorted. */
  values(): readonly Value[] {
    this.#sorted ??= [...this.#scalars, ...(this.#composites?.values() ?? [])].sort(compare)
    return this.#sorted
  }

  [Symbol.iterator](): Iterator<Value> {
    return this.values()[Symbol.iterator]()
  }

  /** Equal sets have equal texts, and nothing else has. */
  get text(): string {
    if (this.#text === undefined) {
      this.#text = `<${this.values().map(identity).join(',')}>`
      charge(this.#text.length >> 4)
    }
    return this.#text
  }
}

export class RegoObject {
  /** What was not looked at yet; only where the object came from JSON. */
  #source: Readonly<Record<string, unknown>> | undefined
  /** By key; of a source, what was converted and is no scalar. Made when needed: most objects of a plan are never looked at. */
  #scalars: Map<Scalar, Value> | undefined
  #composites: Map<string, readonly [Value, Value]> | undefined
  #keys: readonly Value[] | undefined
  #text: string | undefined

  /** Of two entries with the same key the last one counts. */
  static of(entries: Iterable<readonly [Value, Value]>): RegoObject {
    const object = new RegoObject()
    const scalars = new Map<Scalar, Value>()
    object.#scalars = scalars
    for (const entry of entries) {
      const key = entry[0]
      if (isScalar(key)) scalars.set(key, entry[1])
      else {
        object.#composites ??= new Map()
        object.#composites.set(identity(key), entry)
      }
    }
    return object
  }

  static ofJson(source: Readonly<Record<string, unknown>>): RegoObject {
    const object = new RegoObject()
    object.#source = source
    return object
  }

  get size(): number {
    return this.#source ? this.keys().length : (this.#scalars?.size ?? 0) + (this.#composites?.size ?? 0)
  }

  get(key: Value): Value | undefined {
    if (!isScalar(key)) return this.#composites?.get(identity(key))?.[1]
    const known = this.#scalars?.get(key)
    const source = this.#source
    if (known !== undefined || !source || typeof key !== 'string' || !Object.hasOwn(source, key)) return known
    const value = fromJson(source[key])
    if (isScalar(value)) return value
    this.#scalars ??= new Map()
    this.#scalars.set(key, value)
    return value
  }

  has(key: Value): boolean {
    return this.get(key) !== undefined
  }

  /** Sorted. */
  keys(): readonly Value[] {
    this.#keys ??= this.#source
      ? sortedNames(Object.keys(this.#source))
      : [...(this.#scalars?.keys() ?? []), ...[...(this.#composites?.values() ?? [])].map((entry) => entry[0])].sort(compare)
    return this.#keys
  }

  /** Sorted by key. */
  *entries(): Generator<readonly [Value, Value], undefined> {
    for (const key of this.keys()) yield [key, this.get(key) as Value]
    return undefined
  }

  /** Equal objects have equal texts, and nothing else has. */
  get text(): string {
    if (this.#text === undefined) {
      this.#text = `{${[...this.entries()].map(([key, value]) => `${identity(key)}:${identity(value)}`).join(',')}}`
      charge(this.#text.length >> 4)
    }
    return this.#text
  }
}

/** Of keys and values that take turns. */
export function objectOf(parts: readonly Value[]): RegoObject {
  const entries: [Value, Value][] = []
  for (let index = 0; index < parts.length; index += 2) entries.push([parts[index] as Value, parts[index + 1] as Value])
  return RegoObject.of(entries)
}

const isScalar = (value: Value): value is Scalar => typeof value !== 'object' || value === null

/** Equal values have equal texts, and nothing else has. */
export function identity(value: Value): string {
  if (typeof value === 'string') return JSON.stringify(value)
  if (typeof value !== 'object' || value === null) return String(value)
  charge()
  if (!isArray(value)) return value.text
  const text = `[${value.map(identity).join(',')}]`
  charge(text.length >> 4)
  return text
}

export const isArray = (value: Value): value is readonly Value[] => Array.isArray(value)

const ranks = { null: 0, boolean: 1, number: 2, string: 3, array: 4, object: 5, set: 6 } as const

export type TypeName = keyof typeof ranks

export function typeName(value: Value): TypeName {
  switch (typeof value) {
    case 'string':
      return 'string'
    case 'number':
    case 'bigint':
      return 'number'
    case 'boolean':
      return 'boolean'
    default:
      if (value === null) return 'null'
      if (isArray(value)) return 'array'
      return value instanceof RegoSet ? 'set' : 'object'
  }
}

export function equal(a: Value, b: Value): boolean {
  if (a === b) return true
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false
  charge()
  if (isArray(a)) return isArray(b) && a.length === b.length && a.every((item, index) => equal(item, b[index] as Value))
  if (isArray(b)) return false
  if (a instanceof RegoSet) return b instanceof RegoSet && a.size === b.size && a.values().every((item) => b.has(item))
  if (b instanceof RegoSet || a.size !== b.size) return false
  for (const [key, value] of a.entries()) {
    const other = b.get(key)
    if (other === undefined || !equal(value, other)) return false
  }
  return true
}

/** OPA's order: null < boolean < number < string < array < object < set. */
export function compare(a: Value, b: Value): number {
  if (a === b) return 0
  const type = typeName(a)
  const difference = ranks[type] - ranks[typeName(b)]
  if (difference !== 0) return difference < 0 ? -1 : 1
  if (type === 'string') return compareStrings(a as string, b as string)
  if (type === 'boolean' || type === 'number') return (a as number) < (b as number) ? -1 : (a as number) > (b as number) ? 1 : 0
  if (type === 'array') return compareLists(a as readonly Value[], b as readonly Value[])
  if (type === 'set') return compareLists((a as RegoSet).values(), (b as RegoSet).values())
  return type === 'object' ? compareObjects(a as RegoObject, b as RegoObject) : 0
}

/** The built-in order is by code unit, and much faster: it differs only beyond the surrogates. */
const sortedNames = (names: string[]): string[] =>
  names.some((name) => /[\ud800-\uffff]/.test(name)) ? names.sort(compareStrings) : names.sort()

/** By code point, as the bytes of UTF-8 are ordered. */
function compareStrings(a: string, b: string): number {
  const length = Math.min(a.length, b.length)
  for (let index = 0; index < length; index++) {
    const x = a.charCodeAt(index)
    const y = b.charCodeAt(index)
    if (x === y) continue
    if (isSurrogate(x) !== isSurrogate(y)) return isSurrogate(x) ? (y > 0xdfff ? 1 : x - y) : x > 0xdfff ? -1 : x - y
    return x < y ? -1 : 1
  }
  return Math.sign(a.length - b.length)
}

const isSurrogate = (unit: number): boolean => unit >= 0xd800 && unit <= 0xdfff

function compareLists(a: readonly Value[], b: readonly Value[]): number {
  charge()
  const length = Math.min(a.length, b.length)
  for (let index = 0; index < length; index++) {
    const order = compare(a[index] as Value, b[index] as Value)
    if (order !== 0) return order
  }
  return Math.sign(a.length - b.length)
}

function compareObjects(a: RegoObject, b: RegoObject): number {
  charge()
  const [left, right] = [a.keys(), b.keys()]
  const length = Math.min(left.length, right.length)
  for (let index = 0; index < length; index++) {
    const [x, y] = [left[index] as Value, right[index] as Value]
    const order = compare(x, y) || compare(a.get(x) as Value, b.get(y) as Value)
    if (order !== 0) return order
  }
  return Math.sign(left.length - right.length)
}

const maxDepth = 1_000

/** Of what JSON.parse or a YAML reader made; objects are converted when they are looked at. */
export function fromJson(json: unknown, depth = 0): Value {
  switch (typeof json) {
    case 'string':
    case 'boolean':
      return json
    case 'number':
    case 'bigint':
      return integer(json)
    case 'object':
      if (json === null) return null
      if (depth > maxDepth) throw new RegoError('limit', 'this document nests deeper than a policy can read')
      if (Array.isArray(json)) return json.map((item) => fromJson(item, depth + 1))
      return RegoObject.ofJson(json as Record<string, unknown>)
    default:
      return null
  }
}

/** Sets become sorted arrays; keys that are no strings become their JSON text; numbers become doubles. */
export function toJson(value: Value): unknown {
  if (typeof value === 'bigint') return Number(value)
  if (typeof value !== 'object' || value === null) return value
  charge()
  if (isArray(value)) return value.map(toJson)
  if (value instanceof RegoSet) return value.values().map(toJson)
  return Object.fromEntries(
    [...value.entries()].map(([key, item]) => [typeof key === 'string' ? key : JSON.stringify(toJson(key)), toJson(item)]),
  )
}
