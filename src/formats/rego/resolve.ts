/** From names to what they mean: variables, rules, imports, functions. */
import type { Body, Literal, Position, Term, TermOf, With } from './ast.ts'
import { builtin, callee, findCallee, isPrint, type Names, rootNames } from './callees.ts'
import { RegoError } from './errors.ts'
import type { Line, Node, NodeOf, Override } from './ir.ts'
import { charge } from './meter.ts'
import { eager } from './negation.ts'
import { operatorNames } from './operators.ts'
import { declaredBy, declaredNames, Scope, termNames, usedNames } from './scope.ts'
import { find, type TreeNode } from './tree.ts'
import { objectOf, RegoSet, type Value } from './values.ts'

/** Makes the variables of a body known, with those of `terms`, which see them too. */
export function openBody(names: Names, scope: Scope, body: Body, terms: readonly Term[]): void {
  const declared = declaredNames(body)
  for (const name of declared) {
    if (names.v1 && rootNames.has(name)) throw new RegoError('compile', `${name} cannot be shadowed`, body[0]?.at)
    scope.add(name, false)
  }
  const used = usedNames(body)
  for (const term of terms) termNames(term, used)
  for (const name of used) {
    if (!scope.hasOwn(name) && scope.find(name) === undefined && !names.globals.has(name) && !rootNames.has(name)) scope.add(name)
  }
}

export const resolveBody = (names: Names, scope: Scope, body: Body): Line[] =>
  body.flatMap((literal) => resolveLiteral(names, scope, literal)).flatMap((line) => eager(line, scope))

function resolveLiteral(names: Names, scope: Scope, literal: Literal): Line[] {
  const { statement, negated, at } = literal
  const declare = () => {
    for (const name of declaredBy(statement)) scope.activate(name, at, statement.kind === 'some')
  }
  const term = (one: Term) => resolveTerm(names, scope, one)
  const withs = literal.withs.map((one) => resolveWith(names, scope, one))
  const common = { negated, withs, at }
  switch (statement.kind) {
    case 'some':
      declare()
      return []
    case 'term': {
      const output = outputOf(names, statement.term)
      return [
        output
          ? { kind: 'unify', left: term(output.output), right: term(output.call), isCall: true, ...common }
          : { kind: 'term', term: term(statement.term), ...common },
      ]
    }
    case 'assign': {
      const right = term(statement.right)
      const { left } = statement
      if (left.kind !== 'var' && left.kind !== 'array' && left.kind !== 'object') {
        throw new RegoError('compile', 'only a variable, or a list or an object of variables, can be assigned to', left.at)
      }
      declare()
      return unify(term(statement.left), right, common)
    }
    case 'unify':
      return unify(term(statement.left), term(statement.right), common)
    case 'some_in': {
      const collection = term(statement.collection)
      declare()
      return [{ kind: 'in', key: statement.key && term(statement.key), value: term(statement.value), collection, ...common }]
    }
    case 'every': {
      const collection = term(statement.collection)
      const inner = new Scope(scope)
      for (const name of declaredBy(statement)) inner.add(name)
      const [key, value] = [statement.key && resolveTerm(names, inner, statement.key), resolveTerm(names, inner, statement.value)]
      openBody(names, inner, statement.body, [])
      const body = resolveBody(names, inner, statement.body)
      inner.checkUsed()
      return [{ kind: 'every', key, value, collection, body, captured: inner.captured, ...common }]
    }
  }
}

type Common = Pick<Line, 'negated' | 'withs' | 'at'>

/** Two lists of the same length are equal when their parts are: each part may bind in its own direction. */
function unify(left: Node, right: Node, common: Common): Line[] {
  if (
    !common.negated &&
    left.kind === 'array' &&
    right.kind === 'array' &&
    left.parts.length === right.parts.length &&
    left.parts.length > 0
  ) {
    return left.parts.flatMap((part, index) => unify(part, right.parts[index] as Node, common))
  }
  if (!common.negated && left.kind === 'object' && right.kind === 'object' && left.parts.length > 0) {
    const pairs = objectPairs(left.parts, right.parts)
    if (pairs) return pairs.flatMap(([a, b]) => unify(a, b, common))
  }
  return [{ kind: 'unify', left, right, ...common }]
}

function objectPairs(left: readonly Node[], right: readonly Node[]): [Node, Node][] | undefined {
  const [a, b] = [constantEntries(left), constantEntries(right)]
  if (!a || !b || a.size !== b.size) return undefined
  const pairs: [Node, Node][] = []
  for (const [key, value] of a) {
    const other = b.get(key)
    if (!other) return undefined
    pairs.push([value, other])
  }
  return pairs
}

function constantEntries(parts: readonly Node[]): Map<Value, Node> | undefined {
  const entries = new Map<Value, Node>()
  for (let index = 0; index < parts.length; index += 2) {
    const key = parts[index] as Node
    if (key.kind !== 'value' || typeof key.value === 'object') return undefined
    entries.set(key.value, parts[index + 1] as Node)
  }
  return entries
}

export function resolveTerm(names: Names, scope: Scope, term: Term): Node {
  const { at } = term
  const resolve = (one: Term) => resolveTerm(names, scope, one)
  const fresh = { multi: false, order: [] }
  switch (term.kind) {
    case 'value':
      return { kind: 'value', value: term.value, at }
    case 'var':
      return resolveName(names, scope, term, at)
    case 'ref':
      return resolveRef(names, scope, term)
    case 'call':
      return resolveCall(names, scope, term)
    case 'infix':
      return {
        kind: 'call',
        callee: builtin(names, operatorNames[term.operator], 2, at),
        parts: [resolve(term.left), resolve(term.right)],
        at,
        ...fresh,
      }
    case 'member': {
      const parts = [...(term.key ? [resolve(term.key)] : []), resolve(term.value), resolve(term.collection)]
      return { kind: 'call', callee: builtin(names, `internal.member_${parts.length}`, parts.length, at), parts, at, ...fresh }
    }
    case 'array':
    case 'set':
      return folded({ kind: term.kind, parts: term.items.map(resolve), at, ...fresh })
    case 'object':
      return folded({ kind: 'object', parts: term.entries.flat().map(resolve), at, ...fresh })
    case 'comprehension': {
      const inner = new Scope(scope)
      openBody(names, inner, term.body, term.key ? [term.key, term.value] : [term.value])
      const body = resolveBody(names, inner, term.body)
      const key = term.key && resolveTerm(names, inner, term.key)
      return {
        kind: 'comprehension',
        form: term.form,
        key,
        value: resolveTerm(names, inner, term.value),
        body,
        captured: inner.captured,
        at,
      }
    }
  }
}

/** What consists of constants is made once. */
function folded(node: NodeOf<'array' | 'set' | 'object'>): Node {
  const values: Value[] = []
  for (const part of node.parts) {
    if (part.kind !== 'value') return node
    values.push(part.value)
  }
  return { kind: 'value', value: node.kind === 'array' ? values : node.kind === 'set' ? RegoSet.of(values) : objectOf(values), at: node.at }
}

function resolveName(names: Names, scope: Scope, { name }: TermOf<'var'>, at: Position): Node {
  const slot = scope.find(name)
  if (slot !== undefined) return { kind: 'local', slot, name, at }
  const path = globalPath(names, scope, name)
  if (!path) throw new RegoError('compile', `var ${name} referenced above`, at)
  return path.length === 1 ? rootNode(names, path, at) : reference(names, path, [], at)
}

/** Undefined for what is no name of the module, or is hidden by a variable of the body. */
function globalPath(names: Names, scope: Scope, name: string): readonly Value[] | undefined {
  if (scope.hasOwn(name)) return undefined
  return names.globals.get(name) ?? (rootNames.has(name) ? [name] : undefined)
}

function rootNode(names: Names, path: readonly Value[], at: Position): Node {
  if (path[0] === 'data') names.uses(names.root)
  return { kind: path[0] === 'data' ? 'data' : 'input', at }
}

function resolveRef(names: Names, scope: Scope, term: TermOf<'ref'>): Node {
  const path = term.path.map((part) => resolveTerm(names, scope, part))
  const global = term.head.kind === 'var' && scope.find(term.head.name) === undefined ? globalPath(names, scope, term.head.name) : undefined
  if (global) return reference(names, global, path, term.at)
  return { kind: 'ref', base: resolveTerm(names, scope, term.head), path, multi: false, at: term.at }
}

/** The rules that a path can mean: any key may stand where a variable does. */
function noteUses(names: Names, place: TreeNode, path: readonly Node[], index: number): void {
  charge()
  const part = path[index]
  if (!part || place.rules) {
    names.uses(place)
  } else if (part.kind === 'value') {
    const inner = place.children.get(part.value)
    if (inner) noteUses(names, inner, path, index + 1)
  } else {
    for (const inner of place.children.values()) noteUses(names, inner, path, index + 1)
  }
}

function reference(names: Names, global: readonly Value[], rest: readonly Node[], at: Position): Node {
  const path = [...global.slice(1).map((value): Node => ({ kind: 'value', value, at })), ...rest]
  if (global[0] === 'data') noteUses(names, names.root, path, 0)
  return { kind: 'ref', base: { kind: global[0] === 'data' ? 'data' : 'input', at }, path, multi: false, at }
}

function resolveCall(names: Names, scope: Scope, term: TermOf<'call'>): Node {
  const { at } = term
  // Nobody reads what a policy prints, and what it prints may be undefined.
  if (isPrint(names, term)) return { kind: 'value', value: true, at }
  const called = callee(names, term.operator)
  const parts = term.args.map((arg) => resolveTerm(names, scope, arg))
  if (parts.length !== called.arity) {
    throw new RegoError(
      'compile',
      `${called.name} expects ${called.arity} argument${called.arity === 1 ? '' : 's'}, not ${parts.length}`,
      at,
    )
  }
  return { kind: 'call', callee: called, parts, at, multi: false, order: [] }
}

/** A call with one argument too many: the last one is what the result is matched with. */
function outputOf(names: Names, term: Term): { call: Term; output: Term } | undefined {
  if (term.kind !== 'call' || isPrint(names, term)) return undefined
  const output = term.args.at(-1)
  const called = findCallee(names, term.operator)
  if (!called || !output || term.args.length !== called.arity + 1) return undefined
  return { call: { ...term, args: term.args.slice(0, -1) }, output }
}

function resolveWith(names: Names, scope: Scope, { target, value, at }: With): Override {
  const [head, ...rest] = target.kind === 'ref' ? [target.head, ...target.path] : [target]
  const name = head?.kind === 'var' ? head.name : ''
  const global = names.globals.get(name) ?? (rootNames.has(name) ? [name] : undefined)
  const replaced = findCallee(names, target)
  if (replaced) {
    const by =
      (value.kind === 'var' && scope.find(value.name) !== undefined ? undefined : findCallee(names, value)) ??
      resolveTerm(names, scope, value)
    if (by.kind === 'user') names.uses(by.node)
    return { kind: 'function', key: replaced.kind === 'user' ? replaced.node : replaced.name, by }
  }
  const path = rest.map((part) => (part.kind === 'value' ? part.value : undefined))
  if (!global || path.includes(undefined)) {
    throw new RegoError('compile', '`with` replaces input, data or a function by its full name', at)
  }
  const kind = global[0] === 'data' ? 'data' : 'input'
  const whole = [...global.slice(1), ...(path as Value[])]
  for (let length = 1; kind === 'data' && length < whole.length; length++) {
    if (find(names.root, whole.slice(0, length))?.rules) throw new RegoError('compile', '`with` cannot replace a part of a rule', at)
  }
  return { kind, path: whole, value: resolveTerm(names, scope, value) }
}
