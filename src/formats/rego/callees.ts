/** Which function a call means. */
import type { Position, Term, TermOf } from './ast.ts'
import type { Builtin } from './builtins/types.ts'
import { RegoError } from './errors.ts'
import type { Callee } from './ir.ts'
import { find, type TreeNode } from './tree.ts'
import type { Value } from './values.ts'

export type Builtins = ReadonlyMap<string, { arity: number; call: Builtin }>

/** What the names of one module mean, and where to tell what was referred to. */
export interface Names {
  /** Name to path below data or input: rules of the package and imports. */
  globals: ReadonlyMap<string, readonly Value[]>
  root: TreeNode
  builtins: Builtins
  v1: boolean
  uses(node: TreeNode): void
}

export const rootNames = new Set(['input', 'data'])

/** Version 1 has them no more. */
const deprecated = new Set([
  'all',
  'any',
  'cast_array',
  'cast_boolean',
  'cast_null',
  'cast_object',
  'cast_set',
  'cast_string',
  'net.cidr_overlap',
  're_match',
  'set_diff',
])

/** The dotted path of a function's name. */
function namePath(term: Term): string[] | undefined {
  if (term.kind === 'var') return [term.name]
  if (term.kind !== 'ref' || term.head.kind !== 'var') return undefined
  const path = [term.head.name]
  for (const part of term.path) {
    if (part.kind !== 'value' || typeof part.value !== 'string') return undefined
    path.push(part.value)
  }
  return path
}

export function findCallee(names: Names, term: Term): Callee | undefined {
  const path = namePath(term)
  if (!path) return undefined
  const [head = '', ...rest] = path
  const global = names.globals.get(head) ?? (head === 'data' ? ['data'] : undefined)
  if (global) {
    const node = global[0] === 'data' ? find(names.root, [...global.slice(1), ...rest]) : undefined
    if (node?.rules?.kind !== 'function') return undefined
    return { kind: 'user', node, name: node.name, arity: node.rules.arity }
  }
  const name = path.join('.')
  if (name === 'walk') return { kind: 'walk', name, arity: 1 }
  const known = names.v1 && deprecated.has(name) ? undefined : names.builtins.get(name)
  return known && { kind: 'builtin', name, ...known }
}

export function callee(names: Names, term: Term): Callee {
  const found = findCallee(names, term)
  if (!found)
    throw new RegoError('unknown_function', `could not find function ${namePath(term)?.join('.') ?? 'of a computed name'}`, term.at)
  if (found.kind === 'user') names.uses(found.node)
  return found
}

export function builtin(names: Names, name: string, arity: number, at: Position): Callee {
  const known = names.builtins.get(name)
  if (!known) throw new RegoError('unknown_function', `could not find function ${name}`, at)
  return { kind: 'builtin', name, arity, call: known.call }
}

export const isPrint = (names: Names, term: TermOf<'call'>): boolean =>
  term.operator.kind === 'var' && term.operator.name === 'print' && !names.globals.has('print')
