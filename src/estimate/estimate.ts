/** From resources and prices to an estimate. */
import { emptyMap } from '../formats/json-value.ts'
import type { PlanResource, TerraformPlan } from '../formats/terraform/plan.ts'
import { readAddress } from '../formats/terraform/plan-address.ts'
import { at } from '../formats/terraform/plan-values.ts'
import { type Billing, billingOf } from './billing.ts'
import { type Missing, monthlyQuantity, type PricedPart, pricePart, whyNot } from './pricing.ts'
import { type EstimatedResource, type EstimateResult, type ResourceState, resultOf } from './result.ts'
import { inSlices } from './slices.ts'
import type { FoundPrice, PriceSource, ProductSelector, SketchedResource, UsageSettings } from './types.ts'

export type { EstimateResult } from './result.ts'

export interface EstimateDeps {
  prices: PriceSource
  /** The organization's; what it does not say is the default. */
  usage: UsageSettings
  iconOf: (type: string) => string | undefined
  /** Ends the work, which rejects with its reason. */
  signal?: AbortSignal
}

/** What a plan costs, before and after. */
export async function estimatePlan(plan: TerraformPlan, deps: EstimateDeps): Promise<EstimateResult> {
  const result = await estimate(plan, deps, true)
  return at(plan.document, 'errored') === true ? { ...result, info: `${result.info}\n${incomplete}` } : result
}

const incomplete = 'Terraform stopped with an error while it planned this: what it had not planned by then is left out.'

/** What resources would cost that nobody has planned yet: those of a form, or of a drawing. */
export function estimateSketch(resources: readonly SketchedResource[], deps: EstimateDeps): Promise<EstimateResult> {
  const planned = resources.flatMap((resource) => sketched(resource) ?? [])
  return estimate({ terraformVersion: '', planned, prior: [], document: emptyMap() }, deps, false)
}

function sketched({ address, provider, type, values, unknown }: SketchedResource): PlanResource {
  const parts = readAddress(address)
  return { address, module: parts?.module ?? '', provider, type, name: parts?.name ?? address, index: null, values, unknown }
}

async function estimate(plan: TerraformPlan, deps: EstimateDeps, withPrior: boolean): Promise<EstimateResult> {
  const billing = billingOf(plan, deps.usage)
  const planned = await inSlices(plan.planned, billing, deps.signal)
  const prior = await inSlices(plan.prior, billing, deps.signal)
  const priceOf = await pricesOf([...planned, ...prior], deps.prices)
  const byAddress = new Map<string, EstimatedResource>()
  const note = (billed: Billing, when: 'planned' | 'prior') => {
    const { address, provider, type } = billed.resource
    const known = byAddress.get(address) ?? { address, provider, type, image: deps.iconOf(type) }
    byAddress.set(address, { ...known, [when]: stateOf(billed, priceOf) })
  }
  await inSlices(planned, (billed) => note(billed, 'planned'), deps.signal)
  await inSlices(prior, (billed) => note(billed, 'prior'), deps.signal)
  return resultOf([...byAddress.values()], withPrior, deps.signal)
}

type PriceOf = (select: ProductSelector, purchaseOption: string) => FoundPrice | undefined

/** Every product is asked for once, and all of them together. */
async function pricesOf(billings: readonly Billing[], prices: PriceSource): Promise<PriceOf> {
  const asked = new Map<string, { select: ProductSelector; purchaseOption: string }>()
  for (const billed of billings) {
    if (billed.kind !== 'billed') continue
    for (const { select, purchaseOption = onDemand } of billed.parts) {
      const key = keyOf(select, purchaseOption)
      if (!asked.has(key) && isAskable(select)) asked.set(key, { select, purchaseOption })
    }
  }
  const found = asked.size > 0 ? await prices([...asked.values()]) : []
  const byKey = new Map([...asked.keys()].map((key, place) => [key, found[place]]))
  return (select, purchaseOption) => byKey.get(keyOf(select, purchaseOption))
}

/** No product has such a name, and databases refuse such texts: nobody needs to be asked. */
const isAskable = ({ region, attributes }: ProductSelector): boolean =>
  [region, ...attributes.map((one) => ('value' in one ? one.value : one.pattern))].every(
    (text) => text.length <= longestName && !/[\p{Cc}\p{Cs}]/u.test(text),
  )

const longestName = 500

const onDemand = 'on_demand'

function keyOf(select: ProductSelector, purchaseOption: string): string {
  const known = keys.get(select)
  if (known !== undefined && purchaseOption === onDemand) return known
  const { provider, service, family, region, attributes } = select
  const key = [
    provider,
    service,
    family ?? '',
    region,
    purchaseOption,
    ...attributes.map((one) => ('value' in one ? `${one.key}=${one.value}` : `${one.key}~${one.pattern}`)),
  ].join('\n')
  if (purchaseOption === onDemand) keys.set(select, key)
  return key
}

/** Selectors live as long as their plan. */
const keys = new WeakMap<ProductSelector, string>()

function stateOf(billed: Billing, priceOf: PriceOf): ResourceState {
  if (billed.kind === 'unknown') return { kind: 'unknown', attribute: billed.attribute, parts: [], missing: [] }
  if (billed.kind !== 'billed') return { kind: billed.kind, parts: [], missing: [] }
  const parts: PricedPart[] = []
  const missing: Missing[] = []
  // Nothing of what nobody has a price for is nothing.
  for (const part of billed.parts) {
    const found = priceOf(part.select, part.purchaseOption ?? onDemand)
    const why = whyNot(part, found)
    if (found && why === undefined) parts.push(pricePart(part, found))
    else if (!monthlyQuantity(part).isZero()) {
      missing.push({ label: part.label, why: why ?? '', usage: part.usage, select: part.select })
    }
  }
  // What was only assumed does not make an estimate of what the plan says worthless; it is told all the same.
  const lacks = missing.some(({ usage }) => !usage) || (missing.length > 0 && parts.length === 0)
  return { kind: lacks ? 'missing' : 'estimated', parts, missing }
}
