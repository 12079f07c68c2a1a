/** The values of a component as its files hold them now: what stands in git is true, whoever wrote it. */
import { FormatError } from '../../formats/format-error.ts'
import type { FormValues } from '../../formats/forms/types.ts'
import { openPatience } from './patience.ts'
import type { ComponentFile } from './queries.ts'
import { readVariables, textOf } from './render.ts'

export type ReadValue = (technology: string, key: string) => unknown

/**
 * @param contents of the config repository, by path; a file that is gone has no values
 * @returns a function that throws FormatError, naming the file, when one can no longer be read
 */
export function readerOf(
  component: { files: readonly ComponentFile[]; vars: FormValues },
  contents: ReadonlyMap<string, Buffer>,
): ReadValue {
  const saved = new Map(Object.values(component.vars).flatMap((groups) => Object.values(groups).flatMap((group) => Object.entries(group))))
  const parsed = new Map<string, ReadonlyMap<string, unknown>>()
  const patience = openPatience()
  const valuesOf = ({ path, technology, variables }: ComponentFile): ReadonlyMap<string, unknown> => {
    const known = parsed.get(path)
    if (known) return known
    const content = contents.get(path)
    const values = content ? patience.work(() => parse(path, technology, variables, content)) : new Map<string, unknown>()
    parsed.set(path, values)
    return values
  }
  return (technology, key) => {
    const homes = component.files.filter((file) => file.technology === technology && file.variables.includes(key))
    for (const home of homes) {
      const value = valuesOf(home).get(key)
      if (value !== undefined) return value
    }
    // Templates are filled, not edited: what went into them cannot be read back from them.
    return homes.length === 0 && technology === 'custom' ? saved.get(key) : undefined
  }
}

function parse(path: string, technology: string, keys: readonly string[], content: Buffer): Map<string, unknown> {
  try {
    return readVariables(technology === 'terraform' ? 'terraform' : 'yaml', textOf(content), keys)
  } catch (error) {
    if (error instanceof FormatError) throw new FormatError(`the file ${path} of the config repository cannot be read: ${error.message}`)
    throw error
  }
}

/**
 * `over` on top of `base`, variable by variable; null means "as if it were not there". Names are strangers' and may be those of
 * what every object inherits: nothing is ever looked up in, or put into, an object that is there.
 */
export const mergeValues = (base: FormValues, over: FormValues): FormValues =>
  overlaid(base, over, (groups, more) => overlaid(groups, more, (variables, others) => ({ ...variables, ...others })))

function overlaid<T>(
  base: Readonly<Record<string, T>>,
  over: Readonly<Record<string, T>>,
  both: (present: T, more: T) => T,
): Record<string, T> {
  const merged = new Map(Object.entries(base))
  for (const [name, more] of Object.entries(over)) {
    const present = merged.get(name)
    merged.set(name, present === undefined ? more : both(present, more))
  }
  return Object.fromEntries(merged)
}
