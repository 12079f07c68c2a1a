import { sql } from 'kysely'
import type { Visibility } from '../../access/decide.ts'
import type { OrgTx } from '../../db/organization-tx.ts'
import { type PageQuery, page } from '../../db/page.ts'
import { whereVisible } from '../../db/visible.ts'
import { personIn } from '../people.ts'

export type Status = 'open' | 'expected' | 'closed'

export interface Cause {
  /** For people: `region eu-west-1`. */
  what: string
  cost: string
  expected: string
}

/** What costs are compared by. */
export interface What {
  provider: string
  service: string
  project: string
  currency: string
}

export interface Found extends What {
  day: string
  cost: string
  expected: string
  reason: string
  causes: Cause[]
}

export type AnomalyRow = NonNullable<Awaited<ReturnType<typeof findAnomaly>>>

const selectAnomalies = (tx: OrgTx) =>
  tx
    .selectFrom('cost_anomalies')
    .selectAll('cost_anomalies')
    .select(personIn('cost_anomalies.user_id').as('judge'))
    .$narrowType<{ status: Status; causes: Cause[] }>()

export interface AnomalyQuery extends PageQuery {
  begin?: string
  end?: string
  status?: Status
}

const resourceOf = sql`':anomaly:' || ${sql.ref('cost_anomalies.id')}`

/** The newest day first. */
export function listAnomalies(tx: OrgTx, { begin, end, status, ...query }: AnomalyQuery, visible: Visibility) {
  // One after the other, since a page has one direction: days are numbers for that.
  let found = selectAnomalies(tx).select(sql<number>`date '2200-01-01' - cost_anomalies.day`.as('age'))
  if (begin !== undefined) found = found.where('cost_anomalies.day', '>=', begin)
  if (end !== undefined) found = found.where('cost_anomalies.day', '<', end)
  if (status !== undefined) found = found.where('cost_anomalies.status', '=', status)
  found = whereVisible(found, visible, resourceOf)
  return page(found, query, { columns: { age: 'age' }, tieBreaker: 'cost_anomalies.id' })
}

export const findAnomaly = (tx: OrgTx, id: number) => selectAnomalies(tx).where('cost_anomalies.id', '=', id).executeTakeFirst()

export const lockAnomaly = (tx: OrgTx, id: number) =>
  tx.selectFrom('cost_anomalies').select('id').where('id', '=', id).forUpdate().executeTakeFirst()

export const setStatus = (tx: OrgTx, id: number, status: Status, userId: number | null) =>
  tx
    .updateTable('cost_anomalies')
    .set({ status, user_id: userId, gone: false, judged_at: new Date(), updated_at: new Date() })
    .where('id', '=', id)
    .execute()

/** All that are about days of the range. @param visible everything when left out */
export function listBetween(tx: OrgTx, { begin, end }: { begin: string; end: string }, visible?: Visibility) {
  const found = selectAnomalies(tx).where('cost_anomalies.day', '>=', begin).where('cost_anomalies.day', '<', end)
  return (visible ? whereVisible(found, visible, resourceOf) : found).orderBy('cost_anomalies.id').execute()
}

export const listByIds = (tx: OrgTx, ids: readonly number[]) =>
  selectAnomalies(tx)
    .where('cost_anomalies.id', 'in', [...ids])
    .orderBy(sql`cost_anomalies.cost - cost_anomalies.expected`, 'desc')
    .orderBy('cost_anomalies.id')
    .execute()

/** @returns undefined when it is there already, also through somebody else at the same time */
export const insertAnomaly = (tx: OrgTx, { causes, ...row }: Found) =>
  tx
    .insertInto('cost_anomalies', { ...row, causes: JSON.stringify(causes), user_id: null })
    .onConflict((on) => on.columns(['organization_id', 'day', 'provider', 'service', 'project', 'currency']).doNothing())
    .returning('id')
    .executeTakeFirst()

/** What an import made of it. Whether people have judged it stays. */
export const refreshAnomaly = (tx: OrgTx, id: number, { cost, expected, reason, causes }: Found) =>
  tx
    .updateTable('cost_anomalies')
    .set({ cost, expected, reason, causes: JSON.stringify(causes), updated_at: new Date() })
    .where('id', '=', id)
    .execute()

/** What an import had taken away is there again. @returns undefined when somebody else has done that meanwhile */
export const reopenAnomaly = (tx: OrgTx, id: number) =>
  tx
    .updateTable('cost_anomalies')
    .set({ status: 'open', gone: false, user_id: null, updated_at: new Date() })
    .where('id', '=', id)
    .where('gone', '=', true)
    .returning('id')
    .executeTakeFirst()

/** An import took them away. */
export const closeAnomalies = (tx: OrgTx, ids: readonly number[]) =>
  tx
    .updateTable('cost_anomalies')
    .set({ status: 'closed', gone: true, updated_at: new Date() })
    .where('id', 'in', [...ids])
    .where('status', '=', 'open')
    .execute()

/** Of people: such things are to be expected. The newest judgements of the last while. */
export const listExpected = (tx: OrgTx, since: string) =>
  tx
    .selectFrom('cost_anomalies')
    .select(['day', 'provider', 'service', 'project', 'currency', 'cost'])
    .select(sql<string>`greatest(day, (judged_at at time zone 'UTC')::date)`.as('judged_on'))
    .where('status', '=', 'expected')
    .where(sql<boolean>`greatest(day, (judged_at at time zone 'UTC')::date) >= ${since}::date`)
    .execute()
