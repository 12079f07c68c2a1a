/** Functions of objects. */
import { compare, equal, isArray, RegoObject, RegoSet, type Value } from '../values.ts'
import { type Arguments, deepest, type Group } from './arguments.ts'
import { type BuiltinContext, BuiltinError } from './types.ts'

export const objects: Group = {
  'object.get': [
    3,
    (args) => {
      const [object, key] = [args.object(0), args.value(1)]
      const found = isArray(key) ? lookUp(object, key) : object.get(key)
      return found === undefined ? args.value(2) : found
    },
  ],
  'object.keys': [
    1,
    (args, context) => {
      context.step(args.object(0).size)
      return RegoSet.of(args.object(0).keys())
    },
  ],
  'object.remove': [
    2,
    (args, context) => {
      const keys = keysOf(args, context)
      return kept(args.object(0), context, (key) => !keys.has(key))
    },
  ],
  'object.filter': [
    2,
    (args, context) => {
      const keys = keysOf(args, context)
      return kept(args.object(0), context, (key) => keys.has(key))
    },
  ],
  'object.union': [2, (args, context) => merged(args.object(0), args.object(1), context)],
  'object.union_n': [
    1,
    (args, context) =>
      args
        .list(0)
        .map((item) => (item instanceof RegoObject ? item : args.fail('expects an array of objects', item)))
        .reduce<RegoObject>((all, next) => merged(all, next, context), RegoObject.of([])),
  ],
  'object.subset': [2, (args, context) => subset(args, context)],
}

/** The value at a path; undefined where the path leaves the value. Members of sets are their own keys. */
export function lookUp(from: Value, path: readonly Value[]): Value | undefined {
  let value: Value | undefined = from
  for (const key of path) {
    if (value instanceof RegoObject) value = value.get(key)
    else if (value instanceof RegoSet) value = value.has(key) ? key : undefined
    else if (value !== undefined && isArray(value)) value = typeof key === 'number' ? value[key] : undefined
    else return undefined
    if (value === undefined) return undefined
  }
  return value
}

function keysOf(args: Arguments, context: BuiltinContext): RegoSet {
  const value = args.value(1)
  const keys = value instanceof RegoObject ? value.keys() : args.items(1)
  context.step(keys.length)
  return RegoSet.of(keys)
}

function kept(object: RegoObject, context: BuiltinContext, keep: (key: Value) => boolean): RegoObject {
  context.step(object.size)
  return RegoObject.of([...object.entries()].filter(([key]) => keep(key)))
}

/** Objects on both sides are merged in turn; of anything else the second counts. */
function merged(one: RegoObject, other: RegoObject, context: BuiltinContext, depth = 0): RegoObject {
  if (depth > deepest) throw new BuiltinError(`objects are nested more than ${deepest} levels deep`)
  context.step(one.size + other.size + 1)
  const entries = new Map<Value, Value>()
  const composite: (readonly [Value, Value])[] = []
  for (const [key, value] of [...one.entries(), ...other.entries()]) {
    const [mine, theirs] = [one.get(key), other.get(key)]
    const both = mine instanceof RegoObject && theirs instanceof RegoObject
    const result = both ? merged(mine, theirs, context, depth + 1) : (theirs ?? value)
    if (typeof key === 'object' && key !== null) composite.push([key, result])
    else entries.set(key, result)
  }
  return RegoObject.of([...entries, ...composite])
}

function subset(args: Arguments, context: BuiltinContext): boolean {
  const [whole, part] = [args.value(0), args.value(1)]
  if (whole instanceof RegoObject && part instanceof RegoObject) return isPart(whole, part, context, 0)
  if (whole instanceof RegoSet && part instanceof RegoSet) {
    context.step(part.size)
    return part.values().every((item) => whole.has(item))
  }
  if (isArray(whole) && isArray(part)) return isStretch(whole, part, context)
  if (isArray(whole) && part instanceof RegoSet) {
    context.step(whole.length + part.size)
    const items = RegoSet.of(whole)
    return part.values().every((item) => items.has(item))
  }
  return args.fail('expects two objects, two sets, two arrays, or an array and a set', part)
}

/** Objects inside objects need to be parts only, everything else equal. */
function isPart(whole: RegoObject, part: RegoObject, context: BuiltinContext, depth: number): boolean {
  if (depth > deepest) throw new BuiltinError(`objects are nested more than ${deepest} levels deep`)
  context.step(part.size + 1)
  for (const [key, value] of part.entries()) {
    const mine = whole.get(key)
    if (mine === undefined) return false
    if (mine instanceof RegoObject && value instanceof RegoObject) {
      if (!isPart(mine, value, context, depth + 1)) return false
    } else if (mine instanceof RegoSet && value instanceof RegoSet) {
      if (!value.values().every((item) => mine.has(item))) return false
    } else if (isArray(mine) && isArray(value)) {
      if (!isStretch(mine, value, context)) return false
    } else if (compare(mine, value) !== 0) return false
  }
  return true
}

/** The items of the part follow one another somewhere in the whole. */
function isStretch(whole: readonly Value[], part: readonly Value[], context: BuiltinContext): boolean {
  for (let from = 0; from + part.length <= whole.length; from++) {
    context.step(part.length + 1)
    if (part.every((item, index) => equal(whole[from + index] as Value, item))) return true
  }
  return false
}
