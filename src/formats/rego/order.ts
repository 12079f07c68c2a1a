/** Puts the lines of a body in an order in which every variable is bound before it is used, as OPA does. */
import type { Position } from './ast.ts'
import { RegoError } from './errors.ts'
import { type Closure, isCallee, type Line, type Node } from './ir.ts'
import { charge } from './meter.ts'

type Slots = Set<number>

/** Orders in place; `known` grows by what the body binds. @throws RegoError when a variable is never bound */
export function orderBody(body: Line[], known: Slots): void {
  const waiting = [...body]
  const ordered: Line[] = []
  while (waiting.length > 0) {
    const before = waiting.length
    for (let index = 0; index < waiting.length; ) {
      const line = waiting[index] as Line
      const outputs = lineReady(line, known)
      if (outputs) {
        settleLine(line, known)
        for (const slot of outputs) known.add(slot)
        ordered.push(line)
        waiting.splice(index, 1)
      } else {
        index++
      }
    }
    if (waiting.length === before) throw unsafe(waiting[0] as Line, known)
  }
  body.splice(0, body.length, ...ordered)
}

/** Of what a rule or a comprehension yields. */
export function orderTerms(nodes: readonly Node[], known: Slots): void {
  for (const node of nodes) {
    const outputs = new Set<number>()
    if (!ready(node, known, outputs)) throw unsafe(node, known)
    settle(node, new Set([...known, ...outputs]))
    for (const slot of outputs) known.add(slot)
  }
}

/** Of arguments: what is free in them is bound by the call. */
export function orderPatterns(nodes: readonly Node[], known: Slots): void {
  const outputs = new Set<number>()
  for (const node of nodes) {
    if (!matchable(node, known, outputs)) throw unsafe(node, known)
    settle(node, new Set([...known, ...outputs]))
  }
  for (const slot of outputs) known.add(slot)
}

/** What the line binds, or undefined while something that it needs is not bound. */
function lineReady(line: Line, known: Slots): Slots | undefined {
  const outputs: Slots = new Set()
  for (const { value } of overridden(line)) {
    if (!ready(value, known, outputs) || outputs.size > 0) return undefined
  }
  const bound = line.negated ? lineOutputs(line, known, outputs) && outputs.size === 0 : lineOutputs(line, known, outputs)
  return bound ? outputs : undefined
}

const overridden = (line: Line): { value: Node }[] =>
  line.withs.flatMap((one) => {
    if (one.kind !== 'function') return [one]
    return isCallee(one.by) ? [] : [{ value: one.by }]
  })

function lineOutputs(line: Line, known: Slots, outputs: Slots): boolean {
  switch (line.kind) {
    case 'term':
      return ready(line.term, known, outputs)
    case 'in':
      return (
        ready(line.collection, known, outputs) &&
        (!line.key || matchable(line.key, known, outputs)) &&
        matchable(line.value, known, outputs)
      )
    case 'every':
      return ready(line.collection, known, outputs) && closed(line, known, outputs)
    case 'unify': {
      const swapped = new Set(outputs)
      if (ready(line.right, known, outputs) && matchable(line.left, known, outputs)) return true
      outputs.clear()
      for (const slot of swapped) outputs.add(slot)
      if (!ready(line.left, known, outputs) || !matchable(line.right, known, outputs)) return false
      const { left } = line
      line.left = line.right
      line.right = left
      return true
    }
  }
}

const isBound = (slot: number, known: Slots, outputs: Slots): boolean => known.has(slot) || outputs.has(slot)

function closed(closure: Closure, known: Slots, outputs: Slots): boolean {
  for (const slot of closure.captured) if (!isBound(slot, known, outputs)) return false
  return true
}

/** Whether a node has values; what it binds on the way is added to the outputs. Notes how it is to be evaluated. */
function ready(node: Node, known: Slots, outputs: Slots): boolean {
  charge()
  switch (node.kind) {
    case 'value':
    case 'input':
    case 'data':
      return true
    case 'local':
      return isBound(node.slot, known, outputs)
    case 'comprehension':
      return closed(node, known, outputs)
    case 'ref': {
      const before = outputs.size
      if (!ready(node.base, known, outputs)) return false
      for (const part of node.path) if (!matchable(part, known, outputs)) return false
      node.multi = outputs.size > before || isMulti(node.base) || node.path.some(isMulti)
      return true
    }
    default: {
      const order: number[] = []
      const { parts } = node
      let waiting = parts.map((_, index) => index)
      while (waiting.length > 0) {
        const late = waiting.filter((index) => {
          const possible = ready(parts[index] as Node, known, outputs)
          if (possible) order.push(index)
          return !possible
        })
        if (late.length === waiting.length) return false
        waiting = late
      }
      node.order = order
      node.multi = parts.some(isMulti) || (node.kind === 'call' && node.callee.kind === 'walk')
      return true
    }
  }
}

const isMulti = (node: Node): boolean => 'multi' in node && node.multi

/** Whether a node can be matched with a value: its free variables are bound by that. */
function matchable(node: Node, known: Slots, outputs: Slots): boolean {
  switch (node.kind) {
    case 'local':
      if (!isBound(node.slot, known, outputs)) outputs.add(node.slot)
      return true
    case 'array': {
      const before = outputs.size
      const possible = node.parts.every((part) => matchable(part, known, outputs))
      node.order = node.parts.map((_, index) => index)
      node.multi = outputs.size > before || node.parts.some(isMulti)
      return possible
    }
    case 'object': {
      const before = outputs.size
      const possible = node.parts.every((part, index) => (index % 2 === 0 ? ready(part, known, outputs) : matchable(part, known, outputs)))
      node.order = node.parts.map((_, index) => index)
      node.multi = outputs.size > before || node.parts.some(isMulti)
      return possible
    }
    default:
      return ready(node, known, outputs)
  }
}

/** Orders the bodies inside a line that has its place. */
function settleLine(line: Line, known: Slots): void {
  const inner = new Set(known)
  lineOutputs(line, known, inner)
  for (const { value } of overridden(line)) settle(value, inner)
  switch (line.kind) {
    case 'term':
      settle(line.term, inner)
      return
    case 'unify':
      settle(line.left, inner)
      settle(line.right, inner)
      return
    case 'in':
      if (line.key) settle(line.key, inner)
      settle(line.value, inner)
      settle(line.collection, inner)
      return
    case 'every': {
      settle(line.collection, inner)
      const own = new Set(inner)
      for (const one of [line.key, line.value]) if (one?.kind === 'local') own.add(one.slot)
      orderBody(line.body, own)
      return
    }
  }
}

function settle(node: Node, known: Slots): void {
  switch (node.kind) {
    case 'ref':
      settle(node.base, known)
      for (const part of node.path) settle(part, known)
      return
    case 'comprehension': {
      const own = new Set(known)
      orderBody(node.body, own)
      orderTerms(node.key ? [node.key, node.value] : [node.value], own)
      return
    }
    case 'call':
    case 'array':
    case 'set':
    case 'object':
      for (const part of node.parts) settle(part, known)
      return
    default:
  }
}

function unsafe(one: Line | Node, known: Slots): RegoError {
  const free = firstFree(one, known)
  const name = free && !/^_\d+$/.test(free.name) ? free.name : '_'
  return new RegoError('unsafe', `var ${name} is unsafe: nothing gives it a value`, free?.at ?? one.at)
}

function firstFree(one: unknown, known: Slots): { name: string; at: Position } | undefined {
  if (typeof one !== 'object' || one === null) return undefined
  if ('kind' in one && one.kind === 'local') {
    const local = one as Node & { kind: 'local' }
    return known.has(local.slot) ? undefined : local
  }
  if ('kind' in one && (one.kind === 'user' || one.kind === 'builtin' || one.kind === 'value')) return undefined
  for (const part of Array.isArray(one) ? one : Object.values(one)) {
    const found = firstFree(part, known)
    if (found) return found
  }
  return undefined
}
