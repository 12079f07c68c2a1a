import { RegoError } from './errors.ts'
import { eachPair, eachValue, match, single } from './evaluate-terms.ts'
import { isCallee, type Line } from './ir.ts'
import type { Next, State, World } from './machine.ts'
import { entryOf } from './operators.ts'
import { find, type TreeNode } from './tree.ts'
import { RegoObject, RegoSet, type Value } from './values.ts'

/** Calls `next` for every way in which the lines from `index` on hold. */
export function runBody(body: readonly Line[], index: number, state: State, next: Next): boolean {
  const line = body[index]
  if (!line) return next()
  state.world.machine.step()
  // What follows a line sees the world without what the line replaced.
  return runLine(line, state, () => runBody(body, index + 1, state, next))
}

function runLine(line: Line, state: State, next: Next): boolean {
  const inner = line.withs.length > 0 ? replaced(line, state) : state
  if (!inner) return false
  if (!line.negated) return holds(line, inner, next)
  if (line.needs?.some((node) => single(node, inner) === undefined)) return false
  return !holds(line, inner, () => true) && next()
}

function holds(line: Line, state: State, next: Next): boolean {
  switch (line.kind) {
    case 'term':
      return eachValue(line.term, state, (value) => value !== false && next())
    case 'unify':
      return eachValue(line.right, state, (value) => match(line.left, value, state, next))
    case 'in':
      return eachValue(line.collection, state, (collection) =>
        eachPair(collection, state, (key, value) => {
          const matched = () => match(line.value, value, state, next)
          return line.key ? match(line.key, key, state, matched) : matched()
        }),
      )
    case 'every':
      return eachValue(line.collection, state, (collection) => {
        if (typeof collection !== 'object' || collection === null) return false
        const fails = eachPair(collection, state, (key, value) => {
          const matched = () => match(line.value, value, state, () => runBody(line.body, 0, state, () => true))
          return !(line.key ? match(line.key, key, state, matched) : matched())
        })
        return !fails && next()
      })
  }
}

/** The state in which a line with `with` is evaluated; undefined when a value to put there is undefined. */
function replaced(line: Line, state: State): State | undefined {
  const { world } = state
  let { input, data } = world
  const hidden = new Set(world.hidden)
  const functions = new Map(world.replaced)
  for (const one of line.withs) {
    if (one.kind === 'function') {
      if (isCallee(one.by)) {
        // What stands in for a function is itself, also where that has a replacement.
        functions.set(one.key, one.by)
        continue
      }
      const value = single(one.by, state)
      if (value === undefined) return undefined
      functions.set(one.key, { kind: 'value', value })
      continue
    }
    const value = single(one.value, state)
    if (value === undefined) return undefined
    if (one.kind === 'input') {
      input = put(input, one.path, value, line)
    } else {
      data = put(data, one.path, value, line)
      hide(world, one.path, hidden)
    }
  }
  return { frame: state.frame, world: { ...world, input, data, hidden, replaced: functions, known: new Map() } satisfies World }
}

function hide(world: World, path: readonly Value[], hidden: Set<TreeNode>): void {
  const node = find(world.root, path)
  if (node) hidden.add(node)
}

function put(document: Value | undefined, [key, ...rest]: readonly Value[], value: Value, line: Line): Value {
  if (key === undefined) return value
  if (document instanceof RegoSet || Array.isArray(document)) {
    throw new RegoError('unsupported', '`with` cannot replace a part of an array or a set', line.at)
  }
  const object = document instanceof RegoObject ? document : RegoObject.of([])
  return RegoObject.of([...object.entries(), [key, put(entryOf(object, key), rest, value, line)]])
}
