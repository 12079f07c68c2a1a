import { type Insertable, sql, type Updateable } from 'kysely'
import type { Visibility } from '../../access/decide.ts'
import type { AccountTx } from '../../db/account-tx.ts'
import type { CostBudgets } from '../../db/database.ts'
import type { OrgTx } from '../../db/organization-tx.ts'
import { type PageQuery, page } from '../../db/page.ts'
import { whereVisible } from '../../db/visible.ts'
import { personIn } from '../people.ts'

export interface Threshold {
  percent: number
  of: 'actual' | 'forecast'
}

/** As they are stored: lists of texts, tags written `key;value`. */
export type BudgetFilters = Readonly<Record<string, readonly string[] | undefined>>

export interface AlertJson {
  span_begin: string
  percent: number
  of: 'actual' | 'forecast'
  spent: string
  amount: string
  created_at: string
}

export type BudgetRow = NonNullable<Awaited<ReturnType<typeof findBudget>>>

/** So many that were told are shown. */
const mostAlerts = 100

const alerts = sql<AlertJson[]>`(
  select coalesce(jsonb_agg(jsonb_build_object('span_begin', a.span_begin, 'percent', a.percent, 'of', a.of, 'spent', a.spent::text,
    'amount', a.amount::text, 'created_at', a.created_at) order by a.id desc), '[]')
  from (select * from cost_budget_alerts b where b.organization_id = cost_budgets.organization_id and b.budget_id = cost_budgets.id
    order by b.id desc limit ${sql.lit(mostAlerts)}) a)`

const selectBudgets = (tx: OrgTx) =>
  tx
    .selectFrom('cost_budgets')
    .selectAll('cost_budgets')
    .select([personIn('cost_budgets.owner_id').as('owner'), alerts.as('alerts')])
    .$narrowType<{ span: 'month' | 'quarter' | 'year'; filters: BudgetFilters; thresholds: Threshold[] }>()

export const listBudgets = (tx: OrgTx, query: PageQuery, visible: Visibility) =>
  page(whereVisible(selectBudgets(tx), visible, resourceOf), query, {
    columns: { budget_canonical: 'cost_budgets.canonical' },
    tieBreaker: 'cost_budgets.id',
  })

const resourceOf = sql`':budget:' || ${sql.ref('cost_budgets.canonical')}`

/** Those that are judged. @param visible everything when left out */
export function listEnabled(tx: OrgTx, visible?: Visibility) {
  const enabled = selectBudgets(tx).where('cost_budgets.enabled', '=', true)
  return (visible ? whereVisible(enabled, visible, resourceOf) : enabled).orderBy('cost_budgets.canonical').execute()
}

export const findBudget = (tx: OrgTx, canonical: string) =>
  selectBudgets(tx).where('cost_budgets.canonical', '=', canonical).executeTakeFirst()

export async function lockBudget(tx: OrgTx, canonical: string) {
  const locked = await tx.selectFrom('cost_budgets').select('id').where('canonical', '=', canonical).forUpdate().executeTakeFirst()
  return locked && findBudget(tx, canonical)
}

/** Budgets are added one at a time in each organization, so that their number holds. */
export async function countInTurn(tx: OrgTx): Promise<number> {
  await tx.selectFrom('organizations').select('id').forNoKeyUpdate().executeTakeFirst()
  const { count } = await tx.selectFrom('cost_budgets').select(sql<number>`count(*)::int`.as('count')).executeTakeFirstOrThrow()
  return count
}

export const insertBudget = (tx: OrgTx, row: Omit<Insertable<CostBudgets>, 'organization_id' | 'id'>) =>
  tx.insertInto('cost_budgets', row).execute()

export const updateBudget = (tx: OrgTx, id: number, row: Updateable<CostBudgets>) =>
  tx.updateTable('cost_budgets').set(row).where('id', '=', id).execute()

export const deleteBudget = (tx: OrgTx, canonical: string) =>
  tx.deleteFrom('cost_budgets').where('canonical', '=', canonical).executeTakeFirst()

/** What was told of spans that go on is about something else now. */
export const forgetAlerts = (tx: OrgTx, budgetId: number, from: string) =>
  tx.deleteFrom('cost_budget_alerts').where('budget_id', '=', budgetId).where('span_begin', '>=', from).execute()

/** @returns undefined when it is told already, also by somebody else at the same time */
export const insertAlert = (
  tx: OrgTx,
  row: { budget_id: number; span_begin: string; percent: number; of: string; spent: string; amount: string },
) =>
  tx
    .insertInto('cost_budget_alerts', row)
    .onConflict((on) => on.columns(['organization_id', 'budget_id', 'span_begin', 'percent', 'of', 'amount']).doNothing())
    .returning('id')
    .executeTakeFirst()

export type AlertRow = Awaited<ReturnType<typeof listAlerts>>[number]

/** With the budget that each is about. */
export const listAlerts = (tx: OrgTx, ids: readonly number[]) =>
  tx
    .selectFrom('cost_budget_alerts')
    .innerJoin('cost_budgets', (join) =>
      join
        .onRef('cost_budgets.organization_id', '=', 'cost_budget_alerts.organization_id')
        .onRef('cost_budgets.id', '=', 'cost_budget_alerts.budget_id'),
    )
    .select([
      'cost_budget_alerts.span_begin',
      'cost_budget_alerts.percent',
      'cost_budget_alerts.of',
      'cost_budget_alerts.spent',
      'cost_budget_alerts.amount',
      'cost_budgets.canonical',
      'cost_budgets.name',
      'cost_budgets.currency',
      'cost_budgets.span',
      'cost_budgets.filters',
      'cost_budgets.owner_id',
      'cost_budgets.recipients',
    ])
    .where('cost_budget_alerts.id', 'in', [...ids])
    .orderBy('cost_budget_alerts.of')
    .orderBy('cost_budget_alerts.percent')
    .$narrowType<{ span: 'month' | 'quarter' | 'year'; filters: BudgetFilters; of: 'actual' | 'forecast' }>()
    .execute()

export interface MemberAddress {
  user_id: number
  email: string
}

/** Members who have one of the addresses. */
export async function listMembersAt(tx: OrgTx, addresses: readonly string[]): Promise<MemberAddress[]> {
  const { rows } = await tx.execute(sql<MemberAddress>`
    select p.id as user_id, p.email from members m join people p on p.id = m.user_id
    where m.organization_id = ${tx.organizationId} and m.invitation_state = 'accepted'
      and lower(p.email) = any (select lower(a) from unnest(${[...addresses]}::text[]) as a)
    order by p.email`)
  return rows
}

/** Is the person (still) a member? */
export async function isMember(tx: OrgTx, userId: number): Promise<boolean> {
  const row = await tx
    .selectFrom('members')
    .select('members.id')
    .where('members.user_id', '=', userId)
    .where('members.invitation_state', '=', 'accepted')
    .executeTakeFirst()
  return row !== undefined
}

export interface MemberRules {
  user_id: number
  /** Of the role and of teams. */
  rules: { action: string; resources: string[] }[]
}

/** Everybody here, and what rules give them. */
export async function listMemberRules(tx: OrgTx): Promise<MemberRules[]> {
  const { rows } = await tx.execute(sql<MemberRules>`
    select m.user_id, (
      select coalesce(jsonb_agg(jsonb_build_object('action', r.action, 'resources', r.resources)), '[]') from rules r
      where r.organization_id = m.organization_id and r.role_id in (
        select m.role_id union
        select tr.role_id from team_members tm
        join team_roles tr on tr.organization_id = tm.organization_id and tr.team_id = tm.team_id
        where tm.organization_id = m.organization_id and tm.member_id = m.id)) as rules
    from members m where m.organization_id = ${tx.organizationId} and m.invitation_state = 'accepted'
    order by m.user_id`)
  return rows
}

export const findOrganization = (tx: OrgTx) => tx.selectFrom('organizations').select(['canonical', 'name']).executeTakeFirst()

/** Organizations with costs. In the platform's scope. */
export async function listOrganizations(tx: AccountTx): Promise<number[]> {
  const { rows } = await tx.execute(sql<{ id: number }>`select cost_organizations() as id order by 1`)
  return rows.map(({ id }) => id)
}
