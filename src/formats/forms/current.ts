/** A form with the values that its files hold now. */

import { addTo, flatten } from './flat.ts'
import { sameJson } from './json.ts'
import type { FormEntity, FormGroup, FormSection, FormUseCase, FormValues } from './types.ts'

export interface WireFormEntity extends Omit<FormEntity, 'quota_config'> {
  /** What is saved; absent when nothing is, or when the files disagree. */
  current?: unknown
  /** What the files hold when they disagree, each value once. */
  mismatch_values?: unknown[]
}

export interface WireFormGroup extends Omit<FormGroup, 'vars'> {
  vars: WireFormEntity[]
}

export interface WireFormSection extends Omit<FormSection, 'groups'> {
  groups: WireFormGroup[]
}

export interface WireFormUseCase {
  name: string
  sections: WireFormSection[]
}

/** The value that the files of a technology hold, or undefined. */
export type ReadCurrent = (technology: string, key: string, entity: FormEntity) => unknown

/**
 * The form as the API shows it: with `current`, or `mismatch_values` where the technologies that share a variable hold
 * different values, and without what only quotas use. A technology without the variable contradicts nobody.
 */
export function withCurrent(useCase: FormUseCase, read: ReadCurrent): WireFormUseCase {
  const group = ({ vars, ...rest }: FormGroup): WireFormGroup => ({
    ...rest,
    vars: vars.map((entity) => wired(entity, rest.technologies, read)),
  })
  return { name: useCase.name, sections: useCase.sections.map(({ name, groups }) => ({ name, groups: groups.map(group) })) }
}

/** Section → group → key → value of all that could be read; what the files disagree about is left out. */
export function currentValues(useCase: FormUseCase, read: ReadCurrent): FormValues {
  const values: FormValues = {}
  for (const field of flatten(useCase).fields) {
    const found = valuesIn(field.technologies, field.entity, read)
    if (found.length === 1) addTo(values, field, found[0])
  }
  return values
}

function wired(entity: FormEntity, technologies: readonly string[], read: ReadCurrent): WireFormEntity {
  const { quota_config: _, ...rest } = entity
  const found = valuesIn(technologies, entity, read)
  if (found.length > 1) return { ...rest, mismatch_values: found }
  return found.length === 1 ? { ...rest, current: found[0] } : rest
}

function valuesIn(technologies: readonly string[], entity: FormEntity, read: ReadCurrent): unknown[] {
  const found: unknown[] = []
  for (const technology of technologies) {
    const value = read(technology, entity.key, entity)
    if (value !== undefined && !found.some((other) => sameJson(other, value))) found.push(value)
  }
  return found
}
