/**
 * What a form shows, offers and complains about, decided in the browser by the functions that decide it in the API: conditions, defaults and
 * checks are live and can never be of another opinion. The patterns of tenants are safe here: they run in RE2JS, which takes linear time, and the
 * check of one form may spend a bounded number of steps (formats/forms/rules.ts).
 */
import type { Schema } from '@/api/types.ts'
import { isLabelled } from '../../../../src/formats/forms/choices.ts'
import { type Decision, decide } from '../../../../src/formats/forms/decide.ts'
import { flatten } from '../../../../src/formats/forms/flat.ts'
import { isMap, jsonKey, own, sameJson } from '../../../../src/formats/forms/json.ts'
import type { FormValues } from '../../../../src/formats/forms/types.ts'
import { computeValues } from '../../../../src/formats/forms/values.ts'

export type { FormValues }
export type UseCaseForm = Schema<'FormUseCase'>
export type Entity = Schema<'FormEntity'>

/** Where the component is to be: conditions may ask. */
export interface FormPlace {
  organization: string
  project?: string | undefined
  environment?: string | undefined
  component?: string | undefined
}

export interface FieldState {
  /** Unique in the document. */
  id: string
  section: string
  group: string
  entity: Entity
  value: unknown
  /** Chosen by the person, or saved, rather than by the form. */
  isGiven: boolean
  /** What may be chosen, or the two bounds of a range. */
  offered: unknown
  problems: string[]
  /** What was typed, as it was typed, for as long as nothing else gave the field its value. */
  typed: Typed | undefined
}

/** `1.` and `1.0` mean the same number; `cache: [1` means nothing yet, and the value stays what it was. */
export interface Typed {
  text: unknown
  /** In words: why it means nothing. */
  mistake?: string | undefined
}

export interface GroupState {
  name: string
  folded: boolean
  technologies: readonly string[]
  /** What is wrong with the group itself. */
  problems: string[]
  fields: FieldState[]
}

export interface FormState {
  sections: { name: string; groups: GroupState[]; problems: number }[]
  /** By key, of what is shown. */
  variables: ReadonlyMap<string, unknown>
  /** Of what is shown, in the order of the form, those with problems first wrong one first. */
  wrong: FieldState[]
  problems: number
  values: FormValues
}

/**
 * @param given what a person chose, over what the files hold
 * @param typed by the ids of fields
 */
export function workOut(form: UseCaseForm, given: FormValues, place: FormPlace, typed: ReadonlyMap<string, Typed>): FormState {
  const facts = {
    organization: place.organization,
    ...(place.project === undefined ? {} : { project: place.project }),
    ...(place.environment === undefined ? {} : { env: place.environment }),
  }
  const flat = flatten(form)
  const decisions = decide(flat, given, { useCase: form.name, ...facts }, (text) => text)
  const { problems, values } = computeValues(form, given, facts)
  const said = new Map<string, string[]>()
  for (const { section, group, key, message } of problems) {
    const address = addressOf(section, group, key)
    said.set(address, [...(said.get(address) ?? []), message])
  }
  const wrong: FieldState[] = []
  let index = 0
  const sections = form.sections.map((section) => {
    const groups = section.groups.flatMap((group): GroupState[] => {
      const fields = group.vars.flatMap((entity): FieldState[] => {
        const at = index++
        const decision = decisions.ofField[at]
        if (!decision) return []
        const id = `field-${at}`
        const mistake = typed.get(id)?.mistake
        // What is said of the value is not said of what was typed over it.
        const wrongs = mistake === undefined ? (said.get(addressOf(section.name, group.name, entity.key)) ?? []) : [mistake]
        return [fieldState(id, section.name, group.name, entity, decision, wrongs, typed.get(id))]
      })
      for (const field of fields) if (field.problems.length > 0) wrong.push(field)
      const own = said.get(addressOf(section.name, group.name, '')) ?? []
      if (fields.length === 0 && own.length === 0) return []
      return [{ name: group.name, folded: group.folded === true, technologies: group.technologies, problems: own, fields }]
    })
    return {
      name: section.name,
      groups,
      problems: groups.reduce((sum, { fields }) => sum + fields.filter(({ problems }) => problems.length > 0).length, 0),
    }
  })
  const groups = sections.flatMap((section) => section.groups)
  return {
    sections: sections.filter(({ groups }) => groups.length > 0),
    variables: decisions.variables,
    wrong,
    problems: groups.reduce((sum, group) => sum + group.problems.length, 0) + wrong.reduce((sum, field) => sum + field.problems.length, 0),
    values,
  }
}

const addressOf = (section: string, group: string, key: string): string => JSON.stringify([section, group, key])

const fieldState = (
  id: string,
  section: string,
  group: string,
  entity: Entity,
  decision: Decision,
  problems: string[],
  typed: Typed | undefined,
): FieldState => ({
  id,
  section,
  group,
  entity,
  value: decision.value,
  isGiven: decision.isGiven,
  offered: decision.offered,
  problems,
  typed,
})

/** Sets one value; undefined takes it away again. */
export function withValue(
  values: FormValues,
  { section, group, entity: { key } }: Pick<FieldState, 'section' | 'group' | 'entity'>,
  value: unknown,
): FormValues {
  const variables = new Map(Object.entries(own(own(values, section), group) ?? {}))
  if (value === undefined) variables.delete(key)
  else variables.set(key, value)
  const groups = new Map(Object.entries((own(values, section) ?? {}) as Record<string, Record<string, unknown>>))
  groups.set(group, Object.fromEntries(variables))
  const sections = new Map(Object.entries(values))
  sections.set(section, Object.fromEntries(groups))
  return Object.fromEntries(sections)
}

export const valueAt = (
  values: FormValues,
  { section, group, entity: { key } }: Pick<FieldState, 'section' | 'group' | 'entity'>,
): unknown => own(own(own(values, section), group), key)

/** `over` on top of `base`, variable by variable. */
export function merged(base: FormValues, over: FormValues): FormValues {
  let values = base
  for (const [section, groups] of Object.entries(over))
    for (const [group, variables] of Object.entries(groups))
      for (const [key, value] of Object.entries(variables)) values = withValue(values, { section, group, entity: { key } as Entity }, value)
  return values
}

/** What the files of a component hold, as its form was answered. */
export function currentOf(form: UseCaseForm): FormValues {
  let values: FormValues = {}
  for (const section of form.sections)
    for (const group of section.groups)
      for (const entity of group.vars)
        if (entity.current !== undefined && entity.current !== null)
          values = withValue(values, { section: section.name, group: group.name, entity }, entity.current)
  return values
}

export interface Item {
  /** Stands for the value where only texts can. */
  key: string
  label: string
  value: unknown
}

/** `[a, b]`, `[{label, value}]` or `{label: value}`, as a list to choose from; each value once. */
export function itemsOf(offered: unknown): Item[] {
  const items = new Map<string, Item>()
  const add = (label: string, value: unknown) => {
    const key = jsonKey(value)
    if (!items.has(key)) items.set(key, { key, label, value })
  }
  if (Array.isArray(offered))
    for (const item of offered as unknown[])
      isLabelled(item) ? add(String(own(item, 'label')), own(item, 'value')) : add(textOf(item), item)
  else if (isMap(offered)) for (const [label, value] of Object.entries(offered)) add(label, value)
  return [...items.values()]
}

export const keyOf = jsonKey
export const same = sameJson
export const property = own

/** A value in one line. */
export const textOf = (value: unknown): string =>
  value === undefined || value === null ? '' : typeof value === 'string' ? value : JSON.stringify(value)

/** What somebody typed, as the type has it if it can be read so. The check says what is wrong with the rest; `((path.key))` stays a text. */
export function typedAs(type: Entity['type'], text: string): unknown {
  const trimmed = text.trim()
  if ((type === 'integer' || type === 'float') && /^-?\d+(?:\.\d*)?(?:[eE][+-]?\d+)?$/.test(trimmed)) return Number(trimmed)
  if (type === 'boolean' && (trimmed === 'true' || trimmed === 'false')) return trimmed === 'true'
  return text
}
