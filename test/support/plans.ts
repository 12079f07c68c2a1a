/** Plans as a test wants them. */
import { readPlan, type TerraformPlan } from '../../src/formats/terraform/plan.ts'
import { readAddress } from '../../src/formats/terraform/plan-address.ts'
import type { Product } from './terracost-prices.ts'

export interface TestResource {
  address: string
  values?: object
  unknown?: object
  mode?: 'data'
}

interface Options {
  prior?: readonly TestResource[]
  /** `configuration` of the plan; by default its provider is in eu-west-1. */
  configuration?: object
  variables?: object
}

const inIreland = { provider_config: { aws: { name: 'aws', expressions: { region: { constant_value: 'eu-west-1' } } } }, root_module: {} }

export function planText(planned: readonly TestResource[], { prior = [], configuration = inIreland, variables }: Options = {}): string {
  return JSON.stringify({
    format_version: '1.2',
    terraform_version: '1.11.4',
    variables,
    planned_values: { root_module: moduleOf(planned) },
    resource_changes: planned.map(({ address, unknown = {} }) => ({ address, change: { actions: ['create'], after_unknown: unknown } })),
    prior_state: { values: { root_module: moduleOf(prior) } },
    configuration,
  })
}

export const planOf = (planned: readonly TestResource[], options?: Options): TerraformPlan => readPlan(planText(planned, options))

/** Modules are read from addresses; one level is enough here. */
function moduleOf(resources: readonly TestResource[]): object {
  const modules = new Map<string, object[]>()
  for (const { address, values = {}, mode = 'managed' } of resources) {
    const { module = '', type = '', name = '' } = readAddress(mode === 'data' ? address.replace(/^data\./, '') : address) ?? {}
    const list = modules.get(module) ?? []
    const provider = type.split('_')[0]
    list.push({ address, mode, type, name, provider_name: `registry.terraform.io/hashicorp/${provider}`, values })
    modules.set(module, list)
  }
  const child_modules = [...modules].filter(([address]) => address !== '').map(([address, own]) => ({ address, resources: own }))
  return { resources: modules.get('') ?? [], child_modules }
}

/** A product of eu-west-1 with one price or with tiers `[from, price]`. */
export function product(
  [service, family]: readonly [string, string],
  attributes: Record<string, string>,
  unit: string,
  ...tiers: readonly (readonly [number, string])[]
): Product {
  return {
    sku: JSON.stringify([service, attributes]),
    service,
    family,
    region: 'eu-west-1',
    attributes,
    currency: 'USD',
    unit,
    tiers: tiers.map(([from, price]) => [String(from), price]),
  }
}
