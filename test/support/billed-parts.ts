/** What is billed of a resource, as lines that a person can check against a price list. */
import { billingOf } from '../../src/estimate/billing.ts'
import type { BilledPart, UsageSettings } from '../../src/estimate/types.ts'
import { planOf, type TestResource } from './plans.ts'

/** A title, a type, its values, what is billed of it, and what else is in the plan. */
export type BilledRow = readonly [title: string, type: string, values: object, parts: readonly string[], more?: More]

interface More {
  others?: readonly TestResource[]
  /** Of the root module: address → expressions. */
  expressions?: Readonly<Record<string, object>>
  usage?: UsageSettings
  unknown?: object
}

/** Of `<type>.a` with these values, in eu-west-1. */
export function billed(type: string, values: object, { others = [], expressions = {}, usage = {}, unknown = {} }: More = {}): string[] {
  const resources = Object.entries(expressions).map(([address, own]) => ({ address, mode: 'managed', expressions: own }))
  const configuration = {
    provider_config: { aws: { name: 'aws', expressions: { region: { constant_value: 'eu-west-1' } } } },
    root_module: { resources },
  }
  const plan = planOf([{ address: `${type}.a`, values, unknown }, ...others], { configuration })
  const [first] = plan.planned
  if (!first) throw new Error('the plan is empty')
  const result = billingOf(plan, usage)(first)
  if (result.kind === 'billed') return result.parts.map(line)
  return [result.kind === 'unknown' ? `unknown: ${result.attribute}` : result.kind]
}

function line({ label, unit, hourly, monthly, usage, purchaseOption, select }: BilledPart): string {
  const quantity = hourly === undefined ? `${monthly?.toFixed()} ${unit}` : `${hourly.toFixed()} ${unit} every hour`
  const wanted = select.attributes.map((one) => ('value' in one ? one.value : `/${one.pattern.replace('^(?:[A-Z0-9]+-)?', '')}/`))
  const where = [select.service, ...(select.family === undefined ? [] : [select.family]), select.region || 'everywhere']
  const option = purchaseOption === undefined ? '' : ` ${purchaseOption}`
  return `${label}: ${quantity}${usage ? ' assumed' : ''}${option} < ${where.join(', ')}: ${wanted.join(', ')}`
}
