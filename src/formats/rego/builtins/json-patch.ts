/** JSON Patch (RFC 6902), which Rego also lets work on sets. */
import { equal, isArray, RegoObject, RegoSet, type Value } from '../values.ts'
import type { Group } from './arguments.ts'
import { lookUp } from './objects.ts'
import { readPath } from './paths.ts'
import type { BuiltinContext } from './types.ts'

export const jsonPatch: Group = {
  'json.patch': [
    2,
    (args, context) => {
      let value: Value | undefined = args.value(0)
      for (const step of args.list(1)) {
        const change = step instanceof RegoObject ? step : args.fail('expects an array of objects', step)
        const [op, path] = [change.get('op'), readPath(change.get('path') ?? null)]
        if (typeof op !== 'string' || !operations.includes(op))
          return args.fail(`expects each \`op\` to be one of ${operations.join(', ')}`)
        if (!path) return args.fail('expects each `path` to be a string or an array')
        const from = op === 'move' || op === 'copy' ? readPath(change.get('from') ?? null) : []
        if (!from) return args.fail('expects a `from` beside `move` and `copy`')
        const given = change.get('value')
        if (given === undefined && (op === 'add' || op === 'replace' || op === 'test'))
          return args.fail(`expects a \`value\` beside \`${op}\``)
        value = value === undefined ? undefined : apply(value, { op, path, from, given: given ?? null }, context)
        // As in OPA, a step that does not fit leaves the call undefined.
        if (value === undefined) return undefined
      }
      return value
    },
  ],
}

const operations = ['add', 'remove', 'replace', 'move', 'copy', 'test']

interface Change {
  op: string
  path: readonly Value[]
  from: readonly Value[]
  given: Value
}

function apply(value: Value, { op, path, from, given }: Change, context: BuiltinContext): Value | undefined {
  switch (op) {
    case 'add':
      return added(value, path, given, context)
    case 'remove':
      return path.length === 0 ? undefined : removedAt(value, path, context)
    case 'replace': {
      if (path.length === 0) return given
      const without = removedAt(value, path, context)
      return without === undefined ? undefined : added(without, path, given, context)
    }
    case 'test': {
      const there = at(value, path)
      return there !== undefined && equal(there, given) ? value : undefined
    }
    default: {
      const moved = at(value, from)
      if (moved === undefined) return undefined
      const rest = op === 'copy' ? value : from.length === 0 ? undefined : removedAt(value, from, context)
      return rest === undefined ? undefined : added(rest, path, moved, context)
    }
  }
}

const at = (value: Value, path: readonly Value[]): Value | undefined => {
  let found: Value | undefined = value
  for (const key of path) {
    if (found === undefined) return undefined
    found = isArray(found) ? found[positionOf(key, found.length - 1) ?? -1] : lookUp(found, [key])
  }
  return found
}

function added(value: Value, path: readonly Value[], given: Value, context: BuiltinContext): Value | undefined {
  const [key, ...rest] = path
  if (key === undefined) return given
  if (rest.length > 0) return changed(value, key, context, (item) => added(item, rest, given, context))
  if (value instanceof RegoObject) return entriesWith(value, key, given, context)
  if (value instanceof RegoSet) return equal(key, given) ? RegoSet.of([...value, given]) : undefined
  if (!isArray(value)) return undefined
  const position = key === '-' ? value.length : positionOf(key, value.length)
  if (position === undefined) return undefined
  context.step(value.length)
  return [...value.slice(0, position), given, ...value.slice(position)]
}

function removedAt(value: Value, path: readonly Value[], context: BuiltinContext): Value | undefined {
  const [key, ...rest] = path
  if (key === undefined) return undefined
  if (rest.length > 0) return changed(value, key, context, (item) => removedAt(item, rest, context))
  if (at(value, [key]) === undefined) return undefined
  if (value instanceof RegoObject) {
    context.step(value.size)
    return RegoObject.of([...value.entries()].filter(([other]) => !equal(other, key)))
  }
  if (value instanceof RegoSet) {
    context.step(value.size)
    return RegoSet.of(value.values().filter((item) => !equal(item, key)))
  }
  if (!isArray(value)) return undefined
  context.step(value.length)
  return value.filter((_, index) => index !== positionOf(key, value.length - 1))
}

function changed(value: Value, key: Value, context: BuiltinContext, change: (item: Value) => Value | undefined): Value | undefined {
  const item = at(value, [key])
  const next = item === undefined ? undefined : change(item)
  if (next === undefined) return undefined
  if (value instanceof RegoObject) return entriesWith(value, key, next, context)
  if (value instanceof RegoSet) {
    context.step(value.size)
    return RegoSet.of([...value.values().filter((other) => !equal(other, key)), next])
  }
  if (!isArray(value)) return undefined
  context.step(value.length)
  return value.map((other, index) => (index === positionOf(key, value.length - 1) ? next : other))
}

function entriesWith(value: RegoObject, key: Value, item: Value, context: BuiltinContext): RegoObject {
  context.step(value.size)
  return RegoObject.of([...value.entries(), [key, item]])
}

/** Of a list whose last position is `last`; undefined for what is no position in it. */
function positionOf(key: Value, last: number): number | undefined {
  const position = typeof key === 'string' && /^(0|[1-9]\d{0,9})$/.test(key) ? Number(key) : key
  return typeof position === 'number' && Number.isInteger(position) && position >= 0 && position <= last ? position : undefined
}
