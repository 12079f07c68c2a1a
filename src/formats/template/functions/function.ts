import { FormatError } from '../../format-error.ts'
import type { Budget } from '../limits.ts'
import { type Dict, inWords, type Value } from '../values.ts'

/** What functions may use beside their arguments. */
export interface Tools {
  readonly budget: Budget
  /** Renders a defined template. */
  readonly include: (name: string, data: Value) => string
  /** Renders a text as a template of its own. */
  readonly render: (text: string, data: Value) => string
}

/**
 * A function of templates. The caller has checked the number of arguments; errors it throws carry neither the function's name nor
 * a line, both are added where it is called.
 */
export interface TemplateFunction {
  readonly least: number
  readonly most: number
  readonly run: (args: Arguments, tools: Tools) => Value
}

export type FunctionTable = Readonly<Record<string, TemplateFunction>>

export const fn = (least: number, most: number, run: TemplateFunction['run']): TemplateFunction => ({ least, most, run })

/** Any number of arguments from the least on. */
export const many = (least: number, run: TemplateFunction['run']): TemplateFunction => ({ least, most: Number.POSITIVE_INFINITY, run })

export const fail = (message: string): never => {
  throw new FormatError(message)
}

/** The arguments of one call, read by what a function expects of them. Places count from 0. */
export class Arguments {
  readonly all: readonly Value[]

  constructor(all: readonly Value[]) {
    this.all = all
  }

  get count(): number {
    return this.all.length
  }

  any(place: number): Value {
    return this.all[place] ?? null
  }

  /** The last one: the one that a pipe hands over. */
  get last(): Value {
    return this.all.at(-1) ?? null
  }

  from(place: number): Value[] {
    return this.all.slice(place)
  }

  text(place: number): string {
    const value = this.any(place)
    return typeof value === 'string' ? value : this.#wrong(place, 'a text')
  }

  /** An integer that is a number already. */
  integer(place: number): number {
    const value = this.any(place)
    return typeof value === 'number' && Number.isInteger(value) ? value : this.#wrong(place, 'an integer')
  }

  list(place: number): Value[] {
    const value = this.any(place)
    return Array.isArray(value) ? value : this.#wrong(place, 'a list')
  }

  dict(place: number): Dict {
    const value = this.any(place)
    return value instanceof Map ? value : this.#wrong(place, 'a map')
  }

  /** A map that is only read: nil is an empty one. */
  readDict(place: number): ReadonlyMap<string, Value> {
    return this.any(place) === null ? new Map() : this.dict(place)
  }

  #wrong(place: number, expected: string): never {
    return fail(`argument ${place + 1} has to be ${expected}, not ${inWords(this.any(place))}`)
  }
}
