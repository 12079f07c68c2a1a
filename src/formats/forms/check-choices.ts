/** Checks of `default` and `values`: types, ranges, and that a default can be chosen. */

import { FormatError } from '../format-error.ts'
import { type Choices, choicesOf, chosenByLabel, isLabelled, isListed, optionsOf } from './choices.ts'
import { parseCondition } from './condition.ts'
import { isMap, own, shown, someText } from './json.ts'
import type { Aspect } from './mistakes.ts'
import type { FormEntity } from './types.ts'
import {
  choosesFromList,
  hasToken,
  isCredentialReference,
  mustBeListed,
  needsValues,
  selectsSeveral,
  storesAnyType,
  typeProblem,
} from './types-of-values.ts'

const mostOptions = 1_000

export interface ChoiceMistake {
  aspect: Aspect
  detail: string
}

export function choiceMistakes(entity: FormEntity): ChoiceMistake[] {
  const values = entity.values === undefined ? { plain: [], mistakes: [] } : plainOnes(entity, 'values')
  const defaults = entity.default === undefined ? { plain: [], mistakes: [] } : plainOnes(entity, 'default')
  const missing = needsValues(entity.widget) && entity.values === undefined && entity.values_ref === undefined
  const listed = values.plain.flatMap(({ value, where }) => valuesProblem(entity, value).map((problem) => `${where}${problem}`))
  const details = (aspect: Aspect, texts: string[]) => texts.map((detail) => ({ aspect, detail }))
  return [
    ...details('Values', missing ? [`the widget "${entity.widget}" needs "values" or "values_ref"`] : [...values.mistakes, ...listed]),
    ...details('Default', [...defaults.mistakes, ...defaultProblems(entity, defaults.plain, listed.length > 0 ? [] : values.plain)]),
  ]
}

interface Plain {
  value: unknown
  /** Words for the beginning of a message: which option it is. */
  where: string
}

/** The value itself, or that of each option. */
function plainOnes(entity: FormEntity, field: 'default' | 'values'): { plain: Plain[]; mistakes: string[] } {
  const options = optionsOf(entity, field, entity[field])
  if (!options) return { plain: [{ value: entity[field], where: '' }], mistakes: [] }
  if (options.length > mostOptions) return { plain: [], mistakes: [`it has more than ${mostOptions} options`] }
  const mistakes = options.flatMap(({ condition, result }, index) => {
    const where = `option ${index + 1}`
    const wrong = conditionProblem(condition)
    return [...(wrong === undefined ? [] : [`${where}: ${wrong}`]), ...(result === undefined ? [`${where} has no "${field}"`] : [])]
  })
  const plain = options.flatMap(({ result }, index) => (result === undefined ? [] : [{ value: result, where: `option ${index + 1}: ` }]))
  return { plain, mistakes }
}

export function conditionProblem(condition: unknown): string | undefined {
  if (condition === undefined) return 'it has no condition'
  if (typeof condition !== 'string') return 'the condition must be a text'
  try {
    parseCondition(condition)
    return undefined
  } catch (error) {
    if (error instanceof FormatError) return error.message
    throw error
  }
}

function valuesProblem(entity: FormEntity, values: unknown): string[] {
  if (entity.widget === 'slider_range') return rangeProblem(entity, values)
  if (!choosesFromList(entity.widget)) return []
  if (isMap(values)) return own(values, 'options') === undefined ? [] : ['the "options" must be a list']
  if (!Array.isArray(values)) return ['it must be a list']
  if (storesAnyType(entity)) return []
  return values.flatMap((item: unknown, index) => {
    const value = isLabelled(item) ? own(item, 'value') : item
    const problem = selectsSeveral(entity) || holdsToken(value) ? undefined : typeProblem(entity.type, value)
    return problem === undefined ? [] : [`value ${index + 1} ${problem}`]
  })
}

function rangeProblem({ type }: FormEntity, values: unknown): string[] {
  const [low, high] = Array.isArray(values) && values.length === 2 ? (values as unknown[]) : []
  const ordered = typeof low === 'number' && typeof high === 'number' && low < high
  if (!ordered) return ['it must be exactly two ascending numbers']
  return type === 'integer' && !(Number.isInteger(low) && Number.isInteger(high)) ? ['it must be two whole numbers'] : []
}

function defaultProblems(entity: FormEntity, defaults: Plain[], values: Plain[]): string[] {
  const open = entity.values === undefined || entity.values_ref !== undefined || values.length === 0
  const isOpenList = open || !mustBeListed(entity.widget) || values.some(({ value }) => holdsToken(value))
  const offered: Offered = {
    choices: choicesOf(choosesFromList(entity.widget) ? values.flatMap(({ value }) => itemsOf(value)) : []),
    mustBeListed: !isOpenList,
    ranges: open || entity.widget !== 'slider_range' ? undefined : values.map(({ value }) => value as [number, number]),
  }
  return defaults.flatMap(({ value, where }) => {
    const problem = defaultProblem(entity, value, offered)
    return problem === undefined ? [] : [`${where}${problem}`]
  })
}

interface Offered {
  /** Of all options together. */
  choices: Choices
  mustBeListed: boolean
  ranges: [number, number][] | undefined
}

const itemsOf = (values: unknown): unknown[] =>
  Array.isArray(values) ? (values as unknown[]) : isMap(values) ? Object.entries(values).map(([label, value]) => ({ label, value })) : []

function defaultProblem(entity: FormEntity, value: unknown, { choices, ranges, ...offered }: Offered): string | undefined {
  // What is filled in later, by the template engine or by the pipeline, cannot be judged now; an empty text is no choice.
  if ((entity.type !== 'string' || offered.mustBeListed) && holdsToken(value)) return undefined
  if (isCredentialReference(value) || (value === '' && entity.type === 'string')) return undefined
  const several = selectsSeveral(entity)
  const typed = storesAnyType(entity) ? undefined : typeProblem(entity.type, several ? value : chosenByLabel(choices, value))
  if (typed !== undefined) return typed
  if (offered.mustBeListed) {
    const items = several && Array.isArray(value) ? (value as unknown[]) : [value]
    const stranger = items.findIndex((item) => !isListed(choices, chosenByLabel(choices, item)))
    if (stranger !== -1) return `${shown(items[stranger])} is not among the values`
  }
  if (ranges && typeof value === 'number' && !ranges.some(([low, high]) => value >= low && value <= high))
    return `${value} is not between ${ranges
      .slice(0, 10)
      .map(([low, high]) => `${low} and ${high}`)
      .join(', nor between ')}`
  return undefined
}

const holdsToken = (value: unknown): boolean => someText(value, hasToken)
