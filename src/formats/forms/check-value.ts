/** Checks one decided value against the rules of its variable. */

import { isListed } from './choices.ts'
import type { Decision } from './decide.ts'
import { clip, shown } from './json.ts'
import { brokenRules, type Effort, readRules } from './rules.ts'
import type { FormEntity } from './types.ts'
import { isCredentialReference, mustBeListed, selectsSeveral, storesAnyType, typeProblem } from './types-of-values.ts'

/** Ends of sentences about the variable. What only the type can be blamed for is not blamed on the other rules as well. */
export function checkField(entity: FormEntity, decision: Decision, variables: ReadonlyMap<string, unknown>, effort: Effort): string[] {
  const { value, problems } = decision
  if (problems.length > 0) return problems.map((problem) => (value === undefined ? problem : `cannot be worked out: ${problem}`))
  const missing = (entity.depends_on ?? []).filter((key) => isUnset(variables.get(key)))
  // What cannot be used yet cannot be demanded.
  if (value === undefined) return entity.required && missing.length === 0 ? ['is required'] : []
  const waiting = decision.isGiven ? missing.map((key) => `can only be set together with "${clip(key)}", which has no value`) : []
  if (value === '' && (entity.type === 'string' || storesAnyType(entity))) return entity.required ? ['is required, and is empty'] : []
  // The pipeline puts its value in when it runs: nothing can be said about it now.
  if (isCredentialReference(value)) return waiting
  const typed = storesAnyType(entity) ? undefined : typeProblem(entity.type, value)
  if (typed !== undefined) return [typed, ...waiting]
  const choice = listProblem(entity, decision) ?? rangeProblem(entity, decision)
  return [
    ...(choice === undefined ? [] : [choice]),
    ...brokenRules(readRules(entity.validations, effort.patterns).rules, value, effort),
    ...waiting,
  ]
}

const isUnset = (value: unknown): boolean => value === undefined || value === ''

function listProblem(entity: FormEntity, { value, choices }: Decision): string | undefined {
  // What an address will offer is not known here.
  if (!choices || !mustBeListed(entity.widget) || entity.values_ref !== undefined) return undefined
  const items = selectsSeveral(entity) && Array.isArray(value) ? (value as unknown[]) : [value]
  const stranger = items.findIndex((item) => !isListed(choices, item))
  if (stranger === -1) return undefined
  if (choices.values.size === 0) return 'cannot be chosen: with the other values as they are, there is nothing to choose from'
  const more = choices.values.size > choices.texts.length ? ', …' : ''
  return `must be one of ${choices.texts.join(', ')}${more}, and is ${shown(items[stranger])}`
}

function rangeProblem({ widget }: FormEntity, { value, offered }: Decision): string | undefined {
  if (widget !== 'slider_range' || typeof value !== 'number' || !Array.isArray(offered)) return undefined
  const [low, high] = offered as unknown[]
  if (typeof low !== 'number' || typeof high !== 'number' || (value >= low && value <= high)) return undefined
  return `must be between ${low} and ${high}, and is ${value}`
}
