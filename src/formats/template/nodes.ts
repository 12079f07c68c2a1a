import type { TemplateFunction } from './functions/function.ts'
import type { Value } from './values.ts'

export type Expression =
  | { readonly kind: 'value'; readonly value: Value }
  | { readonly kind: 'dot' }
  | { readonly kind: 'variable'; readonly slot: number }
  | { readonly kind: 'field'; readonly base: Expression; readonly name: string; readonly line: number }
  | { readonly kind: 'logic'; readonly operator: 'and' | 'or'; readonly operands: readonly Expression[] }
  | {
      readonly kind: 'call'
      readonly name: string
      readonly run: TemplateFunction
      readonly operands: readonly Expression[]
      readonly line: number
    }

export interface Pipeline {
  readonly value: Expression
  /** The places of `$x := …` and `$x = …`. */
  readonly slots: readonly number[]
}

export type Node = TextNode | ActionNode

export interface TextNode {
  readonly kind: 'text'
  readonly raw: string
  /** What is left between these two after the trimming of its neighbours; nothing when `from` is behind `to`. */
  readonly from: number
  readonly to: number
}

export type ActionNode = Source &
  (
    | { readonly kind: 'print'; readonly pipeline: Pipeline }
    | { readonly kind: 'branch'; readonly type: BranchType; readonly pipeline: Pipeline; readonly body: Node[]; readonly otherwise: Node[] }
    | { readonly kind: 'template'; readonly name: string; readonly pipeline: Pipeline | undefined; readonly defines: boolean }
    | { readonly kind: 'jump'; readonly to: 'break' | 'continue' }
    | { readonly kind: 'define' }
    | { readonly kind: 'comment' }
  )

export type BranchType = 'if' | 'with' | 'range'

export interface Source {
  readonly line: number
  /** Where the action, or the whole block, stands in the text. */
  readonly start: number
  readonly end: number
  /** Means the same wherever it stands: no variable of outside, no changed dot, nothing declared. Only such a node can stay behind. */
  readonly alone: boolean
}

export interface Template {
  readonly text: string
  readonly body: readonly Node[]
  /** What `define` and `block` define. */
  readonly defined: ReadonlyMap<string, readonly Node[]>
}
