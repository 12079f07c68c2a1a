import type { Value } from './values.ts'

export interface Position {
  line: number
  column: number
}

interface At {
  at: Position
}

export type Operator = '+' | '-' | '*' | '/' | '%' | '&' | '|' | '==' | '!=' | '<' | '<=' | '>' | '>='

export type Term = At &
  (
    | { kind: 'value'; value: Value }
    | { kind: 'var'; name: string }
    | { kind: 'ref'; head: Term; path: readonly Term[] }
    | { kind: 'call'; operator: Term; args: readonly Term[] }
    | { kind: 'infix'; operator: Operator; left: Term; right: Term }
    | { kind: 'member'; key: Term | undefined; value: Term; collection: Term }
    | { kind: 'array' | 'set'; items: readonly Term[] }
    | { kind: 'object'; entries: readonly (readonly [Term, Term])[] }
    | { kind: 'comprehension'; form: 'array' | 'set' | 'object'; key: Term | undefined; value: Term; body: Body }
  )

export type TermOf<Kind extends Term['kind']> = Extract<Term, { kind: Kind }>

export interface With extends At {
  target: Term
  value: Term
}

export type Statement =
  | { kind: 'term'; term: Term }
  | { kind: 'unify' | 'assign'; left: Term; right: Term }
  | { kind: 'some'; names: readonly string[] }
  | { kind: 'some_in' | 'every'; key: Term | undefined; value: Term; collection: Term; body: Body }

/** One line of a body. */
export interface Literal extends At {
  statement: Statement
  negated: boolean
  withs: readonly With[]
}

export type Body = readonly Literal[]

/** What decides a value: the rule itself, or one of its `else`. */
export interface Clause extends At {
  value: Term | undefined
  body: Body
}

export interface Rule extends At {
  default: boolean
  /** The head as a path; the first is the constant name. */
  path: readonly Term[]
  args: readonly Term[] | undefined
  /** What `contains` adds, or the bracket of an old partial set. */
  element: Term | undefined
  clauses: readonly Clause[]
}

export interface Import extends At {
  path: readonly Value[]
  alias: string
}

export interface Module {
  package: readonly string[]
  imports: readonly Import[]
  rules: readonly Rule[]
  /** Whether the text keeps the rules of version 1. */
  v1: boolean
}
