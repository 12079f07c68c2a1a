/** An estimate as it goes out: decimal texts, prior and planned side by side, and what is not in the total. */
import type { Decimal } from 'decimal.js'
import { hourlyText, monthlyText, rateText, sum } from './exact.ts'
import type { Missing, PricedPart } from './pricing.ts'
import { inSlices } from './slices.ts'

interface ComponentState {
  cost: string
  hourly_cost: string
  quantity: number
  details: string[]
}

interface Component {
  label: string
  rate: string
  unit?: string
  usage?: boolean
  planned?: ComponentState
  prior?: ComponentState
}

interface Costs {
  planned_cost?: string
  planned_hourly_cost?: string
  prior_cost?: string
  prior_hourly_cost?: string
}

export interface EstimateResult extends Costs {
  info: string
  resource_estimates: ({ address: string; provider: string; type: string; image?: string; components: Component[] } & Costs)[]
  skipped_resource_addresses: string[]
}

export type Standing = 'estimated' | 'free' | 'unsupported' | 'missing' | 'unknown'

/** A resource before or after the change. What could be priced counts even where a part is missing, but then it is told. */
export interface ResourceState {
  kind: Standing
  parts: readonly PricedPart[]
  missing: readonly Missing[]
  attribute?: string
}

export interface EstimatedResource {
  address: string
  provider: string
  type: string
  image: string | undefined
  planned?: ResourceState
  prior?: ResourceState
}

export async function resultOf(resources: readonly EstimatedResource[], withPrior: boolean, signal?: AbortSignal): Promise<EstimateResult> {
  const estimates = await inSlices(resources, estimateOf, signal)
  const costOf = (when: 'planned' | 'prior') => sum(resources.flatMap((resource) => resource[when]?.parts ?? []).map(({ cost }) => cost))
  const standing = resources.map((resource) => ({ resource, kind: standingOf(resource) }))
  return {
    info: infoOf(standing),
    ...costs('planned', costOf('planned')),
    ...(withPrior && costs('prior', costOf('prior'))),
    resource_estimates: estimates.flatMap((estimate) => estimate ?? []),
    skipped_resource_addresses: standing.filter(({ kind }) => isSkipped(kind)).map(({ resource }) => resource.address),
  }
}

const costs = (when: 'planned' | 'prior', monthly: Decimal): Costs => ({
  [`${when}_cost`]: monthlyText(monthly),
  [`${when}_hourly_cost`]: hourlyText(monthly),
})

/** What is worst about it, before or after. */
function standingOf({ planned, prior }: EstimatedResource): Standing {
  const kinds = [planned?.kind, prior?.kind]
  return worstFirst.find((kind) => kinds.includes(kind)) ?? 'free'
}

const worstFirst: readonly Standing[] = ['unknown', 'missing', 'unsupported', 'estimated', 'free']
const isSkipped = (kind: Standing): boolean => kind === 'unknown' || kind === 'missing' || kind === 'unsupported'

function estimateOf({ address, provider, type, image, planned, prior }: EstimatedResource) {
  const components = componentsOf(planned, prior)
  if (components.length === 0) return undefined
  const total = (when: 'planned' | 'prior', state: ResourceState | undefined) =>
    state && costs(when, sum(state.parts.map(({ cost }) => cost)))
  return {
    address,
    provider,
    type,
    ...(image !== undefined && { image }),
    ...total('planned', planned),
    ...total('prior', prior),
    components,
  }
}

function componentsOf(planned: ResourceState | undefined, prior: ResourceState | undefined): Component[] {
  const before = labelled(prior?.parts ?? [])
  const after = labelled(planned?.parts ?? [])
  return [...new Set([...after.keys(), ...before.keys()])].flatMap((label) => {
    const [now, then] = [after.get(label), before.get(label)]
    const shown = now ?? then
    if (!shown) return []
    const { rate, part } = shown
    const otherRate = now && then && !now.rate.eq(then.rate) ? [`rate ${rateText(then.rate)}`] : []
    return {
      label,
      rate: rateText(rate),
      unit: part.unit,
      ...(part.usage && { usage: true }),
      ...(now && { planned: componentState(now, []) }),
      ...(then && { prior: componentState(then, otherRate) }),
    }
  })
}

/** A second `Storage` is `Storage (2)`, so that before and after are told apart by label alone. */
function labelled(parts: readonly PricedPart[]): Map<string, PricedPart> {
  const seen = new Map<string, number>()
  const map = new Map<string, PricedPart>()
  for (const priced of parts) {
    const { label } = priced.part
    const count = (seen.get(label) ?? 0) + 1
    seen.set(label, count)
    map.set(count === 1 ? label : `${label} (${count})`, priced)
  }
  return map
}

/** Clients decode it into 32 bits. */
const mostUnits = 4_294_967_295

function componentState({ part, quantity, cost, notes }: PricedPart, more: readonly string[]): ComponentState {
  const whole = quantity.ceil()
  const exact = whole.eq(quantity) && whole.lte(mostUnits) ? [] : [`exactly ${quantity.toFixed()} ${part.unit}`]
  return {
    cost: monthlyText(cost),
    hourly_cost: hourlyText(cost),
    quantity: Math.min(whole.toNumber(), mostUnits),
    details: [...part.details, ...exact, ...more, ...notes],
  }
}

/** Most things that one sentence names. */
const mostNamed = 10

function infoOf(standing: readonly { resource: EstimatedResource; kind: Standing }[]): string {
  const of = (kind: Standing) => standing.filter((one) => one.kind === kind).map(({ resource }) => resource)
  const counts = [
    `estimated ${of('estimated').length}`,
    `free ${of('free').length}`,
    `unsupported ${of('unsupported').length}`,
    `price missing ${of('missing').length}`,
    `unknown until apply ${of('unknown').length}`,
  ].join(' · ')
  const missingOf = (resources: readonly EstimatedResource[]) =>
    resources.flatMap(({ address, planned, prior }) => {
      const [first] = [...(planned?.missing ?? []), ...(prior?.missing ?? [])]
      return first ? [`${address} (${missingText(first)})`] : []
    })
  const unknown = of('unknown').map(({ address, planned, prior }) => `${address} (${planned?.attribute ?? prior?.attribute ?? ''})`)
  return [
    standing.length === 0 ? 'There are no resources.' : counts,
    ...sentence('Unsupported types', byCount(of('unsupported').map(({ type }) => type))),
    ...sentence('Not or only partly priced', missingOf(of('missing'))),
    ...sentence('Priced without an assumed usage', missingOf(of('estimated'))),
    ...sentence('Known only after apply', unknown),
  ].join('\n')
}

const missingText = ({ label, why, select }: Missing): string => `${label}: ${why}, ${select.service} in ${select.region || 'any region'}`

const sentence = (title: string, named: readonly string[]): string[] => {
  if (named.length === 0) return []
  const more = named.length > mostNamed ? ` and ${named.length - mostNamed} more` : ''
  return [`${title}: ${named.slice(0, mostNamed).join(', ')}${more}`]
}

function byCount(types: readonly string[]): string[] {
  const counts = new Map<string, number>()
  for (const type of types) counts.set(type, (counts.get(type) ?? 0) + 1)
  return [...counts].sort(([one, many], [other, few]) => few - many || (one < other ? -1 : 1)).map(([type, count]) => `${type} (${count})`)
}
