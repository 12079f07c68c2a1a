/** Calls functions of Rego by name, with plain values, and a bound on their work. */

import { builtins } from '../../src/formats/rego/builtins/builtins.ts'
import type { BuiltinContext } from '../../src/formats/rego/builtins/types.ts'
import { fromJson, RegoObject, RegoSet, type Value } from '../../src/formats/rego/values.ts'

export class OutOfSteps extends Error {}

const limited = (steps: number): BuiltinContext => {
  let left = steps
  return {
    now: 1_700_000_000_123_456_789n,
    step(cost = 1) {
      left -= cost
      if (!(left >= 0)) throw new OutOfSteps()
    },
  }
}

const regoOf = (arg: unknown): Value =>
  arg instanceof RegoSet || arg instanceof RegoObject ? arg : Array.isArray(arg) ? arg.map(regoOf) : fromJson(arg)

export const call = (name: string, args: readonly unknown[], steps = 100_000): Value | undefined =>
  builtins.get(name)?.call(args.map(regoOf), limited(steps))
export const set = (...values: Value[]) => RegoSet.of(values)
