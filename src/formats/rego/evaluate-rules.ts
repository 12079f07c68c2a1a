import { RegoError } from './errors.ts'
import { runBody } from './evaluate-body.ts'
import { eachValue, matchItems } from './evaluate-terms.ts'
import type { Clause, Node } from './ir.ts'
import { running, type State, type World } from './machine.ts'
import { ObjectBuilder } from './object-builder.ts'
import type { RuleSet } from './tree.ts'
import { equal, RegoSet, type Value } from './values.ts'

/** What a rule says; computed once. */
export function ruleValue(rules: RuleSet, world: World): Value | undefined {
  if (world.known.has(rules)) {
    const value = world.known.get(rules)
    if (value === running) throw new RegoError('recursion', `recursion detected: rule ${rules.name} depends on itself`)
    return value
  }
  world.known.set(rules, running)
  const value = rules.kind === 'partial' ? partialValue(rules, world) : completeValue(rules, [], world)
  world.known.set(rules, value)
  return value
}

export const callRule = (rules: RuleSet, args: readonly Value[], world: World): Value | undefined => completeValue(rules, args, world)

/** All definitions must agree. */
function completeValue(rules: RuleSet, args: readonly Value[], world: World): Value | undefined {
  let result: Value | undefined
  const take = (clause: Clause) => (value: Value) => {
    if (result === undefined) result = value
    else if (!equal(result, value)) throw conflict(rules, clause)
    return clause.value.kind === 'value'
  }
  for (const chain of rules.chains) {
    for (const clause of chain) if (answers(clause, args, world, take(clause))) break
  }
  if (result === undefined && rules.fallback) answers(rules.fallback, args, world, take(rules.fallback))
  return result
}

const conflict = (rules: RuleSet, { at }: Clause): RegoError =>
  rules.kind === 'function'
    ? new RegoError('conflict', `functions must not produce multiple outputs for same inputs: ${rules.name}`, at)
    : new RegoError('conflict', `complete rules must not produce multiple outputs: ${rules.name}`, at)

/** Whether the clause has an answer. */
function answers(clause: Clause, args: readonly Value[], world: World, take: (value: Value) => boolean): boolean {
  const state = stateOf(clause, world)
  let hit = false
  world.machine.step()
  matchItems(clause.args, args, 0, state, () =>
    runBody(clause.body, 0, state, () =>
      eachValue(clause.value, state, (value) => {
        hit = true
        return take(value)
      }),
    ),
  )
  return hit
}

const stateOf = (clause: Clause, world: World): State => ({ world, frame: new Array<Value | undefined>(clause.slots).fill(undefined) })

function partialValue(rules: RuleSet, world: World): Value {
  const members: Value[] = []
  const object = new ObjectBuilder()
  let isSet = false
  for (const chain of rules.chains) {
    for (const clause of chain) {
      isSet ||= clause.path.length === 0
      const state = stateOf(clause, world)
      let hit = false
      const constant = [...clause.path, clause.element ?? clause.value].every((node) => node.kind === 'value')
      world.machine.step()
      runBody(clause.body, 0, state, () =>
        eachPath(clause.path, [], state, (path) =>
          eachValue(clause.element ?? clause.value, state, (value) => {
            hit = true
            world.machine.step()
            if (path.length === 0) members.push(value)
            else if (!(clause.element ? object.addMember(path, value) : object.put(path, value))) {
              throw new RegoError('conflict', `object keys must be unique: one key of ${rules.name} got two values`, clause.at)
            }
            return constant
          }),
        ),
      )
      if (hit) break
    }
  }
  return isSet ? RegoSet.of(members) : object.build()
}

function eachPath(parts: readonly Node[], path: readonly Value[], state: State, found: (path: readonly Value[]) => boolean): boolean {
  const part = parts[path.length]
  return part ? eachValue(part, state, (key) => eachPath(parts, [...path, key], state, found)) : found(path)
}
