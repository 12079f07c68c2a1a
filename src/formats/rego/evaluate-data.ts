/** `data`: the documents that were given, and above them what the rules say. */
import { callRule, ruleValue } from './evaluate-rules.ts'
import { eachEntry, eachPair, eachValue, isFree, match, single } from './evaluate-terms.ts'
import type { Node } from './ir.ts'
import type { State, World, Yield } from './machine.ts'
import { entryOf } from './operators.ts'
import type { TreeNode } from './tree.ts'
import { RegoObject, type Value } from './values.ts'

interface Place {
  /** Where rules are; absent below what `with` replaced. */
  node: TreeNode | undefined
  /** What was given there. */
  base: Value | undefined
}

const rootOf = (world: World): Place => enter(world, world.root, world.data)

const enter = (world: World, node: TreeNode | undefined, base: Value | undefined): Place => ({
  node: node && world.hidden.has(node) ? undefined : node,
  base,
})

const below = (world: World, { node, base }: Place, key: Value): Place =>
  enter(world, node?.children.get(key), base === undefined ? undefined : entryOf(base, key))

/** The value of a path in which nothing is free. */
export function dataValue(path: readonly Node[], state: State): Value | undefined {
  const { world } = state
  let place = rootOf(world)
  for (const part of path) {
    if (place.node?.rules) place = { node: undefined, base: document(world, place) }
    const key = single(part, state)
    if (key === undefined || (!place.node && place.base === undefined)) return undefined
    place = below(world, place, key)
  }
  return document(world, place)
}

/** The value of a path of plain keys. */
export function lookUp(world: World, path: readonly Value[]): Value | undefined {
  let place = rootOf(world)
  for (const key of path) {
    if (place.node?.rules) place = { node: undefined, base: document(world, place) }
    place = below(world, place, key)
  }
  return document(world, place)
}

/** Every value at a path in which variables may be free. */
export function eachData(path: readonly Node[], state: State, found: Yield): boolean {
  return eachBelow(rootOf(state.world), path, 0, state, found)
}

function eachBelow(place: Place, path: readonly Node[], index: number, state: State, found: Yield): boolean {
  const { world } = state
  const part = path[index]
  if (!part || !place.node || place.node.rules) {
    const value = document(world, place)
    return value !== undefined && eachEntry(value, path, index, state, found)
  }
  const go = (key: Value) => eachBelow(below(world, place, key), path, index + 1, state, found)
  if (!isFree(part, state)) return eachValue(part, state, go)
  // Only the keys are wanted here: each document is made when it is entered.
  return eachPair(keysOf(place), state, (key) => match(part, key, state, () => go(key)))
}

function keysOf({ node, base }: Place): RegoObject {
  const given = base instanceof RegoObject ? base.keys() : []
  return RegoObject.of([...given, ...(node?.children.keys() ?? [])].map((key) => [key, true]))
}

/** Everything at a place: the rules' values, and what was given beside them. */
function document(world: World, { node, base }: Place): Value | undefined {
  if (!node) return base
  if (node.rules?.kind === 'function') return node.rules.arity === 0 ? callRule(node.rules, [], world) : undefined
  if (node.rules) return ruleValue(node.rules, world)
  if (base !== undefined && !(base instanceof RegoObject)) return base
  const entries: [Value, Value][] = base ? [...base.entries()].map(([key, value]) => [key, value]) : []
  for (const [key] of node.children) {
    const value = document(world, below(world, { node, base }, key))
    if (value !== undefined) entries.push([key, value])
  }
  world.machine.step(entries.length)
  return RegoObject.of(entries)
}
