/** Checks across the variables of one use case: what they refer to exists, and nobody writes the same twice. */

import { FormatError } from '../format-error.ts'
import { parseCondition, printCondition } from './condition.ts'
import { clip } from './json.ts'
import { type Aspect, type Mistakes, placeText } from './mistakes.ts'
import type { ReadUseCase, ReadVariable } from './read-structure.ts'

export function referenceMistakes({ name, variables }: ReadUseCase, mistakes: Mistakes): void {
  const byKey = new Map<string, ReadVariable[]>()
  for (const variable of variables) {
    const all = byKey.get(variable.key)
    if (all) all.push(variable)
    else if (variable.key !== '') byKey.set(variable.key, [variable])
  }
  for (const variable of variables) checkReferences(variable, byKey, mistakes)
  for (const [key, all] of byKey) {
    const [first, second] = firstTwice(all)
    if (first && second)
      mistakes.add(
        `use case "${clip(name)}" - key "${clip(key)}" has been found twice: ${placeText(first.place)} and ${placeText(second.place)}`,
      )
  }
}

type ByKey = ReadonlyMap<string, readonly ReadVariable[]>

function checkReferences({ entity, place }: ReadVariable, byKey: ByKey, mistakes: Mistakes): void {
  if (!entity) return
  const report = (aspect: Aspect, detail: string) => mistakes.inVariable(place, entity.name, entity.key, aspect, detail)
  for (const key of entity.depends_on ?? []) {
    if (key === entity.key) report('Depends On', 'it depends on itself')
    else if (!byKey.has(key)) report('Depends On', `there is no variable "${clip(key)}"`)
  }
  const source = sourceProblem(entity, byKey)
  if (source !== undefined) report('File Branch Source', source)
  const count = entity.quota_config?.count_ref
  if (count === undefined) return
  if (!byKey.has(count)) report('Quota', `there is no variable "${clip(count)}" to count by`)
  else if (!hasSome(byKey, count, ({ type }) => type === 'integer' || type === 'float'))
    report('Quota', `"${clip(count)}" is not a number to count by`)
}

type Entity = NonNullable<ReadVariable['entity']>

function sourceProblem({ widget, source }: Entity, byKey: ByKey): string | undefined {
  if (widget !== 'cy_branch') return undefined
  if (source === undefined) return '"source" is missing'
  if (!byKey.has(source)) return `there is no variable "${clip(source)}"`
  const isRepository = hasSome(byKey, source, (other) => other.widget === 'cy_scs' || other.widget === 'cy_crs')
  return isRepository ? undefined : `"${clip(source)}" does not choose a repository`
}

/** A broken variable is reported itself; what refers to it is left in peace. */
const hasSome = (byKey: ByKey, key: string, test: (entity: Entity) => boolean): boolean =>
  (byKey.get(key) ?? []).some(({ entity }) => !entity || test(entity))

/**
 * The first variable of one key that meets another in a technology. Groups with different conditions may have the same key:
 * forms offer one thing in two ways like that, and when both are shown at once, the values say so.
 */
function firstTwice(all: readonly ReadVariable[]): [ReadVariable?, ReadVariable?] {
  const seen = new Map<string, Map<string, ReadVariable>>()
  const addresses = new Map<string, ReadVariable>()
  for (const variable of all) {
    const address = JSON.stringify([variable.place.section, variable.place.group])
    const neighbour = addresses.get(address)
    if (neighbour) return [neighbour, variable]
    addresses.set(address, variable)
    const condition = meaningOf(variable.condition)
    for (const technology of variable.technologies) {
      const others = seen.get(technology) ?? new Map<string, ReadVariable>()
      const other = condition === '' ? others.values().next().value : (others.get('') ?? others.get(condition))
      if (other) return [other, variable]
      seen.set(technology, others.set(condition, variable))
    }
  }
  return []
}

/** Conditions that differ only in blanks and parentheses are one; empty: always. */
function meaningOf(condition: string | undefined): string {
  if (condition === undefined) return ''
  try {
    return printCondition(parseCondition(condition))
  } catch (error) {
    if (error instanceof FormatError) return condition
    throw error
  }
}
