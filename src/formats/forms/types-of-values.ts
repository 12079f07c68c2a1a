/** Which values a type has, and which types a widget can hold. */

import { isMap, own, shown } from './json.ts'
import { type FormEntity, type FormType, formTypes, type Widget } from './types.ts'

/** The types of each widget; lists need `multiselect` where `canSelectSeveral` says so. */
const typesOfWidget: Record<Widget, readonly FormType[]> = {
  simple_text: ['string', 'integer', 'float', 'array', 'map'],
  text_area: ['string', 'integer', 'float', 'array', 'map'],
  number: ['integer', 'float'],
  switch: ['boolean'],
  dropdown: ['string', 'integer', 'float', 'map', 'array'],
  radios: ['string', 'integer', 'float', 'map', 'array'],
  auto_complete: ['string', 'integer', 'float', 'map', 'array'],
  slider_list: ['string', 'integer', 'float'],
  slider_range: ['integer', 'float'],
  cy_cred: ['string'],
  cy_scs: ['string'],
  cy_crs: ['string'],
  cy_branch: ['string'],
  cy_inventory_resource: formTypes,
  hidden: formTypes,
}

export const holdsType = (widget: Widget, type: FormType): boolean => typesOfWidget[widget].includes(type)

/** One chooses from a list; of `auto_complete` the list is only a suggestion. */
export const choosesFromList = (widget: Widget): boolean => ['dropdown', 'radios', 'auto_complete', 'slider_list'].includes(widget)
export const needsValues = (widget: Widget): boolean => choosesFromList(widget) || widget === 'slider_range'
export const mustBeListed = (widget: Widget): boolean => choosesFromList(widget) && widget !== 'auto_complete'
export const canSelectSeveral = (widget: Widget): boolean => ['dropdown', 'radios', 'auto_complete'].includes(widget)
export const selectsSeveral = ({ widget, widget_config }: Pick<FormEntity, 'widget' | 'widget_config'>): boolean =>
  canSelectSeveral(widget) && own(widget_config, 'multiselect') === true

/**
 * Credentials are put in by the pipeline when it runs: `((path.key))` may stand for a value of any type.
 */
export const isCredentialReference = (value: unknown): boolean => typeof value === 'string' && /^\(\([^()\s]+\)\)$/.test(value)

/** The template engine has still to fill this in. */
export const hasToken = (text: string): boolean => text.includes('($')

/** What is wrong with a value's type, as the end of a sentence about the value; undefined when nothing is. */
export function typeProblem(type: FormType, value: unknown): string | undefined {
  if (isCredentialReference(value)) return undefined
  switch (type) {
    case 'string':
      return typeof value === 'string' ? undefined : `must be a text, and ${described(value)}${quoteHint(value)}`
    case 'integer':
      if (typeof value !== 'number' || !Number.isInteger(value)) return `must be a whole number, and ${described(value)}`
      return Number.isSafeInteger(value) ? undefined : 'must be a whole number of at most 15 digits'
    case 'float':
      return typeof value === 'number' && Number.isFinite(value) ? undefined : `must be a number, and ${described(value)}`
    case 'boolean':
      return typeof value === 'boolean' ? undefined : `must be true or false, and ${described(value)}`
    case 'array':
      return Array.isArray(value) ? undefined : `must be a list, and ${described(value)}`
    case 'map':
      return isMap(value) ? undefined : `must be a map, and ${described(value)}`
  }
}

/** A map chosen from a list is a list of labels with values: what is stored is a value, of whatever type. */
export const storesAnyType = ({ type, widget }: Pick<FormEntity, 'type' | 'widget'>): boolean => type === 'map' && choosesFromList(widget)

function described(value: unknown): string {
  if (typeof value === 'string') return `${shown(value)} is a text`
  if (typeof value === 'number') return `${value} is a number`
  return typeof value === 'boolean' ? `${value} is a boolean` : `${shown(value)} was given`
}

const quoteHint = (value: unknown): string => (typeof value === 'number' || typeof value === 'boolean' ? ': put it in quotes' : '')
