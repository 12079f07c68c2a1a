import type { BuiltinContext } from './builtins/types.ts'
import { RegoError } from './errors.ts'
import type { Callee } from './ir.ts'
import type { RuleSet, TreeNode } from './tree.ts'
import type { Value } from './values.ts'

export interface Limits {
  /** Units of work; five million unless told. */
  steps?: number | undefined
  /** When to give up, in milliseconds since 1970. */
  deadline?: number | undefined
}

const defaultSteps = 5_000_000

/** What one evaluation may use up. */
export class Machine implements BuiltinContext {
  readonly now: bigint
  /** Whether a builtin's error is one of the policy. OPA leaves the expression undefined, unless it is told otherwise. */
  readonly strict: boolean
  #left: number
  readonly #deadline: number
  #untilClock = 0

  constructor({ steps = defaultSteps, deadline = Number.POSITIVE_INFINITY }: Limits, now: bigint, strict: boolean) {
    this.now = now
    this.strict = strict
    this.#left = steps
    this.#deadline = deadline
  }

  step(cost = 1): void {
    this.#left -= cost
    if (this.#left < 0) throw new RegoError('limit', 'this policy needs more work than one may take')
    this.#untilClock -= cost
    if (this.#untilClock > 0) return
    this.#untilClock = 2_000
    if (Date.now() > this.#deadline) throw new RegoError('limit', 'this policy takes longer than one may take')
  }
}

/** What rules see; `with` makes another one. */
export interface World {
  readonly machine: Machine
  readonly root: TreeNode
  readonly input: Value | undefined
  readonly data: Value
  /** Rules that `with` replaced by data. */
  readonly hidden: ReadonlySet<TreeNode>
  readonly replaced: ReadonlyMap<TreeNode | string, Callee | { kind: 'value'; value: Value }>
  /** Rules that were evaluated already. */
  readonly known: Map<RuleSet, Value | undefined | typeof running>
}

export const running = Symbol('a rule that is being evaluated')

/** A rule that is being evaluated: the values of its variables, by slot. */
export interface State {
  readonly world: World
  readonly frame: (Value | undefined)[]
}

/** Called with each answer; true when no more are needed. What asks for answers returns the same. */
export type Yield = (value: Value) => boolean
export type Next = () => boolean
