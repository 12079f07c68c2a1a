/** The report of a month, as a page of text. */
import { Decimal } from 'decimal.js'
import type { Visibility } from '../../access/decide.ts'
import type { CostKey, CostStore, CostSum } from '../../costs/types.ts'
import type { OrgTx } from '../../db/organization-tx.ts'
import { invalid } from '../../errors.ts'
import type { Day } from '../../formats/billing/types.ts'
import { listBetween } from '../cost-anomalies/queries.ts'
import { Exact } from '../cost-budgets/money.ts'
import { findOrganization, listEnabled } from '../cost-budgets/queries.ts'
import { addDays, dayOf, monthAfter } from '../cost-budgets/spans.ts'
import { spendingOf } from '../cost-budgets/spending.ts'
import { readMonth } from './dates.ts'
import { getKeeping } from './queries.ts'
import { ask } from './questions.ts'
import { ratesFor } from './rates.ts'
import { type Compared, pageOf, type Report } from './report-page.ts'

/** Of months by something: the page shows the dearest ten, and a bill may name any number. */
const mostSums = 20_000

interface Asked {
  /** `2026-07`; the last whole one when left out. */
  month?: string | undefined
  currency?: string | undefined
}

/** What of it the reader may see; everything when left out. */
export interface Sight {
  budgets: Visibility
  anomalies: Visibility
  /** Does no rule let them list these? */
  noBudgets: boolean
  noAnomalies: boolean
}

/** @throws Invalid for what is no month, and where an exchange rate is missing */
export async function reportText(tx: OrgTx, costs: CostStore, { month, currency }: Asked, sight?: Sight): Promise<string> {
  const today = dayOf(new Date())
  const begin = month === undefined ? monthAfter(today, -1) : readMonth(month)
  if (begin > today) throw invalid('This month has not begun yet', ['query.month: must be the present month or an earlier one'])
  return pageOf(await factsOf(tx, costs, begin, { currency, today, sight }))
}

interface For {
  currency: string | undefined
  today: Day
  sight: Sight | undefined
}

async function factsOf(tx: OrgTx, costs: CostStore, month: Day, { currency: asked, today, sight }: For): Promise<Report> {
  const range = { begin: month, end: monthAfter(month, 1) }
  const both = { begin: monthAfter(month, -1), end: range.end }
  const currencies = await costs.currencies(tx, both)
  const currency = asked ?? mainOf(currencies)
  const costType = (await getKeeping(tx)).cost_type
  const question = { ...both, granularity: 'month', filters: {}, currency, costType } as const
  const sums = await ask(costs, tx, { ...question, groupBy: ['time'] })
  const [total = nothing('')] = comparedBy(sums, month)
  const by = async (key: CostKey) => {
    const rows = comparedBy(await ask(costs, tx, { ...question, groupBy: ['time', key], dearest: mostSums }), month)
    return [...rows, ...restOf(total, rows)]
  }
  const projects = await by('project')
  return {
    organization: (await findOrganization(tx))?.name ?? '',
    month,
    currency,
    costType,
    total,
    providers: await by('provider'),
    projects: projects.filter(({ name }) => name !== ''),
    services: (await by('service')).map((row) => ({ ...row, name: row.name === '' ? '(not named on the bill)' : row.name })),
    recordTypes: await by('record_type'),
    unattributed: projects.find(({ name }) => name === '') ?? nothing(''),
    resources: await resourcesOf(tx, costs, range),
    budgets: await budgetsOf(tx, sight?.budgets, { costs, costType, today, until: range.end }),
    anomalies: (await listBetween(tx, range, sight?.anomalies))
      .filter(({ status }) => status !== 'closed')
      .sort((a, b) => Number(b.cost) - Number(a.cost)),
    energy: energyOf(sums, month),
    rates: await ratesOf(tx, currencies, currency, range.end > today ? today : addDays(range.end, -1)),
    hidden: [...(sight?.noBudgets ? ['budgets'] : []), ...(sight?.noAnomalies ? ['unusual costs'] : [])],
    until: range.end > addDays(today, -3) ? await lastDayOf(tx, costs, range) : undefined,
  }
}

/** That of the bills, when they agree on one. */
const mainOf = (currencies: readonly string[]): string => (currencies.length === 1 ? (currencies[0] ?? 'USD') : 'USD')

/** What the dearest leave of the total. */
function restOf(total: Compared, rows: readonly Compared[]): Compared[] {
  const left = (of: (row: Compared) => string) => rows.reduce((rest, row) => rest.minus(of(row)), new Exact(of(total)))
  const [cost, before] = [left((row) => row.cost), left((row) => row.before)]
  return cost.isZero() && before.isZero() ? [] : [{ name: '(the others)', cost: cost.toFixed(), before: before.toFixed() }]
}

const nothing = (name: string): Compared => ({ name, cost: '0', before: '0' })

/** The most expensive first. @param sums by month and something else */
function comparedBy(sums: readonly CostSum[], month: Day): Compared[] {
  const rows = new Map<string, Compared>()
  for (const {
    keys: [time, name = ''],
    cost,
  } of sums) {
    const row = rows.get(name) ?? nothing(name)
    rows.set(
      name,
      time === month.slice(0, 7) ? { ...row, cost: new Decimal(cost).toFixed() } : { ...row, before: new Decimal(cost).toFixed() },
    )
  }
  return [...rows.values()].sort(
    (a, b) => new Decimal(b.cost).cmp(a.cost) || new Decimal(b.before).cmp(a.before) || (a.name < b.name ? -1 : 1),
  )
}

/** Those with most new ones. */
const mostCounts = 100

async function resourcesOf(tx: OrgTx, costs: CostStore, range: { begin: Day; end: Day }): Promise<Report['resources']> {
  const { counts, resources: all, new_resources } = await costs.resourceCounts(tx, { ...range, filters: {} }, mostCounts)
  const newOf = counts
    .filter(({ new_resources }) => new_resources > 0)
    .map(({ project, provider, new_resources }) => ({
      name: `${provider}${project === '' ? ', no project' : `, project ${project}`}`,
      count: new_resources,
    }))
    .sort((a, b) => b.count - a.count)
  const largest = all === 0 ? [] : await costs.resources(tx, { ...range, filters: {} }, 10)
  return { all, new: new_resources, newOf, largest }
}

/** In the spans that the end of the month lies in, or today, up to then. Of a span that is over nothing is forecast. */
async function budgetsOf(
  tx: OrgTx,
  visible: Visibility | undefined,
  question: Parameters<typeof spendingOf>[2],
): Promise<Report['budgets']> {
  const budgets = await listEnabled(tx, visible)
  const spendings = await spendingOf(tx, budgets, question)
  return budgets.flatMap(({ name, amount, currency, span }, index) => {
    const spending = spendings[index]
    if (!spending) return []
    const { spent, problem } = spending
    const isOver = spending.span.end <= question.today
    return [{ name, amount, currency, span, spent, forecast: isOver ? undefined : spending.forecast, problem }]
  })
}

function energyOf(sums: readonly CostSum[], month: Day): Report['energy'] {
  const of = sums.filter(({ keys: [time] }) => time === month.slice(0, 7))
  const [covered, effective] = [
    of.reduce((sum, one) => sum.plus(one.covered), new Decimal(0)),
    of.reduce((sum, one) => sum.plus(one.effective), new Decimal(0)),
  ]
  const coverage = effective.gt(0) ? Math.min(1, covered.div(effective).toNumber()) : 0
  return { kwh: of.reduce((sum, one) => sum + one.kwh, 0), co2e: of.reduce((sum, one) => sum + one.co2e, 0), coverage }
}

async function ratesOf(tx: OrgTx, currencies: readonly string[], currency: string, day: Day): Promise<Report['rates']> {
  return ratesFor(tx, { begin: day, end: addDays(day, 1) }, currencies, currency)
}

async function lastDayOf(tx: OrgTx, costs: CostStore, range: { begin: Day; end: Day }): Promise<Day | undefined> {
  const sums = await costs.sums(tx, {
    ...range,
    granularity: 'day',
    filters: {},
    groupBy: ['time', 'currency'],
    costType: 'billed',
    currency: null,
  })
  return sums
    .map(({ keys: [day = ''] }) => day)
    .sort()
    .at(-1)
}
