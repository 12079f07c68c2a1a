/** A job, after imports and once a day: are budgets near their ends, and was something unusual? */
import { Decimal } from 'decimal.js'
import { AccountTx } from '../../db/account-tx.ts'
import { OrgTx } from '../../db/organization-tx.ts'
import { insideOf } from '../../db/pool.ts'
import { enqueue } from '../../jobs/enqueue.ts'
import type { Platform } from '../../platform.ts'
import { getKeeping } from '../cloud-costs/queries.ts'
import { auditEvent } from '../events/audit.ts'
import { insertEvent } from '../events/queries.ts'
import { eachOf } from './each.ts'
import { money, oneLine } from './money.ts'
import * as queries from './queries.ts'
import { recipientsOf } from './recipients.ts'
import { dayOf, inWords, type Span } from './spans.ts'
import { type Spending, spendingOf } from './spending.ts'

export async function watchAllCosts({ database }: Platform): Promise<void> {
  const ids = await AccountTx.read(database, { kind: 'platform' }, queries.listOrganizations)
  await eachOf(ids, (organizationId) =>
    OrgTx.write(database, insideOf(organizationId), (tx) => enqueue(tx, 'costs.watch', { organizationId })),
  )
}

/** What is told stands in the database before anybody is told, once: it may run as often as it likes, by as many as like. */
export async function watchBudgets({ database, costs }: Platform, organizationId: number, now = new Date()): Promise<void> {
  const scope = insideOf(organizationId)
  const judged = await OrgTx.read(database, scope, async (tx) => {
    const budgets = await queries.listEnabled(tx)
    if (budgets.length === 0) return []
    const { cost_type: costType } = await getKeeping(tx)
    const spendings = await spendingOf(tx, budgets, { costs, costType, today: dayOf(now) })
    return budgets.flatMap((budget, index) => {
      const spending = spendings[index]
      return spending ? [{ budget, spending, crossed: crossedBy(budget, spending) }] : []
    })
  })
  await eachOf(
    judged.filter(({ crossed }) => crossed.length > 0),
    ({ budget, spending, crossed }) => OrgTx.write(database, scope, (tx) => tell(tx, budget, spending.span, crossed)),
  )
}

export interface Crossed extends queries.Threshold {
  /** Spent, or forecast. */
  readonly spent: string
}

export function crossedBy(
  { amount, thresholds }: { amount: string; thresholds: readonly queries.Threshold[] },
  { spent, forecast }: Pick<Spending, 'spent' | 'forecast'>,
): Crossed[] {
  return thresholds.flatMap((threshold) => {
    const figure = threshold.of === 'actual' ? spent : forecast
    if (figure === undefined) return []
    return new Decimal(figure).gte(new Decimal(amount).times(threshold.percent).div(100)) ? [{ ...threshold, spent: figure }] : []
  })
}

async function tell(tx: OrgTx, budget: queries.BudgetRow, span: Span, crossed: readonly Crossed[]): Promise<void> {
  const alertIds: number[] = []
  for (const { percent, of, spent } of crossed) {
    const told = await queries.insertAlert(tx, { budget_id: budget.id, span_begin: span.begin, percent, of, spent, amount: budget.amount })
    if (!told) continue
    alertIds.push(told.id)
    const message = `${sentenceOf({ ...budget, percent, of, spent })} in the ${budget.span} that began on ${inWords(span.begin)}`
    const tags = { name: budget.canonical, percent: String(percent), of, span_begin: span.begin }
    const title = of === 'actual' ? 'A threshold of a budget was crossed' : 'A budget is forecast to cross a threshold'
    await insertEvent(tx, auditEvent({ entity: 'budget', action: 'alert', title, message, tags, severity: 'warn' }))
  }
  if (alertIds.length === 0) return
  // One job for each of them: what goes wrong with one mail is tried again without the others.
  for (const userId of await recipientsOf(tx, budget))
    await enqueue(tx, 'costMails.budget', { organizationId: tx.organizationId, alertIds, userId })
}

interface Told extends Crossed {
  name: string
  amount: string
  currency: string
}

/** `812.40 USD of the 1,000.00 USD of the budget Web were spent, 80 % or more` */
export function sentenceOf({ name, amount, currency, percent, of, spent }: Told): string {
  const what = `${money(spent, currency)} of the ${money(amount, currency)} of the budget ${oneLine(name)}`
  return of === 'actual' ? `${what} were spent, ${percent} % or more` : `${what} are forecast for its end, ${percent} % or more`
}
