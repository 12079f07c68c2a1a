/** Arguments of one call, read with the type that the function expects. */
import { identity, isArray, RegoObject, RegoSet, type TypeName, typeName, type Value } from '../values.ts'
import { type BuiltinContext, BuiltinError } from './types.ts'

/** Functions by name, each with its arity; the table of one group. */
export type Group = Readonly<
  Record<string, readonly [arity: number, call: (args: Arguments, context: BuiltinContext) => Value | undefined]>
>

export class Arguments {
  readonly name: string
  readonly #values: readonly Value[]

  constructor(name: string, values: readonly Value[]) {
    this.name = name
    this.#values = values
  }

  value(at: number): Value {
    return this.#values[at] ?? null
  }

  text(at: number): string {
    const value = this.value(at)
    return typeof value === 'string' ? value : this.fail('expects string argument', value)
  }

  number(at: number): number | bigint {
    const value = this.value(at)
    return typeof value === 'number' || typeof value === 'bigint' ? value : this.fail('expects numeric argument', value)
  }

  /** Undefined for numbers with a fraction. */
  whole(at: number): bigint | undefined {
    const value = this.number(at)
    if (typeof value === 'bigint') return value
    return Number.isInteger(value) ? BigInt(value) : undefined
  }

  /** For positions and lengths: what is beyond every text and list becomes the largest number. */
  position(at: number): number | undefined {
    const whole = this.whole(at)
    if (whole === undefined) return undefined
    const most = Number.MAX_SAFE_INTEGER
    return Math.max(-most, Math.min(most, Number(whole)))
  }

  boolean(at: number): boolean {
    const value = this.value(at)
    return typeof value === 'boolean' ? value : this.fail('expects boolean argument', value)
  }

  list(at: number): readonly Value[] {
    const value = this.value(at)
    return isArray(value) ? value : this.fail('expects array argument', value)
  }

  set(at: number): RegoSet {
    const value = this.value(at)
    return value instanceof RegoSet ? value : this.fail('expects set argument', value)
  }

  object(at: number): RegoObject {
    const value = this.value(at)
    return value instanceof RegoObject ? value : this.fail('expects object argument', value)
  }

  /** Of an array or a set. */
  items(at: number): readonly Value[] {
    const value = this.value(at)
    if (isArray(value)) return value
    return value instanceof RegoSet ? value.values() : this.fail('requires array/set argument', value)
  }

  texts(at: number): readonly string[] {
    const value = this.value(at)
    const items = isArray(value) ? value : value instanceof RegoSet ? value.values() : this.fail('expects array/set of strings', value)
    return items.map((item) => (typeof item === 'string' ? item : this.fail('expects array/set of strings', value)))
  }

  /** One text, or several of them. */
  oneOrMore(at: number): readonly string[] {
    const value = this.value(at)
    return typeof value === 'string' ? [value] : this.texts(at)
  }

  is(at: number, type: TypeName): boolean {
    return typeName(this.value(at)) === type
  }

  fail(expected: string, got?: Value): never {
    throw new BuiltinError(`\`${this.name}\` ${expected}.${got === undefined ? '' : ` Got \`${excerpt(got)}\` instead`}`)
  }
}

/** Texts are paid by their length: what a policy makes is bounded by its steps. */
export const charactersPerStep = 16

/** To be called before the text exists. */
export const payText = (context: BuiltinContext, characters: number): void => context.step(1 + Math.ceil(characters / charactersPerStep))

/** By the number of values in it. @throws BuiltinError for what is nested too deeply to be walked */
export function payValue(context: BuiltinContext, value: Value, depth = 0): void {
  if (depth > deepest) throw new BuiltinError(`a value is nested more than ${deepest} levels deep`)
  if (typeof value === 'string') payText(context, value.length)
  else context.step(1)
  if (typeof value !== 'object' || value === null) return
  if (isArray(value) || value instanceof RegoSet) {
    for (const item of value) payValue(context, item, depth + 1)
    return
  }
  for (const [key, item] of value.entries()) {
    payValue(context, key, depth + 1)
    payValue(context, item, depth + 1)
  }
}

export const deepest = 1000

function excerpt(value: Value): string {
  if (typeof value === 'object' && value !== null) return `${typeName(value)}`
  const text = identity(value)
  return text.length > 100 ? `${text.slice(0, 100)}…` : text
}
