/** A policy as it is evaluated: every name is resolved, every body is in an order in which variables are bound before use. */
import type { Position } from './ast.ts'
import type { Builtin } from './builtins/types.ts'
import type { TreeNode } from './tree.ts'
import type { Value } from './values.ts'

export type Callee =
  | { kind: 'builtin'; name: string; arity: number; call: Builtin }
  | { kind: 'user'; node: TreeNode; name: string; arity: number }
  /** `walk`: one argument, many answers. */
  | { kind: 'walk'; name: string; arity: number }

interface Parts {
  /** Whether there can be more than one answer, because something in it binds variables. Set when bodies are ordered. */
  multi: boolean
  /** The parts in the order in which they can be evaluated. */
  order: readonly number[]
}

/** Something that has a value, or several one after the other. */
export type Node = { at: Position } & (
  | { kind: 'value'; value: Value }
  | { kind: 'local'; slot: number; name: string }
  | { kind: 'input' | 'data' }
  | { kind: 'ref'; base: Node; path: readonly Node[]; multi: boolean }
  | ({ kind: 'call'; callee: Callee; parts: readonly Node[] } & Parts)
  | ({ kind: 'array' | 'set'; parts: readonly Node[] } & Parts)
  /** Keys and values take turns. */
  | ({ kind: 'object'; parts: readonly Node[] } & Parts)
  | Comprehension
)

export type NodeOf<Kind extends Node['kind']> = Extract<Node, { kind: Kind }>

export interface Closure {
  /** Variables of the outer bodies that are read inside. */
  captured: ReadonlySet<number>
  body: Line[]
}

export interface Comprehension extends Closure {
  kind: 'comprehension'
  form: 'array' | 'set' | 'object'
  key: Node | undefined
  value: Node
  at: Position
}

export type Override =
  | { kind: 'input'; path: readonly Value[]; value: Node }
  | { kind: 'data'; path: readonly Value[]; value: Node }
  | { kind: 'function'; key: TreeNode | string; by: Callee | Node }

export type Line = {
  at: Position
  negated: boolean
  withs: readonly Override[]
  /** Of a negated line: what must be defined for it to hold. */
  needs?: readonly Node[]
  /** Written inside of a negated line. */
  inNegated?: boolean
} & (
  | { kind: 'term'; term: Node }
  /** After ordering: what has a value stands right, what it is matched with left. */
  | {
      kind: 'unify'
      left: Node
      right: Node
      /** Written as a call whose last argument is the result. */
      isCall?: boolean
    }
  | { kind: 'in'; key: Node | undefined; value: Node; collection: Node }
  | ({ kind: 'every'; key: Node | undefined; value: Node; collection: Node } & Closure)
)

export interface Clause {
  slots: number
  args: readonly Node[]
  body: readonly Line[]
  value: Node
  /** Where partial rules put it. */
  path: readonly Node[]
  element: Node | undefined
  at: Position
}

export const isCallee = (one: Callee | Node): one is Callee => one.kind === 'builtin' || one.kind === 'user' || one.kind === 'walk'
