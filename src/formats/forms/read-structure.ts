/** Use cases, sections and groups of a form file. */

import { conditionProblem } from './check-choices.ts'
import { clip, isMap, type JsonMap, own } from './json.ts'
import { type Mistakes, type Place, placeText } from './mistakes.ts'
import { flagOf, type ReadEntity, readEntity, textOf } from './read-entity.ts'
import type { Patterns } from './rules.ts'
import { type FormGroup, type FormSection, type FormUseCase, technologies as knownTechnologies } from './types.ts'

/** A variable with what it inherits from its group. */
export interface ReadVariable extends ReadEntity {
  place: Place
  technologies: readonly string[]
  condition: string | undefined
}

/** What the checks of one use case look at. */
export interface ReadUseCase {
  name: string
  variables: ReadVariable[]
}

const mostVariables = 5_000
const mostGroups = 5_000
const longestName = 1_000

/** `check` runs after each use case, so that its mistakes follow those of the parts. */
export function readUseCases(raw: unknown, mistakes: Mistakes, check: (useCase: ReadUseCase) => void): FormUseCase[] {
  const budget: Budget = { variables: 0, groups: 0, full: false, patterns: new Map() }
  const names = new Set<string>()
  return listOf(raw, 'the use cases', mistakes).flatMap((each, index) => {
    const useCase = named(each, `use case ${index + 1}`, mistakes)
    if (!useCase) return []
    const { name, part } = useCase
    if (names.has(name)) mistakes.add(`use case "${clip(name)}" has been found twice`)
    names.add(name)
    const read: ReadUseCase = { name, variables: [] }
    const sections = readSections(part, read, mistakes, budget)
    check(read)
    return [{ name, sections }]
  })
}

interface Budget {
  variables: number
  groups: number
  /** Told once; what follows is left out. */
  full: boolean
  patterns: Patterns
}

function readSections(raw: JsonMap, useCase: ReadUseCase, mistakes: Mistakes, budget: Budget): FormSection[] {
  const where = `use case "${clip(useCase.name)}"`
  return partsOf(raw, 'sections', where, ['name', 'description'], mistakes).flatMap((each, index) => {
    const section = named(each, `${where} - section ${index + 1}`, mistakes)
    return section ? [{ name: section.name, groups: readGroups(section.part, section.name, useCase, mistakes, budget) }] : []
  })
}

function readGroups(raw: JsonMap, section: string, useCase: ReadUseCase, mistakes: Mistakes, budget: Budget): FormGroup[] {
  const where = `use case "${clip(useCase.name)}" - section "${clip(section)}"`
  return partsOf(raw, 'groups', where, ['name', 'description'], mistakes).flatMap((each, index) => {
    const group = named(each, `${where} - group ${index + 1}`, mistakes)
    if (!group || isFull(budget, 'groups', mistakes)) return []
    return [readGroup(group.part, { useCase: useCase.name, section, group: group.name }, useCase, mistakes, budget)]
  })
}

function readGroup(raw: JsonMap, place: Place, useCase: ReadUseCase, mistakes: Mistakes, budget: Budget): FormGroup {
  const technologies = readTechnologies(raw, place, mistakes)
  const condition = readCondition(raw, place, mistakes)
  const folded = own(raw, 'folded') === undefined ? undefined : flagOf(own(raw, 'folded'))
  if (own(raw, 'folded') !== undefined && folded === undefined) mistakes.add(groupText(place, 'Folded', 'it must be true or false'))
  const read = listOf(own(raw, 'vars'), `use case "${clip(place.useCase)}" - the variables ${placeText(place)}`, mistakes).flatMap(
    (each, index) => {
      if (isFull(budget, 'variables', mistakes)) return []
      const entity = readEntity(each, index + 1, place, mistakes, budget.patterns)
      useCase.variables.push({ ...entity, place, technologies, condition })
      return [entity]
    },
  )
  if (read.length > 0 && own(raw, 'technologies') === undefined)
    mistakes.add(`use case "${clip(place.useCase)}" - the variables ${placeText(place)} need "technologies": they would be written nowhere`)
  return {
    name: place.group,
    technologies,
    vars: read.flatMap(({ entity }) => entity ?? []),
    ...(condition === undefined ? {} : { condition }),
    ...(folded === undefined ? {} : { folded }),
  }
}

function readTechnologies(raw: JsonMap, place: Place, mistakes: Mistakes): string[] {
  const where = `use case "${clip(place.useCase)}" ${placeText(place)}`
  const listed = listOf(own(raw, 'technologies'), `use case "${clip(place.useCase)}" - the technologies ${placeText(place)}`, mistakes)
  const known = new Set<string>()
  for (const each of listed) {
    const name = textOf(each) ?? ''
    if (knownTechnologies.some((technology) => technology === name)) known.add(name)
    else mistakes.add(`Forms Technology "${clip(name)}" is unknown: ${where}`)
  }
  return [...known]
}

function readCondition(raw: JsonMap, place: Place, mistakes: Mistakes): string | undefined {
  const given = own(raw, 'condition')
  const condition = typeof given === 'boolean' ? String(given) : given
  if (condition === undefined || condition === '') return undefined
  const problem = conditionProblem(condition)
  if (problem !== undefined) mistakes.add(groupText(place, 'Condition', problem))
  return typeof condition === 'string' ? condition : undefined
}

const groupText = ({ useCase, section, group }: Place, aspect: 'Condition' | 'Folded', detail: string): string =>
  `use case "${clip(useCase)}" invalid definition for group "${clip(group)}" in section "${clip(section)}": The Forms ${aspect} has an invalid format: ${detail}`

function isFull(budget: Budget, what: 'variables' | 'groups', mistakes: Mistakes): boolean {
  const most = what === 'variables' ? mostVariables : mostGroups
  if (!budget.full && ++budget[what] > most) {
    budget.full = true
    mistakes.add(`it has more than ${most} ${what}`)
  }
  return budget.full
}

function listOf(raw: unknown, what: string, mistakes: Mistakes): unknown[] {
  if (Array.isArray(raw)) return raw
  if (raw !== undefined && raw !== null) mistakes.add(`${what} must be a list`)
  return []
}

/** An empty place for later may lack its parts; something else in their place is a mistake. */
function partsOf(raw: JsonMap, parts: 'sections' | 'groups', where: string, harmless: string[], mistakes: Mistakes): unknown[] {
  if (own(raw, parts) !== undefined) return listOf(own(raw, parts), `${where} - the ${parts}`, mistakes)
  const other = Object.keys(raw).find((key) => key !== parts && !harmless.includes(key) && own(raw, key) !== undefined)
  if (other !== undefined) mistakes.add(`${where} has no "${parts}", but "${clip(other)}"`)
  return []
}

/** The part and its name; undefined, and a mistake, when it is no map or has no usable name. */
function named(raw: unknown, what: string, mistakes: Mistakes): { part: JsonMap; name: string } | undefined {
  const name = textOf(own(raw, 'name'))
  if (!isMap(raw)) mistakes.add(`${what} must be a map`)
  else if (name === undefined) mistakes.add(`${what} has no name`)
  else if (name.length > longestName) mistakes.add(`${what} has a name of more than ${longestName} characters`)
  else if (name === '__proto__') mistakes.add(`${what} has a reserved name`)
  else return { part: raw, name }
  return undefined
}
