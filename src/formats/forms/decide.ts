/** Decides which groups are shown and what value each of their variables has. */

import { FormatError } from '../format-error.ts'
import { type Choices, choicesOf, chosenByLabel, chosenByValue, isListed, optionsOf } from './choices.ts'
import { type Condition, type ConditionFacts, evaluateCondition, parseCondition } from './condition.ts'
import { type FlatForm, type FormField, givenFor } from './flat.ts'
import { mapTexts, sameJson, someText, unusable } from './json.ts'
import { decisionOrder } from './order.ts'
import type { FormEntity, FormValues } from './types.ts'
import { choosesFromList, hasToken, selectsSeveral, typeProblem } from './types-of-values.ts'
import type { ValueProblem } from './values.ts'

export interface Decision {
  /** undefined: none was given and there is no default. */
  value: unknown
  /** True when the value was chosen by the caller rather than by the form. */
  isGiven: boolean
  /** What may be chosen, or the bounds of a range, as conditions have it; undefined when the form does not say. */
  offered: unknown
  choices: Choices | undefined
  /** What is wrong already. */
  problems: string[]
}

export interface Decisions {
  /** In the order of the form; undefined for a variable whose group is hidden. */
  ofField: (Decision | undefined)[]
  /** The values of the variables that are shown, by key; where several share a key, the first one decided. */
  variables: ReadonlyMap<string, unknown>
  /** Of groups. */
  problems: ValueProblem[]
}

const largestValue = { nodes: 100_000, characters: 4_000_000, depth: 64 }

export function decide(
  flat: FlatForm,
  given: FormValues,
  constants: Omit<ConditionFacts, 'variables'>,
  interpolate: (text: string) => string,
): Decisions {
  const variables = new Map<string, unknown>()
  const facts: ConditionFacts = { ...constants, variables }
  const conditions = new Map<string, Condition>()
  /** @throws FormatError */
  const holds = (condition: unknown): boolean => {
    if (typeof condition !== 'string') return false
    const parsed = conditions.get(condition) ?? parseCondition(condition)
    conditions.set(condition, parsed)
    return evaluateCondition(parsed, facts)
  }
  const shown = new Set<number>()
  const decisions: Decisions = { ofField: new Array<Decision | undefined>(flat.fields.length).fill(undefined), variables, problems: [] }
  for (const step of decisionOrder(flat)) {
    const group = flat.groups[step]
    const field = flat.fields[step - flat.groups.length]
    if (group) {
      const { result, problem } = attempt(() => group.condition === undefined || holds(group.condition))
      if (result) shown.add(step)
      if (problem === undefined) continue
      const message = `has a condition that cannot be read: ${problem}`
      decisions.problems.push({ section: group.section, group: group.group, key: '', message })
    } else if (field && shown.has(field.groupNumber)) {
      const decision = decideField(field, given, holds, interpolate)
      decisions.ofField[step - flat.groups.length] = decision
      if (decision.value !== undefined && !variables.has(field.entity.key)) variables.set(field.entity.key, decision.value)
    }
  }
  return decisions
}

type Holds = (condition: unknown) => boolean

function decideField(field: FormField, values: FormValues, holds: Holds, interpolate: (text: string) => string): Decision {
  const { entity } = field
  const fill = (value: unknown) => (someText(value, hasToken) ? mapTexts(value, interpolate) : value)
  const listed = attempt(() => applicable(entity, 'values', holds))
  const offered = attempt(() => fill(listed.result))
  const choices =
    choosesFromList(entity.widget) && (entity.values !== undefined || entity.values_ref !== undefined)
      ? choicesOf(offered.result)
      : undefined
  const named = attempt(() => applicable(entity, 'default', holds))
  const filled = attempt(() => fill(named.result))
  const byDefault = each(entity, typed(entity, named.result, filled.result), (item) => (choices ? chosenByLabel(choices, item) : item))
  const decision = { offered: offered.result, choices, value: byDefault, isGiven: false }
  const problems = [listed, offered, named, filled].flatMap(({ problem }) => problem ?? [])
  const sent = givenFor(values, field)
  if (sent === undefined) return { ...decision, problems }
  const size = unusable(sent, largestValue)
  if (size !== undefined) return { ...decision, value: undefined, problems: [`cannot be used: ${size}`] }
  // Clients send defaults back as the form shows them.
  const isDefault = sameJson(sent, named.result) || (entity.type !== 'string' && sameJson(sent, filled.result))
  if (isDefault && someText(named.result, hasToken)) return { ...decision, problems }
  const isOneOfTheList = someText(sent, hasToken) && choosesFromList(entity.widget) && has(choicesOf(listed.result), sent)
  const value = each(entity, isOneOfTheList ? fill(sent) : sent, (item) => (choices ? chosenByValue(choices, item) : item))
  // A default that cannot be worked out is no matter once something else is given.
  return { ...decision, value, isGiven: !sameJson(value, byDefault), problems: [listed, offered].flatMap(({ problem }) => problem ?? []) }
}

/** The plain `default` or `values`, or those of the first option whose condition holds. @throws FormatError */
function applicable(entity: FormEntity, field: 'default' | 'values', holds: Holds): unknown {
  const options = optionsOf(entity, field, entity[field])
  return (options ? options.find(({ condition }) => holds(condition))?.result : entity[field]) ?? undefined
}

/** What a template filled in is text; a number that was meant is read from it. */
function typed({ type }: FormEntity, raw: unknown, filled: unknown): unknown {
  if (type === 'string' || typeof filled !== 'string' || filled === raw) return filled
  try {
    const value: unknown = JSON.parse(filled)
    return typeProblem(type, value) === undefined ? value : filled
  } catch {
    return filled
  }
}

/** Of several selected ones each by itself. */
const each = (entity: FormEntity, value: unknown, change: (item: unknown) => unknown): unknown =>
  selectsSeveral(entity) && Array.isArray(value) ? value.map((item: unknown) => change(item)) : change(value)

const has = (choices: Choices, sent: unknown): boolean => chosenByValue(choices, sent) !== sent || isListed(choices, sent)

/** What a person wrote and cannot be evaluated is a problem of the form, told like the others. */
function attempt<T>(work: () => T): { result?: T; problem?: string } {
  try {
    return { result: work() }
  } catch (error) {
    if (error instanceof FormatError) return { problem: error.message }
    throw error
  }
}
