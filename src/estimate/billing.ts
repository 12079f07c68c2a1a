/** From resources to what is billed of them: which are estimated, which are free, and why others are left out. */
import { Decimal } from 'decimal.js'
import type { PlanResource, TerraformPlan } from '../formats/terraform/plan.ts'
import { configurationOf } from '../formats/terraform/plan-configuration.ts'
import { isFree, mapperOf } from './registry.ts'
import { type BilledPart, type MapperContext, UnknownUntilApply, type UsageSettings } from './types.ts'
import { usageOf } from './usage.ts'

export type Billing =
  | { kind: 'billed'; resource: PlanResource; parts: readonly BilledPart[] }
  | { kind: 'free'; resource: PlanResource }
  | { kind: 'unsupported'; resource: PlanResource }
  | { kind: 'unknown'; resource: PlanResource; attribute: string }

/** Groups of instances have parts of templates; nothing real goes deeper. */
const deepestParts = 8

/** What is billed of a resource of this plan; remembers what it found out on the way. */
export function billingOf(plan: TerraformPlan, settings: UsageSettings): (resource: PlanResource) => Billing {
  const configuration = configurationOf(plan)
  let depth = 0

  const partsOf = (resource: PlanResource): readonly BilledPart[] => {
    const map = mapperOf(resource.type)
    if (!map || depth >= deepestParts) return []
    depth++
    try {
      const asked = new Map<string, Decimal>()
      return map(resource, contextOf(resource, asked)).map((part) => (part.usage ? withNames(part, asked) : part))
    } finally {
      depth--
    }
  }

  const contextOf = (resource: PlanResource, asked: Map<string, Decimal>): MapperContext => ({
    region: configuration.regionOf(resource),
    referred: (...path) => configuration.referred(resource, ...path),
    referring: (type) => configuration.referring(resource, type),
    usage: (name) => {
      const value = new Decimal(usageOf(settings, resource.type, name))
      asked.set(name, value)
      return value
    },
    partsOf,
  })

  return (resource) => {
    if (!mapperOf(resource.type)) return { kind: isFree(resource) ? 'free' : 'unsupported', resource }
    try {
      const parts = partsOf(resource)
      return parts.length > 0 ? { kind: 'billed', resource, parts } : { kind: 'free', resource }
    } catch (error) {
      if (error instanceof UnknownUntilApply) return { kind: 'unknown', resource, attribute: error.attribute }
      throw error
    }
  }
}

/** The names of the assumptions in a part, so that who reads it knows what to set: those of its quantity, otherwise all. */
function withNames(part: BilledPart, asked: ReadonlyMap<string, Decimal>): BilledPart {
  if (part.details.some((detail) => [...asked.keys()].some((name) => detail.includes(name)))) return part
  const quantity = part.monthly ?? part.hourly
  const same = [...asked].filter(([, value]) => quantity !== undefined && value.eq(quantity))
  const names = (same.length === 1 ? same : [...asked]).map(([name, value]) => `${name} = ${value.toFixed()}`)
  return names.length > 0 ? { ...part, details: [...part.details, `usage: ${names.join(', ')}`] } : part
}
