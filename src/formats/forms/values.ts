/** The values of a filled form: what was given, completed by defaults, checked, and sorted by where it is written. */

import { checkField } from './check-value.ts'
import type { ConditionFacts } from './condition.ts'
import { decide } from './decide.ts'
import { addTo, type FormField, flatten, givenFor } from './flat.ts'
import type { Effort } from './rules.ts'
import type { FormType, FormUseCase, FormValues } from './types.ts'

export interface ValueProblem {
  section: string
  group: string
  /** Empty when the problem is the group's. */
  key: string
  /** The end of a sentence about the variable: `must be a whole number, and "14" is a text`. */
  message: string
}

export interface TechnologyValue {
  technology: string
  key: string
  value: unknown
  type: FormType
  section: string
  group: string
}

export interface ComputedValues {
  values: FormValues
  /** What goes to which technology's files; one entry for each technology of a variable. */
  writes: TechnologyValue[]
  problems: ValueProblem[]
}

/**
 * Completes and checks the values of a form.
 *
 * What counts for a variable is, in this order: what is given (null is missing; a label stands for its value), the `default`,
 * or that of the first option whose condition holds. Groups whose condition is false are neither checked nor written, and
 * conditions see their variables without a value; `order.ts` says in which order all this is decided. Problems of all
 * variables are answered at once, in the order of the form. Values given again as they were answered give themselves.
 *
 * @param given what a caller sent; sections, groups and keys that the form does not know are ignored
 * @param interpolate fills `($ … $)` in defaults; a given value is only filled in when it is the default, word for word
 */
export function computeValues(
  useCase: FormUseCase,
  given: FormValues,
  facts: Omit<ConditionFacts, 'variables'>,
  interpolate: (text: string) => string = (text) => text,
): ComputedValues {
  const flat = flatten(useCase)
  const decisions = decide(flat, given, { useCase: useCase.name, ...facts }, interpolate)
  const computed: ComputedValues = { values: {}, writes: [], problems: [...decisions.problems] }
  const written = new Map<string, FormField>()
  const effort: Effort = { spent: 0, patterns: new Map() }
  flat.fields.forEach((field, index) => {
    const decision = decisions.ofField[index]
    if (!decision) return
    const complain = (message: string) => computed.problems.push(problemOf(field, message))
    for (const message of checkField(field.entity, decision, decisions.variables, effort)) complain(message)
    if (decision.value === undefined) return
    addTo(computed.values, field, decision.value)
    for (const technology of field.technologies) {
      const { section, group, entity } = field
      const other = written.get(`${technology}\n${entity.key}`)
      if (other) complain(`is set twice for ${technology}: also in "${other.group}" of "${other.section}", which is shown at the same time`)
      written.set(`${technology}\n${entity.key}`, field)
      computed.writes.push({ technology, key: entity.key, value: decision.value, type: entity.type, section, group })
    }
  })
  return computed
}

/**
 * What the values count for against quotas: for each type the sum of value × value of the variable that `count_ref` names. A
 * variable without a value counts for nothing; a `count_ref` without one multiplies by 1. Nothing counts for less than nothing:
 * a negative number in one variable makes no room for another.
 */
export function quotaOf(useCase: FormUseCase, values: FormValues): { cpu: number; memory: number; storage: number } {
  const { fields } = flatten(useCase)
  const numbers = new Map<string, number>()
  for (const field of fields) {
    const value = givenFor(values, field)
    if (typeof value === 'number' && !numbers.has(field.entity.key)) numbers.set(field.entity.key, value)
  }
  const sum = { cpu: 0, memory: 0, storage: 0 }
  for (const field of fields) {
    const { quota_config: quota } = field.entity
    const value = givenFor(values, field)
    if (quota && typeof value === 'number')
      sum[quota.type] += Math.max(0, value) * Math.max(0, quota.count_ref === undefined ? 1 : (numbers.get(quota.count_ref) ?? 1))
  }
  return sum
}

const problemOf = ({ section, group, entity }: FormField, message: string): ValueProblem => ({ section, group, key: entity.key, message })
