/**
 * Mistakes of types that are certain before anything is evaluated. At evaluation they would only be undefined, and a policy with such a
 * mistake would allow everything. What is not certain is not spoken about: `input` may be anything.
 */
import { RegoError } from './errors.ts'
import type { Clause, Line, Node, NodeOf } from './ir.ts'
import { charge } from './meter.ts'
import { signatureOf } from './signatures.ts'
import { type RuleSet, ruleSets, type TreeNode } from './tree.ts'
import { arrayOf, keysOf, meets, nameOf, objectOf, selected, setOf, type Type, typeOfValue, unionOf } from './types.ts'
import type { Value } from './values.ts'

/** @throws RegoError at the first that cannot be meant */
export function checkTypes(root: TreeNode): void {
  const program: Program = { root, known: new Map() }
  for (const rules of ruleSets(root)) typeOfRules(program, rules)
}

interface Program {
  root: TreeNode
  known: Map<RuleSet, Type>
}

interface Here {
  program: Program
  /** Of the variables that were met; only what binds a variable first says what it is. */
  locals: Map<number, Type>
  /** Whether calls are looked at: what is undefined below `not` is noticed, and OPA lets it be. */
  calls: boolean
}

function typeOfRules(program: Program, rules: RuleSet): Type {
  if (program.known.has(rules)) return program.known.get(rules)
  program.known.set(rules, undefined)
  const clauses = [...rules.chains.flat(), ...(rules.fallback ? [rules.fallback] : [])]
  const types = clauses.map((clause) => typeOfClause(program, clause))
  const type = rules.kind === 'partial' ? partial(clauses, types) : unionOf(types)
  program.known.set(rules, type)
  return type
}

/** Of its value, or of what it adds. */
function typeOfClause(program: Program, clause: Clause): Type {
  const here: Here = { program, locals: new Map(), calls: true }
  for (const arg of clause.args) typeOf(here, arg)
  checkBody(here, clause.body)
  for (const part of clause.path) typeOf(here, part)
  return typeOf(here, clause.element ?? clause.value)
}

function partial(clauses: readonly Clause[], types: readonly Type[]): Type {
  if (clauses.every(({ path, element }) => element && path.length === 0)) return setOf(unionOf(types))
  const isFlat = clauses.every(({ path, element }) => !element && path.length === 1)
  return [{ kind: 'object', items: isFlat ? unionOf(types) : undefined, fixed: undefined }]
}

function checkBody(here: Here, lines: readonly Line[]): void {
  for (const line of lines) checkLine(here, line)
}

function checkLine(outer: Here, line: Line): void {
  // What is replaced need not be what it was.
  const replaced = line.withs.some(({ kind }) => kind !== 'input')
  const here = line.negated || line.inNegated ? { ...outer, calls: false } : outer
  if (replaced) {
    forget(here, line)
    return
  }
  switch (line.kind) {
    case 'term':
      if (line.term.kind === 'call' && line.term.callee.kind === 'builtin' && line.term.callee.name === 'equal')
        unify(here, line.term.parts[0] as Node, line.term.parts[1] as Node)
      else typeOf(here, line.term)
      return
    case 'unify':
      unify(here, line.left, line.right)
      return
    case 'in':
    case 'every': {
      const collection = typeOf(here, line.collection)
      const inner = line.kind === 'every' ? { ...here, locals: new Map(here.locals) } : here
      bind(inner, line.value, itemsOf(collection))
      if (line.key) bind(inner, line.key, keysOf(collection))
      if (line.kind === 'every' && here.calls) checkBody(inner, line.body)
    }
  }
}

/** Its variables are anything. */
function forget(here: Here, line: Line): void {
  const visit = (node: Node): void => {
    charge()
    if (node.kind === 'local' && !here.locals.has(node.slot)) here.locals.set(node.slot, undefined)
    if ('parts' in node) node.parts.forEach(visit)
    if (node.kind === 'ref') [node.base, ...node.path].forEach(visit)
  }
  if (line.kind === 'term') visit(line.term)
  else if (line.kind === 'unify') [line.left, line.right].forEach(visit)
  else [line.value, ...(line.key ? [line.key] : [])].forEach(visit)
}

function unify(here: Here, left: Node, right: Node): void {
  const isFresh = (node: Node) => node.kind === 'local' && !here.locals.has(node.slot)
  if (isFresh(left)) bind(here, left, typeOf(here, right))
  else if (isFresh(right)) bind(here, right, typeOf(here, left))
  else {
    const [a, b] = [typeOf(here, left), typeOf(here, right)]
    if (here.calls && !meets(a, b)) throw new RegoError('compile', `${nameOf(a)} and ${nameOf(b)} are never equal`, left.at)
  }
}

function bind(here: Here, pattern: Node, type: Type): void {
  if (pattern.kind === 'local' && !here.locals.has(pattern.slot)) here.locals.set(pattern.slot, type)
  else typeOf(here, pattern)
}

const itemsOf = (collection: Type): Type => {
  const items = collection?.map((shape) => ('items' in shape ? shape.items : undefined))
  return items && unionOf(items)
}

function typeOf(here: Here, node: Node): Type {
  charge()
  switch (node.kind) {
    case 'value':
      return typeOfValue(node.value)
    case 'local':
      bind(here, here.locals.has(node.slot) ? { kind: 'input', at: node.at } : node, undefined)
      return here.locals.get(node.slot)
    case 'input':
    case 'data':
      return undefined
    case 'ref':
      return typeOfRef(here, node)
    case 'call':
      return typeOfCall(here, node)
    case 'array':
      return arrayOf(node.parts.map((part) => typeOf(here, part)))
    case 'set':
      return setOf(unionOf(node.parts.map((part) => typeOf(here, part))))
    case 'object': {
      const types = node.parts.map((part) => typeOf(here, part))
      const entries = node.parts.map((key, index) => [key.kind === 'value' ? key.value : undefined, types[index + 1]] as const)
      return objectOf(entries.filter((_, index) => index % 2 === 0))
    }
    case 'comprehension': {
      const inner = { ...here, locals: new Map(here.locals) }
      if (here.calls) checkBody(inner, node.body)
      if (node.key) typeOf(inner, node.key)
      const items = here.calls ? typeOf(inner, node.value) : undefined
      return [node.form === 'set' ? { kind: 'set', items } : { kind: node.form, items, fixed: undefined }]
    }
  }
}

function typeOfCall(here: Here, { callee, parts, at }: NodeOf<'call'>): Type {
  const args = parts.map((part) => typeOf(here, part))
  if (callee.kind === 'walk') return undefined
  if (callee.kind === 'user') return callee.node.rules && typeOfRules(here.program, callee.node.rules)
  const signature = signatureOf(callee.name)
  for (const [index, wanted] of here.calls ? (signature?.args.entries() ?? []) : []) {
    const given = args[index]
    if (!meets(given, wanted))
      throw new RegoError('compile', `${callee.name}: argument ${index + 1} must be ${nameOf(wanted)}, and is ${nameOf(given)}`, at)
  }
  for (const [index, part] of parts.entries()) if (!signature?.args[index]) loosen(here, part)
  return signature?.result
}

/** Variables in a list that is given to a function which takes anything are anything from there on, to OPA. */
function loosen(here: Here, node: Node): void {
  if (node.kind !== 'array' && node.kind !== 'set' && node.kind !== 'object') return
  for (const part of node.parts) {
    charge()
    if (part.kind === 'local') here.locals.set(part.slot, undefined)
    else loosen(here, part)
  }
}

function typeOfRef(here: Here, node: NodeOf<'ref'>): Type {
  const { path } = node
  const start = node.base.kind === 'data' ? ruleAt(here.program, path) : { type: typeOf(here, node.base), used: 0 }
  let type = start.type
  for (const part of path.slice(start.used)) {
    const constant = part.kind === 'value' ? part.value : undefined
    const isFresh = part.kind === 'local' && !here.locals.has(part.slot)
    if (isFresh) bind(here, part, keysOf(type))
    const found = selected(type, isFresh ? undefined : typeOf(here, part), constant)
    if (found === 'nothing') throw new RegoError('compile', `${nameOf(type)} has nothing at ${keyName(constant)}`, part.at)
    type = found
  }
  return type
}

const keyName = (key: Value | undefined): string =>
  typeof key === 'string' ? JSON.stringify(key.slice(0, 100)) : typeof key === 'number' ? String(key) : 'such a key'

/** The rule that a path below data begins with. */
function ruleAt(program: Program, path: readonly Node[]): { type: Type; used: number } {
  let place: TreeNode | undefined = program.root
  let used = 0
  while (place && !place.rules) {
    const part = path[used]
    if (part?.kind !== 'value') return { type: undefined, used }
    place = place.children.get(part.value)
    used++
  }
  const rules = place?.rules
  return { type: rules && rules.kind !== 'function' ? typeOfRules(program, rules) : undefined, used }
}
