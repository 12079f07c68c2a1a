/** The `default` and `values` of a variable: plain, or several of which a condition chooses one. */

import { clip, isMap, jsonKey, own } from './json.ts'
import type { FormEntity } from './types.ts'

export interface Option {
  /** As the file has it; no text when the file is wrong. */
  condition: unknown
  result: unknown
}

/** The options of `{options: [{condition, <field>}]}` in order; undefined for a plain value. */
export function optionsOf(entity: Pick<FormEntity, 'type'>, field: 'default' | 'values', raw: unknown): Option[] | undefined {
  const options = own(raw, 'options')
  if (!Array.isArray(options)) return undefined
  // A map may have a key of that name.
  if (entity.type === 'map' && field === 'default' && !options.every((option) => own(option, 'condition') !== undefined)) return undefined
  return options.map((option: unknown) => ({ condition: conditionText(own(option, 'condition')), result: own(option, field) }))
}

/** `condition: true` is no text in YAML. */
const conditionText = (condition: unknown): unknown => (typeof condition === 'boolean' ? String(condition) : condition)

/** What may be chosen: by its label, by its value. */
export interface Choices {
  /** Keys of values, as `jsonKey` gives them. */
  values: ReadonlyMap<string, unknown>
  labels: ReadonlyMap<string, unknown>
  texts: readonly string[]
}

/** From `[a, b]`, `[{label, value}]` or `{label: value}`. */
export function choicesOf(list: unknown): Choices {
  const [values, labels, texts] = [new Map<string, unknown>(), new Map<string, unknown>(), [] as string[]]
  const add = (label: string | undefined, value: unknown): void => {
    const key = jsonKey(value)
    if (!values.has(key)) values.set(key, value)
    if (label !== undefined && !labels.has(label)) labels.set(label, value)
    if (texts.length < 10) texts.push(clip(label ?? (typeof value === 'string' ? value : key)))
  }
  if (Array.isArray(list))
    for (const item of list as unknown[]) isLabelled(item) ? add(labelOf(item), own(item, 'value')) : add(undefined, item)
  else if (isMap(list)) for (const [label, value] of Object.entries(list)) add(label, value)
  return { values, labels, texts }
}

function labelOf(item: unknown): string | undefined {
  const label = own(item, 'label')
  return typeof label === 'number' || typeof label === 'boolean' ? String(label) : typeof label === 'string' ? label : undefined
}

export const isLabelled = (item: unknown): boolean => labelOf(item) !== undefined && own(item, 'value') !== undefined

/** What a caller sends: a value, or the label that stands for one. Others stay as they are. */
export function chosenByValue(choices: Choices, given: unknown): unknown {
  if (choices.values.has(jsonKey(given))) return given
  return typeof given === 'string' && choices.labels.has(given) ? choices.labels.get(given) : given
}

/** What a default says: a label, or a value. */
export function chosenByLabel(choices: Choices, named: unknown): unknown {
  return typeof named === 'string' && choices.labels.has(named) ? choices.labels.get(named) : named
}

export const isListed = (choices: Choices, value: unknown): boolean => choices.values.has(jsonKey(value))
