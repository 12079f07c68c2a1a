/** Since when resources are charged for. */
import { sql } from 'kysely'
import type { OrgTx } from '../../db/organization-tx.ts'

/**
 * After the state of these versions has changed: `first_day` of their resources becomes the first day on which an active month charges
 * for them. Only those are looked at closely whose day can have moved: a month is read again every day, and nearly all stays as it was.
 */
export async function noteFirstDays(tx: OrgTx, monthIds: readonly number[]): Promise<void> {
  // Accounts share resources; two that switch at once would wait for each other's.
  await tx.execute(sql`select pg_advisory_xact_lock(hashtextextended('trochoid.cost_resources', ${tx.organizationId}))`)
  // 300,000 resources of a first month take 5 s, and a million more than a statement of a request may: nobody could accept such a month.
  await tx.execute(sql`select set_config('plan_cache_mode', 'force_custom_plan', true), set_config('statement_timeout', '1h', true)`)
  await tx.execute(sql`
    with versions as materialized (select m.id, ${visible} as visible from cost_months m where m.id = any (${[...monthIds]}::bigint[])),
    touched as materialized (
      select r.resource_id, min(${firstDay}) filter (where v.visible) as shown, min(${firstDay}) filter (where not v.visible) as hidden
      from versions v join cost_month_resources r on r.month_id = v.id group by 1),
    moved as materialized (
      select t.resource_id, t.shown, c.first_day as before, c.first_day is not null and t.hidden is not null and t.hidden <= c.first_day as unsure
      from touched t join cost_resources c on c.id = t.resource_id
      where (t.shown is not null and (c.first_day is null or t.shown < c.first_day))
        or (t.hidden is not null and t.hidden <= c.first_day and t.shown is distinct from c.first_day)),
    known as (
      select resource_id, case when not unsure or shown <= before then least(shown, before) else (
        select min(${firstDay}) from cost_month_resources r join cost_months m on m.id = r.month_id
        where r.resource_id = moved.resource_id and ${visible}) end as day
      from moved)
    update cost_resources c set first_day = known.day from known where c.id = known.resource_id and c.first_day is distinct from known.day`)
}

const visible = sql`(m.state = 'active' and m.cost_account_id is not null)`

/** The lowest bit that is set. */
const firstDay = sql`(r.month + round(ln((r.days & -r.days)::double precision) / ln(2::double precision))::integer)`
