/**
 * What a plan's configuration adds to its values: where a resource will be (its provider's region), and what it refers to. Answers
 * are remembered, so that a plan of thousands of resources costs little.
 */
import type { Json } from '../json-value.ts'
import type { PlanResource, TerraformPlan } from './plan.ts'
import { readAddress } from './plan-address.ts'
import { budgetOfPlan, distinct, indexOf, modulesOf, type ResourceIndex, referenceReader, resolve } from './plan-references.ts'
import { type RegionOf, regionsOf } from './plan-regions.ts'
import { at, mapAt, textsAt } from './plan-values.ts'

export interface PlanConfiguration {
  /** As the provider calls it; undefined when only apply, or the machine that runs Terraform, will tell. */
  regionOf: RegionOf
  /** The resource that an expression of this one means (`'launch_template', 0, 'id'`), of the same state of the world. */
  referred(resource: PlanResource, ...path: (string | number)[]): PlanResource | undefined
  /** Resources of a type that refer to this one anywhere, in the order of the plan. */
  referring(resource: PlanResource, type: string): readonly PlanResource[]
}

export function configurationOf(plan: TerraformPlan): PlanConfiguration {
  const moduleOf = modulesOf(plan.document)
  const planned = indexOf(plan.planned)
  const prior = indexOf(plan.prior)
  const isPrior = new Set(plan.prior)
  const budget = budgetOfPlan()
  const read = referenceReader()
  const indexFor = (resource: PlanResource): ResourceIndex => (isPrior.has(resource) ? prior : planned)
  const regionOf = regionsOf(plan, moduleOf)

  const follow = (resource: PlanResource, references: readonly string[]): PlanResource | undefined =>
    resolve(references, resource.module, suffixOf(resource), { index: indexFor(resource), moduleOf, budget })
  const expressionsOf = (resource: PlanResource): Json | undefined =>
    at(moduleOf(resource.module)?.resources.get(`${resource.type}.${resource.name}`), 'expressions')

  const referred = (resource: PlanResource, ...path: (string | number)[]): PlanResource | undefined => {
    const byExpression = follow(resource, read(at(expressionsOf(resource), ...path)))
    return byExpression ?? byValue(at(resource.values, ...path), resource)
  }
  /** Known ids say it too; drawings without a configuration have the expression in the place of a value. */
  const byValue = (value: Json | undefined, resource: PlanResource): PlanResource | undefined => {
    if (typeof value !== 'string' || value.length > longestId) return undefined
    const expression = /^\$\{([^{}]*)\}$/.exec(value)?.[1]
    return expression === undefined ? indexFor(resource).byId.get(value) : follow(resource, [expression.trim()])
  }

  const flattened = new Map<Json, readonly string[]>()
  const allReferences = (resource: PlanResource): readonly string[] => {
    const expressions = expressionsOf(resource)
    if (expressions === undefined) return []
    const known = flattened.get(expressions) ?? distinct(read(expressions))
    flattened.set(expressions, known)
    return known
  }
  const targetsOf = (resource: PlanResource): Set<PlanResource> => {
    const targets = new Set<PlanResource>()
    for (const reference of allReferences(resource)) {
      const target = follow(resource, [reference])
      if (target) targets.add(target)
    }
    for (const value of Object.values(resource.values)) {
      for (const text of typeof value === 'string' ? [value] : textsAt(value)) {
        const target = byValue(text, resource)
        if (target && target !== resource) targets.add(target)
      }
    }
    return targets
  }
  const reversed = new Map<ResourceIndex, Map<string, Map<PlanResource, PlanResource[]>>>()
  const referring = (resource: PlanResource, type: string): readonly PlanResource[] => {
    const index = indexFor(resource)
    const types = reversed.get(index) ?? new Map<string, Map<PlanResource, PlanResource[]>>()
    reversed.set(index, types)
    const sources = types.get(type) ?? sourcesByTarget(index.resources.filter((one) => one.type === type))
    types.set(type, sources)
    return sources.get(resource) ?? []
  }
  const sourcesByTarget = (sources: readonly PlanResource[]): Map<PlanResource, PlanResource[]> => {
    const map = new Map<PlanResource, PlanResource[]>()
    for (const source of sources) {
      for (const target of targetsOf(source)) {
        const list = map.get(target)
        if (list) list.push(source)
        else map.set(target, [source])
      }
    }
    return map
  }
  return { regionOf, referred, referring }
}

/** Neither ids nor expressions in their place are longer. */
const longestId = 2048

const suffixOf = ({ address }: PlanResource): string => readAddress(address)?.suffix ?? ''

/** True when an attribute, or what it is in, is known only after apply. */
export function isUnknown(resource: PlanResource, ...path: readonly (string | number)[]): boolean {
  for (let length = 1; length <= path.length; length++) {
    if (at(resource.unknown, ...path.slice(0, length)) === true) return true
  }
  return path.length === 0 && mapAt(resource.unknown) !== undefined && Object.keys(resource.unknown).length > 0
}
