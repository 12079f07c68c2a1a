/** Where rules are: the packages of all modules as one tree, with rules at its leaves. */
import type { Module, Rule, Term } from './ast.ts'
import { RegoError } from './errors.ts'
import type { Clause } from './ir.ts'
import type { Value } from './values.ts'

export interface TreeNode {
  readonly children: Map<Value, TreeNode>
  readonly name: string
  /** The whole path below data. */
  readonly path: readonly Value[]
  rules: RuleSet | undefined
}

/** A rule and the module whose names it sees. */
export interface Source {
  rule: Rule
  module: Module
  /** What of the head comes after the node: only of partial rules. */
  rest: readonly Term[]
}

/** All rules of one name. */
export interface RuleSet {
  kind: 'complete' | 'partial' | 'function'
  name: string
  arity: number
  sources: Source[]
  /** Each rule with its `else`; made when the program is compiled. */
  chains: Clause[][]
  fallback: Clause | undefined
  /** What it refers to: a node, and everything below it where `whole`. */
  uses: Set<TreeNode>
}

export function plant(modules: readonly Module[]): TreeNode {
  const root = node('data', [])
  const dynamic = new Set<TreeNode>()
  for (const module of modules) grow(root, module.package)
  for (const { module, rule } of each(modules)) {
    const path = constants(rule.path)
    if (path.length < rule.path.length) dynamic.add(grow(root, [...module.package, ...path]))
  }
  for (const { module, rule } of each(modules)) {
    let place = grow(root, module.package)
    let used = 0
    for (const key of constants(rule.path)) {
      // What an object that is made of parts has as a fixed part is one more part.
      if (dynamic.has(place)) break
      place = child(place, key)
      used++
    }
    add(place, { rule, module, rest: rule.path.slice(used) })
  }
  check(root)
  return root
}

/** The node at a path, where there is one. */
export function find(root: TreeNode, path: readonly Value[]): TreeNode | undefined {
  let place: TreeNode | undefined = root
  for (const key of path) place = place?.children.get(key)
  return place
}

export function* ruleSets(place: TreeNode): Generator<RuleSet, undefined> {
  if (place.rules) yield place.rules
  for (const inner of place.children.values()) yield* ruleSets(inner)
  return undefined
}

function* each(modules: readonly Module[]): Generator<{ module: Module; rule: Rule }, undefined> {
  for (const module of modules) for (const rule of module.rules) yield { module, rule }
  return undefined
}

function constants(path: readonly Term[]): Value[] {
  const found: Value[] = []
  for (const term of path) {
    if (term.kind !== 'value' || (typeof term.value === 'object' && term.value !== null)) break
    found.push(term.value)
  }
  return found
}

const node = (name: string, path: readonly Value[]): TreeNode => ({ children: new Map(), name, path, rules: undefined })

function child(place: TreeNode, key: Value): TreeNode {
  let found = place.children.get(key)
  if (!found) {
    found = node(`${place.name}${typeof key === 'string' ? `.${key}` : `[${String(key)}]`}`, [...place.path, key])
    place.children.set(key, found)
  }
  return found
}

const grow = (root: TreeNode, path: readonly Value[]): TreeNode => path.reduce(child, root)

function add(place: TreeNode, source: Source): void {
  const { rule, rest } = source
  const kind = rule.args ? 'function' : rule.element || rest.length > 0 ? 'partial' : 'complete'
  const arity = rule.args?.length ?? 0
  place.rules ??= { kind, name: place.name, arity, sources: [], chains: [], fallback: undefined, uses: new Set() }
  const { rules } = place
  if (rules.kind !== kind || rules.arity !== arity) throw new RegoError('compile', `conflicting rules ${place.name} found`, rule.at)
  if (rule.default && rules.sources.some((other) => other.rule.default)) {
    throw new RegoError('compile', `multiple default rules ${place.name} found`, rule.at)
  }
  if (
    kind === 'partial' &&
    rules.sources.some((other) => rest.length === 0 && other.rest.length === 0 && !other.rule.element !== !rule.element)
  ) {
    throw new RegoError('compile', `conflicting rules ${place.name} found`, rule.at)
  }
  rules.sources.push(source)
}

function check(place: TreeNode): void {
  const rule = place.rules?.sources[0]?.rule
  if (rule && [...ruleSets(place)].length > 1) {
    throw new RegoError('compile', `rule ${place.name} conflicts with the rules below it`, rule.at)
  }
  if (!rule) for (const inner of place.children.values()) check(inner)
}
