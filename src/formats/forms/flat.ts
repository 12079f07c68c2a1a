/** A form as two flat lists, and the values of its fields by address. */

import { own, put } from './json.ts'
import type { FormEntity, FormUseCase, FormValues } from './types.ts'

export interface FormField {
  section: string
  group: string
  /** Counted through the whole use case. */
  groupNumber: number
  technologies: readonly string[]
  entity: FormEntity
}

export interface GroupCondition {
  section: string
  group: string
  condition: string | undefined
}

export interface FlatForm {
  groups: GroupCondition[]
  fields: FormField[]
}

/** Groups and variables in the order of the form. */
export function flatten(useCase: FormUseCase): FlatForm {
  const flat: FlatForm = { groups: [], fields: [] }
  for (const section of useCase.sections)
    for (const { name, technologies, condition, vars } of section.groups) {
      const groupNumber = flat.groups.push({ section: section.name, group: name, condition }) - 1
      for (const entity of vars) flat.fields.push({ section: section.name, group: name, groupNumber, technologies, entity })
    }
  return flat
}

/** Adds a value under its section and group. */
export function addTo(values: FormValues, { section, group, entity }: FormField, value: unknown): void {
  const groups = Object.hasOwn(values, section)
    ? (values[section] ?? {})
    : put<Record<string, Record<string, unknown>>>(values, section, {})
  const keys = Object.hasOwn(groups, group) ? (groups[group] ?? {}) : put<Record<string, unknown>>(groups, group, {})
  put(keys, entity.key, value)
}

export const givenFor = (values: FormValues, { section, group, entity }: FormField): unknown =>
  own(own(own(values, section), group), entity.key)
