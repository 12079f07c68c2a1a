/** What a component was billed, month by month, beside what its last plan was estimated to cost. */
import type { Decimal } from 'decimal.js'
import type { Schema } from '../../contract/operation.ts'
import { type CostFilters, type CostSum, TooManySums } from '../../costs/types.ts'
import type { OrgTx } from '../../db/organization-tx.ts'
import { ApiError, notFound } from '../../errors.ts'
import type { OrganizationContext } from '../../http/context.ts'
import { seconds } from '../../time.ts'
import { amountText, Exact } from '../cost-budgets/money.ts'
import { addDays, dayOf, monthAfter } from '../cost-budgets/spans.ts'
import { estimateText } from '../cost-estimation/estimate.ts'
import { planOf } from '../terraform-state/documents.ts'
import { findComponentAt } from '../terraform-state/queries.ts'
import { countSiblings, findPlanOf, listBilledMonths, listNamesBeside, type PlanPlace } from './component-costs/queries.ts'
import { folded, foldedFilters } from './folded.ts'
import { findMapping, type MappingRow } from './queries.ts'
import { ask } from './questions.ts'
import { ratesFor } from './rates.ts'

export interface ComponentPlace {
  project: string
  environment: string
  component: string
}

type Answer = Schema<'ComponentCosts'>
type Context = Pick<OrganizationContext, 'platform' | 'organization' | 'read' | 'request'>

const shownMonths = 12
const mostServices = 10
/** Of months and services; a bill that names more services than anybody has is shown without them. */
const mostSums = 20_000
const tooManyServices = '(too many services to list)'
/** Characters of a plan that are read; the estimate takes no more either. */
const longestPlan = 32 * 2 ** 20
/** Prices are in it, whatever the region. */
const priceCurrency = 'USD'

/** @throws NotFound, and Invalid where an exchange rate is missing */
export async function componentCosts(context: Context, place: ComponentPlace, asked: string | undefined): Promise<Answer> {
  const today = dayOf(new Date())
  const { actual, plan, rate } = await context.read(async (tx) => {
    const component = await findComponentAt(tx, place)
    if (!component) throw notFound(`component ${place.component}`)
    const actual = await actualOf(tx, context, { place, componentId: component.id, asked, today })
    return { actual, plan: await findPlanOf(tx, component.id), rate: await rateInto(tx, actual.currency, today) }
  })
  const estimate = await estimateOf(context, plan)
  const cost = estimate.monthly !== undefined && rate !== undefined ? estimate.monthly.times(rate) : undefined
  const monthly = cost?.toDecimalPlaces(6)
  return {
    currency: actual.currency,
    ...(monthly === undefined ? {} : { estimated_monthly_cost: monthly.toFixed() }),
    ...(monthly === undefined || !plan?.created_at ? {} : { estimated_at: seconds(plan.created_at) }),
    attributed_by: actual.by,
    months: actual.months.map((month) => compared(month, monthly)),
    note: [
      noteOf(actual),
      estimate.note,
      estimate.monthly !== undefined && rate === undefined
        ? `The estimate is in ${priceCurrency}, and there is no exchange rate from there to ${actual.currency}: enter one.`
        : '',
    ]
      .filter(Boolean)
      .join(' '),
  }
}

type Month = Schema<'ComponentCostMonth'>

function compared(month: Month, estimate: Decimal | undefined): Month {
  if (!month.complete || estimate === undefined) return month
  const difference = new Exact(month.actual_cost).minus(estimate)
  const percent = estimate.gt(0) ? { difference_percent: difference.div(estimate).times(100).toDecimalPlaces(2).toNumber() } : {}
  return { ...month, difference: amountText(difference), ...percent }
}

interface Actual {
  currency: string
  by: Answer['attributed_by']
  /** Components in the environment. */
  siblings: number
  /** Why costs cannot be told apart; empty: they can. */
  why: string
  /** Of what there is another one that tags cannot tell from this one's. */
  alike: readonly (keyof ComponentPlace)[]
  months: Month[]
}

interface Asked {
  place: ComponentPlace
  componentId: number
  asked: string | undefined
  today: string
}

async function actualOf(tx: OrgTx, { platform: { costs } }: Context, { place, componentId, asked, today }: Asked): Promise<Actual> {
  const range = { begin: monthAfter(today, 1 - shownMonths), end: monthAfter(today, 1) }
  const currencies = await costs.currencies(tx, range)
  const currency = asked ?? (currencies.length === 1 ? (currencies[0] ?? priceCurrency) : priceCurrency)
  const sumsOf = async (filters: CostFilters) => {
    const question = { ...range, granularity: 'month', filters: foldedFilters(filters), currency, costType: undefined } as const
    try {
      return await ask(costs, tx, { ...question, groupBy: ['time', 'service'], most: mostSums })
    } catch (error) {
      if (!(error instanceof TooManySums)) throw error
      return ask(costs, tx, { ...question, groupBy: ['time'] })
    }
  }
  const here = { projects: [place.project], environments: [place.environment] }
  const mapping = await findMapping(tx)
  const isTold = tells(mapping, 'component')
  const siblings = await countSiblings(tx, componentId)
  if (!tells(mapping, 'project') || !tells(mapping, 'environment'))
    return { currency, by: 'none', siblings, months: [], why: noMapping, alike: [] }
  const of = { currency, siblings, why: '', alike: await alikeOf(tx, place, componentId) }
  const own = isTold ? await sumsOf({ ...here, components: [place.component] }) : []
  if (own.length > 0) return { ...of, by: 'component', months: await monthsOf(tx, own, range.begin) }
  if (siblings === 1) {
    // What its tags say is another component's is not this one's.
    const all = await sumsOf(isTold ? { ...here, components: [''] } : here)
    if (all.length > 0 || !isTold) return { ...of, by: 'environment', months: await monthsOf(tx, all, range.begin) }
  }
  if (isTold) return { ...of, by: 'component', months: await monthsOf(tx, [], range.begin) }
  return { ...of, by: 'none', months: [], why: noComponentTags(siblings) }
}

const tells = (mapping: MappingRow | undefined, part: 'project' | 'environment' | 'component'): boolean =>
  mapping !== undefined && (mapping[`${part}_tags`].length > 0 || mapping[`${part}_regex`] !== '')

/** Canonicals may have capitals and dots, which attribution makes the same. Without their names: not everybody may know them. */
async function alikeOf(tx: OrgTx, place: ComponentPlace, componentId: number): Promise<(keyof ComponentPlace)[]> {
  const beside = await listNamesBeside(tx, componentId)
  const alike = beside.filter(({ kind, canonical }) => canonical !== place[kind] && folded(canonical) === folded(place[kind]))
  return [...new Set(alike.map(({ kind }) => kind))]
}

async function monthsOf(tx: OrgTx, sums: readonly CostSum[], begin: string): Promise<Month[]> {
  const billed = new Set(await listBilledMonths(tx, begin))
  const present = dayOf(new Date()).slice(0, 7)
  return Array.from({ length: shownMonths }, (_, index) => monthAfter(begin, shownMonths - 1 - index).slice(0, 7)).map((month) => {
    const services = sums
      .filter(({ keys: [time] }) => time === month)
      .map(({ keys: [, service = tooManyServices], cost }) => ({ service, cost: new Exact(cost) }))
      .sort((a, b) => b.cost.cmp(a.cost) || (a.service < b.service ? -1 : 1))
    return {
      month,
      actual_cost: amountText(services.reduce((sum, { cost }) => sum.plus(cost), new Exact(0))),
      complete: month < present && billed.has(month),
      services: services.slice(0, mostServices).map(({ service, cost }) => ({ service, cost: amountText(cost) })),
    }
  })
}

/** Of the day, for an estimate at the prices of the day. */
async function rateInto(tx: OrgTx, currency: string, today: string): Promise<Decimal | undefined> {
  if (currency === priceCurrency) return new Exact(1)
  const [rate] = await ratesFor(tx, { begin: today, end: addDays(today, 1) }, [priceCurrency], currency)
  return rate && new Exact(rate.rate)
}

interface Estimate {
  monthly: Decimal | undefined
  note: string
}

const noPlan = 'No plan was stored beside its Terraform state yet, so nothing is estimated.'
const atListPrices =
  'The estimate is at list prices, for the usage that the settings of the cost estimation assume; bills have discounts, taxes and what was really used.'

async function estimateOf(context: Context, plan: PlanPlace | undefined): Promise<Estimate> {
  if (!plan) return { monthly: undefined, note: noPlan }
  const text = await textOf(context, plan)
  if (text === undefined) return { monthly: undefined, note: 'Its last plan is too large to be estimated.' }
  try {
    const { planned_cost, skipped_resource_addresses: skipped = [] } = await estimateText(context, text)
    const left = skipped.length === 0 ? '' : ` ${skipped.length} of the planned resources could not be estimated, and are not in it.`
    return { monthly: new Exact(planned_cost ?? 0), note: `${atListPrices}${left}` }
  } catch (error) {
    // Without the message: it may quote the plan, which not everybody here may read.
    if (!(error instanceof ApiError) || error.code !== 'Invalid') throw error
    return { monthly: undefined, note: 'Its last plan could not be estimated: it is too large, or no plan that can be read.' }
  }
}

/** Undefined: more than is read. */
async function textOf({ platform, read }: Context, { state_id, ...plan }: PlanPlace): Promise<string | undefined> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of planOf(read, platform.master, state_id, plan)) {
    size += chunk.length
    if (size > longestPlan) return undefined
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}

const noMapping =
  'Costs cannot be told apart: the tag mapping does not say which tags hold the project and the environment. Set both there.'
const noComponentTags = (siblings: number) =>
  `Costs cannot be told apart for this component: it is one of ${siblings} in its environment, and the tag mapping names no tags of components. Name some there.`

function noteOf({ by, months, why, alike }: Actual): string {
  const same = alike.map(
    (kind) => ` Those of another ${kind} are among them: its canonical differs only by capitals or dots, which do not count in tags.`,
  )
  if (by === 'none') return why
  const isEmpty = months.every(({ actual_cost }) => actual_cost === '0')
  const how =
    by === 'component'
      ? 'Costs are those with its component tag, and the tags of its project and environment.'
      : 'Costs are those of its environment, whose only component it is.'
  return `${how}${same.join('')}${isEmpty ? ' There are none in these months.' : ''}`
}
