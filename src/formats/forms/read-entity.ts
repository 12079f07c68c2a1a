/** One variable of a form file: its fields, and what is wrong with them. */

import { choiceMistakes } from './check-choices.ts'
import { clip, isMap, type JsonMap, own } from './json.ts'
import type { Aspect, Mistakes, Place } from './mistakes.ts'
import { type Patterns, readRules } from './rules.ts'
import { type FormEntity, formTypes, widgets } from './types.ts'
import { canSelectSeveral, holdsType, selectsSeveral } from './types-of-values.ts'

export interface ReadEntity {
  /** As far as they can be told, so that what refers to a broken variable is not called broken too. */
  name: string
  key: string
  /** Absent when the variable has no key, or a type or widget that does not exist. */
  entity?: FormEntity
}

export const longestKey = 255

export function readEntity(raw: unknown, number: number, place: Place, mistakes: Mistakes, patterns: Patterns): ReadEntity {
  const key = textOf(own(raw, 'key')) ?? ''
  const name = textOf(own(raw, 'name')) ?? (key || `#${number}`)
  const report: Report = (aspect, detail) => mistakes.inVariable(place, name, key, aspect, detail)
  if (!isMap(raw)) {
    report('Variable', 'it must be a map with "name", "key", "type" and "widget"')
    return { name, key }
  }
  if (textOf(own(raw, 'name')) === undefined) report('Name', 'it is missing')
  const keyMistake = mistakeOfKey(own(raw, 'key'))
  if (keyMistake !== undefined) report('Key', keyMistake)
  const type = formTypes.find((each) => each === own(raw, 'type'))
  if (!type) report('Type', missingOr(own(raw, 'type'), 'type'))
  const widget = widgets.find((each) => each === own(raw, 'widget'))
  if (!widget) report('Widget', missingOr(own(raw, 'widget'), 'widget'))
  const fields = readFields(raw, patterns, report)
  if (!type || !widget || keyMistake !== undefined) return { name, key }
  const entity: FormEntity = { name, key, type, widget, ...fields }
  checkWidget(entity, report)
  for (const { aspect, detail } of choiceMistakes(entity)) report(aspect, detail)
  return { name, key, entity }
}

/** Text, or a scalar that somebody forgot to quote; undefined for what is missing, empty or no text. */
export function textOf(value: unknown): string | undefined {
  if (typeof value === 'number' || typeof value === 'boolean') return String(value)
  return typeof value === 'string' && value.trim() !== '' ? value : undefined
}

/** YAML of Go knows more words for these than YAML 1.2. */
export function flagOf(value: unknown): boolean | undefined {
  if (typeof value === 'boolean') return value
  if (typeof value !== 'string') return undefined
  return /^(?:yes|on|true)$/i.test(value) ? true : /^(?:no|off|false)$/i.test(value) ? false : undefined
}

type Report = (aspect: Aspect, detail: string) => void
type Fields = Omit<FormEntity, 'name' | 'key' | 'type' | 'widget'>

function mistakeOfKey(key: unknown): string | undefined {
  const text = textOf(key)
  if (text === undefined) return 'it is missing'
  if (text.length > longestKey) return `it has more than ${longestKey} characters`
  if (/[\s\p{Cc}]/u.test(text)) return 'it must not have blanks'
  return text === '__proto__' ? 'it is reserved' : undefined
}

const missingOr = (value: unknown, what: 'type' | 'widget'): string =>
  value === undefined ? 'it is missing' : `the ${what} "${clip(textOf(value) ?? '')}" does not exist`

function readFields(raw: JsonMap, patterns: Patterns, report: Report): Fields {
  const rules = readRules(own(raw, 'validations'), patterns)
  for (const detail of rules.mistakes) report('Validations', detail)
  const fields: { [Field in keyof Fields]: Fields[Field] | undefined } = {
    description: optionalText(raw, 'description', 'Description', report),
    unit: optionalText(raw, 'unit', 'Unit', report),
    required: optionalFlag(raw, 'required', 'Required', report),
    default: own(raw, 'default'),
    values: own(raw, 'values'),
    values_ref: addressOf(raw, report),
    widget_config: own(raw, 'widget_config'),
    depends_on: keysIn(raw, report),
    source: optionalText(raw, 'source', 'File Branch Source', report),
    validations: listIn(own(raw, 'validations')),
    folded: optionalFlag(raw, 'folded', 'Folded', report),
    quota_config: quotaOf(raw, report),
  }
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined))
}

const listIn = (value: unknown): unknown[] | undefined => (Array.isArray(value) ? value : undefined)

function optionalText(raw: JsonMap, field: 'description' | 'unit' | 'source', aspect: Aspect, report: Report): string | undefined {
  const value = own(raw, field)
  if (value === undefined || value === '') return undefined
  const text = textOf(value)
  if (text === undefined) report(aspect, 'it must be a text')
  return text
}

function optionalFlag(raw: JsonMap, field: 'required' | 'folded', aspect: Aspect, report: Report): boolean | undefined {
  const value = own(raw, field)
  if (value === undefined) return undefined
  const flag = flagOf(value)
  if (flag === undefined) report(aspect, 'it must be true or false')
  return flag
}

function addressOf(raw: JsonMap, report: Report): string | undefined {
  const value = own(raw, 'values_ref')
  if (value === undefined) return undefined
  const fits = typeof value === 'string' && value.length <= 4_096 && (/^https?:\/\//i.test(value) || /^(?:\(\$|\$\{)/.test(value))
  if (fits) return value
  report('Values Ref', 'it must be an address that begins with https:// or http://')
  return undefined
}

function keysIn(raw: JsonMap, report: Report): string[] | undefined {
  const value = own(raw, 'depends_on')
  if (value === undefined) return undefined
  const keys = Array.isArray(value) ? value.map((key: unknown) => textOf(key)) : [undefined]
  const known = keys.filter((key) => key !== undefined)
  if (known.length === keys.length) return known
  report('Depends On', 'it must be a list of keys')
  return undefined
}

const quotaTypes = ['cpu', 'memory', 'storage'] as const

function quotaOf(raw: JsonMap, report: Report): FormEntity['quota_config'] {
  const config = own(raw, 'quota_config')
  if (config === undefined) return undefined
  const type = quotaTypes.find((each) => each === own(config, 'type'))
  const count = own(config, 'count_ref')
  const count_ref = textOf(count)
  if (!type) report('Quota', `its "type" must be ${quotaTypes.join(', ')}`)
  else if (count !== undefined && count_ref === undefined) report('Quota', 'its "count_ref" must be a key')
  else return { type, ...(count_ref === undefined ? {} : { count_ref }) }
  return undefined
}

function checkWidget(entity: FormEntity, report: Report): void {
  const { type, widget, widget_config: config } = entity
  if (!holdsType(widget, type)) report('Widget', `the widget "${widget}" cannot hold the type "${type}"`)
  if (config !== undefined && !isMap(config)) report('Widget Config', 'it must be a map')
  const several = own(config, 'multiselect')
  if (several !== undefined && typeof several !== 'boolean') report('Widget Config', '"multiselect" must be true or false')
  if (selectsSeveral(entity) && type !== 'array') report('Widget', `"multiselect" needs the type "array", and this is "${type}"`)
  if (canSelectSeveral(widget) && type === 'array' && !selectsSeveral(entity))
    report('Widget', `the widget "${widget}" can hold the type "array" only with "multiselect: true" in "widget_config"`)
  checkWidgetConfig(entity, report)
  if (entity.folded && entity.required && entity.default === undefined) report('Folded', 'what is required needs a default to be folded')
  if (entity.quota_config && type !== 'integer' && type !== 'float') report('Quota', `it counts numbers, and the type is "${type}"`)
}

function checkWidgetConfig({ widget, widget_config: config }: FormEntity, report: Report): void {
  if (widget === 'cy_inventory_resource') {
    if (textOf(own(config, 'attribute')) === undefined) report('Widget Config', '"attribute" is missing')
    const filters = own(config, 'filters')
    if (filters !== undefined && !isMap(filters)) report('Widget Config', '"filters" must be a map')
  }
  if (widget === 'cy_cred') {
    const types = own(config, 'cred_types')
    const areTexts = types === undefined || (Array.isArray(types) && types.every((type) => typeof type === 'string'))
    if (!areTexts) report('Widget Config', '"cred_types" must be a list of types')
    const keys = own(config, 'display_keys')
    if (keys !== undefined && flagOf(keys) === undefined) report('Widget Config', '"display_keys" must be true or false')
  }
  const orientation = own(config, 'orientation')
  if (widget === 'radios' && orientation !== undefined && orientation !== 'horizontal' && orientation !== 'vertical')
    report('Widget Config', '"orientation" must be horizontal or vertical')
}
