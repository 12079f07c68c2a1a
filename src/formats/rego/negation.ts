/**
 * What stands in a negated line is evaluated before it is negated, as OPA does: `not f(input.x)` does not hold where input.x is
 * undefined, and variables that a call inside binds are bound outside.
 */
import type { Line, Node } from './ir.ts'
import type { Scope } from './scope.ts'

/** The lines that come before a negated one, and that one. */
export function eager(line: Line, scope: Scope): Line[] {
  if (!line.negated || (line.kind !== 'term' && line.kind !== 'unify')) return [line]
  const before: Line[] = []
  const common = { withs: line.withs, negated: false, inNegated: true, at: line.at }
  const hoisted = (node: Node): Node => {
    const inside = parts(node)
    if (node.kind !== 'call') return inside
    const local: Node = { kind: 'local', slot: scope.add(`not_${scope.slots}`), name: '_', at: node.at }
    before.push({ kind: 'unify', left: local, right: inside, ...common })
    return local
  }
  const parts = (node: Node): Node => {
    if (node.kind === 'ref') return { ...node, base: hoisted(node.base), path: node.path.map(hoisted) }
    if (node.kind === 'call' || node.kind === 'array' || node.kind === 'set' || node.kind === 'object') {
      return { ...node, parts: node.parts.map(hoisted) }
    }
    return node
  }
  if (line.kind === 'unify') {
    const [left, right] = [hoisted(line.left), line.isCall ? parts(line.right) : hoisted(line.right)]
    const given = right.kind === 'call' ? right.parts.flatMap(references) : inside(right)
    return [...before, { ...line, left, right, needs: [...inside(left), ...given] }]
  }
  const term = parts(line.term)
  const isEquality = term.kind === 'call' && term.callee.kind === 'builtin' && (term.callee.name === 'equal' || term.callee.name === 'eq')
  const needs = term.kind === 'call' ? term.parts.flatMap(isEquality ? inside : references) : inside(term)
  return [...before, { ...line, term, needs }]
}

/** References in a node that is one itself, which may be undefined. */
const inside = (node: Node): Node[] => (node.kind === 'ref' ? node.path.flatMap(references) : references(node))

function references(node: Node): Node[] {
  if (node.kind === 'ref') return [node]
  return node.kind === 'array' || node.kind === 'set' || node.kind === 'object' ? node.parts.flatMap(references) : []
}
