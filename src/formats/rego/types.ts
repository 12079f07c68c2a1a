/** What is certain about a value before a policy is evaluated. */
import { charge } from './meter.ts'
import { isArray, RegoObject, RegoSet, type Value } from './values.ts'

/** What it may be, one of several; undefined: anything. */
export type Type = readonly Shape[] | undefined

export type Shape =
  | { kind: 'string' | 'number' | 'boolean' | 'null' }
  | { kind: 'array'; items: Type; fixed: readonly Type[] | undefined }
  | { kind: 'set'; items: Type }
  /** Items are what stands at its keys. */
  | { kind: 'object'; items: Type; fixed: ReadonlyMap<Value, Type> | undefined }

/** Of more, or of what is deeper, nothing is certain. */
const most = 32
const deepest = 6

export const stringType: Type = [{ kind: 'string' }]
export const numberType: Type = [{ kind: 'number' }]

export function unionOf(types: readonly Type[]): Type {
  if (types.length === 0) return undefined
  const simple = new Map<string, Shape>()
  const others: Shape[] = []
  for (const type of types) {
    if (!type) return undefined
    for (const shape of type) {
      charge()
      if (shape.kind === 'array' || shape.kind === 'set' || shape.kind === 'object') others.push(shape)
      else simple.set(shape.kind, shape)
      if (others.length > most) return undefined
    }
  }
  return [...simple.values(), ...others]
}

export const arrayOf = (fixed: readonly Type[]): Type =>
  fixed.length > most
    ? [{ kind: 'array', items: undefined, fixed: undefined }]
    : [{ kind: 'array', items: fixed.length === 0 ? undefined : unionOf(fixed), fixed }]

export const setOf = (items: Type): Type => [{ kind: 'set', items }]

export function objectOf(entries: readonly (readonly [Value | undefined, Type])[]): Type {
  const items = entries.length === 0 || entries.length > most ? undefined : unionOf(entries.map(([, type]) => type))
  const fixed = new Map<Value, Type>()
  for (const [key, type] of entries) if (isScalar(key)) fixed.set(key, type)
  return [{ kind: 'object', items, fixed: fixed.size === entries.length ? fixed : undefined }]
}

const isScalar = (key: Value | undefined): key is string | number | boolean | null =>
  key === null || typeof key === 'string' || typeof key === 'number' || typeof key === 'boolean'

export function typeOfValue(value: Value, depth = 0): Type {
  charge()
  if (typeof value === 'string') return stringType
  if (typeof value === 'number' || typeof value === 'bigint') return numberType
  if (typeof value === 'boolean') return [{ kind: 'boolean' }]
  if (value === null) return [{ kind: 'null' }]
  const inner = (item: Value) => (depth >= deepest ? undefined : typeOfValue(item, depth + 1))
  if (isArray(value)) return arrayOf(value.length > most ? value.map(() => undefined) : value.map(inner))
  if (value instanceof RegoSet) return setOf(value.size === 0 || value.size > 1000 ? undefined : unionOf(value.values().map(inner)))
  if (value instanceof RegoObject) return objectOf([...value.entries()].map(([key, item]) => [key, inner(item)] as const))
  return undefined
}

/** Whether a value can be both. */
export function meets(a: Type, b: Type, depth = 0): boolean {
  if (!a || !b || depth > deepest) return true
  return a.some((one) => b.some((other) => shapesMeet(one, other, depth)))
}

function shapesMeet(a: Shape, b: Shape, depth: number): boolean {
  charge()
  if (a.kind === 'array' && b.kind === 'array') {
    const [left, right] = [a.fixed, b.fixed]
    if (left && right) return left.length === right.length && left.every((item, index) => meets(item, right[index], depth + 1))
    if (left) return left.every((item) => meets(item, b.items, depth + 1))
    return !right || right.every((item) => meets(item, a.items, depth + 1))
  }
  if (a.kind === 'object' && b.kind === 'object') {
    const [left, right] = [a.fixed, b.fixed]
    if (!left || !right) return true
    return left.size === right.size && [...left].every(([key, item]) => right.has(key) && meets(item, right.get(key), depth + 1))
  }
  if (a.kind === 'set' && b.kind === 'set') return meets(a.items, b.items, depth + 1)
  return a.kind === b.kind
}

/** What stands at a key, if anything can. */
export function selected(type: Type, key: Type, constant: Value | undefined): Type | 'nothing' {
  if (!type) return undefined
  const found: Type[] = []
  for (const shape of type) {
    charge()
    const one = selectedOf(shape, key, constant)
    if (one !== 'nothing') found.push(one)
  }
  return found.length === 0 ? 'nothing' : unionOf(found)
}

function selectedOf(shape: Shape, key: Type, constant: Value | undefined): Type | 'nothing' {
  switch (shape.kind) {
    case 'array':
      if (!meets(key, numberType)) return 'nothing'
      if (!shape.fixed || typeof constant !== 'number') return shape.items
      return constant in shape.fixed ? shape.fixed[constant] : 'nothing'
    case 'set':
      return meets(key, shape.items) ? shape.items : 'nothing'
    case 'object':
      if (!shape.fixed || !isScalar(constant)) return shape.items
      return shape.fixed.has(constant) ? shape.fixed.get(constant) : 'nothing'
    default:
      return 'nothing'
  }
}

/** Of what is one kind of collection; the members of a set are their own keys. */
export function keysOf(type: Type): Type {
  const [shape, ...others] = type ?? []
  if (!shape || others.length > 0) return undefined
  return shape.kind === 'array' ? numberType : shape.kind === 'set' ? shape.items : undefined
}

export function nameOf(type: Type): string {
  const names = type?.map((shape) => (shape.kind === 'array' || shape.kind === 'set' ? nameOfItems(shape) : shape.kind))
  return names ? [...new Set(names)].join(' or ') : 'anything'
}

function nameOfItems({ kind, items }: { kind: string; items: Type }): string {
  const kinds = new Set(items?.map((item) => item.kind))
  return kinds.size === 0 ? kind : `${kind} of ${[...kinds].join(' or ')}`
}
