import { BuiltinError } from './builtins/types.ts'
import { RegoError } from './errors.ts'
import { runBody } from './evaluate-body.ts'
import { dataValue, eachData } from './evaluate-data.ts'
import { callRule } from './evaluate-rules.ts'
import type { Callee, Comprehension, Node, NodeOf } from './ir.ts'
import type { Next, State, Yield } from './machine.ts'
import { ObjectBuilder } from './object-builder.ts'
import { entryOf } from './operators.ts'
import { equal, isArray, objectOf, RegoObject, RegoSet, type Value } from './values.ts'

/** The value of a node that has one at most. */
export function single(node: Node, state: State): Value | undefined {
  switch (node.kind) {
    case 'value':
      return node.value
    case 'local':
      return state.frame[node.slot]
    case 'input':
      return state.world.input
    case 'data':
      return dataValue([], state)
    case 'ref': {
      if (node.base.kind === 'data') return dataValue(node.path, state)
      let value = single(node.base, state)
      for (const part of node.path) {
        const key = value === undefined ? undefined : single(part, state)
        if (value === undefined || key === undefined) return undefined
        value = entryOf(value, key)
      }
      return value
    }
    case 'comprehension':
      return comprehend(node, state)
    default: {
      const values: Value[] = []
      for (const part of node.parts) {
        const value = single(part, state)
        if (value === undefined) return undefined
        values.push(value)
      }
      return combine(node, values, state)
    }
  }
}

/** Every value of a node, while it binds the variables in it. */
export function eachValue(node: Node, state: State, found: Yield): boolean {
  if (!('multi' in node) || !node.multi) {
    const value = single(node, state)
    return value !== undefined && found(value)
  }
  if (node.kind === 'ref') {
    if (node.base.kind === 'data') return eachData(node.path, state, found)
    return eachValue(node.base, state, (value) => eachEntry(value, node.path, 0, state, found))
  }
  return eachPart(node.parts, node.order, 0, [], state, (values) => {
    if (node.kind === 'call' && node.callee.kind === 'walk') return walk(values[0] as Value, [], state, found)
    const value = combine(node, values, state)
    return value !== undefined && found(value)
  })
}

function combine(node: NodeOf<'call' | 'array' | 'set' | 'object'>, values: readonly Value[], state: State): Value | undefined {
  state.world.machine.step(1 + values.length)
  switch (node.kind) {
    case 'call':
      return call(node.callee, values, state, node)
    case 'array':
      return values
    case 'set':
      return RegoSet.of(values)
    case 'object':
      return objectOf(values)
  }
}

function eachPart(
  parts: readonly Node[],
  order: readonly number[],
  index: number,
  values: Value[],
  state: State,
  found: (values: readonly Value[]) => boolean,
): boolean {
  const at = order[index]
  if (at === undefined) return found([...values])
  return eachValue(parts[at] as Node, state, (value) => {
    values[at] = value
    return eachPart(parts, order, index + 1, values, state, found)
  })
}

/** Whether a node can only be matched with what is there, one after the other. */
export const isFree = (node: Node, { frame }: State): boolean =>
  node.kind === 'local' ? frame[node.slot] === undefined : (node.kind === 'array' || node.kind === 'object') && node.multi

/** Every value below `value` at a path in which variables may be free. */
export function eachEntry(value: Value, path: readonly Node[], index: number, state: State, found: Yield): boolean {
  const part = path[index]
  if (!part) return found(value)
  if (!isFree(part, state)) {
    return eachValue(part, state, (key) => {
      const entry = entryOf(value, key)
      return entry !== undefined && eachEntry(entry, path, index + 1, state, found)
    })
  }
  return eachPair(value, state, (key, entry) => match(part, key, state, () => eachEntry(entry, path, index + 1, state, found)))
}

/** Every key and value of a collection; the members of a set are their own keys. */
export function eachPair(collection: Value, { world }: State, found: (key: Value, value: Value) => boolean): boolean {
  if (typeof collection !== 'object' || collection === null) return false
  const { machine } = world
  if (isArray(collection)) {
    for (let index = 0; index < collection.length; index++) {
      machine.step()
      if (found(index, collection[index] as Value)) return true
    }
    return false
  }
  if (collection instanceof RegoSet) machine.step(collection.size)
  for (const key of collection instanceof RegoSet ? collection.values() : collection.keys()) {
    machine.step()
    if (found(key, collection instanceof RegoSet ? key : (collection.get(key) as Value))) return true
  }
  return false
}

/** Binds what is free in a node so that it equals the value, as long as `next` runs. */
export function match(node: Node, value: Value, state: State, next: Next): boolean {
  const { frame } = state
  if (node.kind === 'local') {
    const known = frame[node.slot]
    if (known !== undefined) return equal(known, value) && next()
    frame[node.slot] = value
    const enough = next()
    frame[node.slot] = undefined
    return enough
  }
  if (node.kind === 'array' && node.multi) {
    return isArray(value) && value.length === node.parts.length && matchItems(node.parts, value, 0, state, next)
  }
  if (node.kind === 'object' && node.multi) {
    return value instanceof RegoObject && value.size === node.parts.length / 2 && matchEntries(node.parts, value, 0, state, next)
  }
  return eachValue(node, state, (other) => equal(other, value) && next())
}

export function matchItems(parts: readonly Node[], values: readonly Value[], index: number, state: State, next: Next): boolean {
  const part = parts[index]
  if (!part) return next()
  return match(part, values[index] as Value, state, () => matchItems(parts, values, index + 1, state, next))
}

function matchEntries(parts: readonly Node[], value: RegoObject, index: number, state: State, next: Next): boolean {
  const part = parts[index]
  if (!part) return next()
  return eachValue(part, state, (key) => {
    const entry = value.get(key)
    return entry !== undefined && match(parts[index + 1] as Node, entry, state, () => matchEntries(parts, value, index + 2, state, next))
  })
}

function call(callee: Callee, args: readonly Value[], state: State, { at }: Node): Value | undefined {
  const { machine, replaced } = state.world
  const other = replaced.size > 0 && callee.kind !== 'walk' ? replaced.get(callee.kind === 'user' ? callee.node : callee.name) : undefined
  if (other?.kind === 'value') return other.value
  const target = other ?? callee
  if (target.kind === 'user') {
    // What stands in for a function sees the functions themselves, also the one that it stands in for.
    const world = other ? { ...state.world, replaced: new Map(), known: new Map() } : state.world
    return target.node.rules && callRule(target.node.rules, args, world)
  }
  if (target.kind === 'walk') throw new RegoError('unsupported', '`walk` cannot replace a function', at)
  try {
    return target.call(args, machine)
  } catch (problem) {
    if (!(problem instanceof BuiltinError)) throw problem
    if (machine.strict) throw new RegoError('builtin', `${target.name}: ${problem.message}`, at)
    return undefined
  }
}

/** Everything in a value, with its path. */
function walk(value: Value, path: readonly Value[], state: State, found: Yield): boolean {
  state.world.machine.step(1 + path.length)
  if (found([path, value])) return true
  return eachPair(value, state, (key, entry) => walk(entry, [...path, key], state, found))
}

function comprehend(node: Comprehension, state: State): Value {
  const found: Value[] = []
  const object = node.form === 'object' ? new ObjectBuilder() : undefined
  runBody(node.body, 0, state, () => {
    if (node.key) {
      return eachValue(node.key, state, (key) =>
        eachValue(node.value, state, (value) => {
          if (!object?.put([key], value)) throw new RegoError('conflict', 'object keys must be unique: one key got two values', node.at)
          return false
        }),
      )
    }
    return eachValue(node.value, state, (value) => {
      found.push(value)
      return false
    })
  })
  return object ? object.build() : node.form === 'set' ? RegoSet.of(found) : found
}
