/** What a function that policies may call looks like. All are pure: the same arguments, the same answer, nothing else touched. */
import type { Value } from '../values.ts'

export interface BuiltinContext {
  /** Counts work, and throws when the limit is reached. Called before something large is made, with its size. */
  step(cost?: number): void
  /** Nanoseconds since 1970, the same for the whole evaluation. */
  readonly now: bigint
}

/** Undefined: the call is undefined, like a missing key. @throws BuiltinError when the arguments cannot be meant */
export type Builtin = (args: readonly Value[], context: BuiltinContext) => Value | undefined

export class BuiltinError extends Error {}
