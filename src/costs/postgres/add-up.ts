/** From lines to days, and from those to everything that is read. */
import { sql } from 'kysely'
import { OrgTx } from '../../db/organization-tx.ts'
import { insideOf } from '../../db/pool.ts'
import { BillError, type Day, type Decimal } from '../../formats/billing/types.ts'
import { AttributionTooSlow } from '../attribution.ts'
import type { CostStore, MonthRef, MonthTotals } from '../types.ts'
import { attributeMonth, noteTagKeys } from './attribute.ts'
import { countAnew, inBulk, periodIs } from './bulk.ts'
import { gone } from './writer.ts'

export const addUp: CostStore['addUp'] = async (scope, month, rules) => {
  const totals = await OrgTx.write(scope.database, insideOf(scope.organizationId), async (tx) => {
    const version = await tx.selectFrom('cost_months').select(['state', 'lines']).where('id', '=', month.id).forUpdate().executeTakeFirst()
    if (version?.state !== 'loading') throw gone(month)
    await addUpDays(tx, month)
    await attributeMonth(tx, month, rules).catch((error: unknown) => {
      throw error instanceof AttributionTooSlow ? new BillError(`its costs cannot be attributed: ${error.message}`) : error
    })
    const totals = await totalsOf(tx, month)
    if (totals.lines !== version.lines) throw new Error(`${totals.lines} lines were added up, and ${version.lines} were stored`)
    const { billed, effective, currencies, firstDay, lastDay } = totals
    await tx
      .updateTable('cost_months')
      .set({ billed, effective, currency: currencies.length === 1 ? (currencies[0] ?? '') : '', first_day: firstDay, last_day: lastDay })
      .where('id', '=', month.id)
      .execute()
    await noteTagKeys(tx)
    return totals
  })
  await countAnew(scope)
  return totals
}

/** A day is one of UTC, as every connection is (see db/pool.ts). Where nothing was consumed, energy goes by the quantity that is priced. */
async function addUpDays(tx: OrgTx, { id, period }: MonthRef): Promise<void> {
  await tx.execute(sql`delete from cost_days where month_id = ${id} and ${periodIs('period', period)}`)
  await inBulk(
    tx,
    sql`
    insert into cost_days (organization_id, month_id, period, day, dimension_id, resource_id, tag_set_id, lines, billed, effective, kwh, co2e, covered)
    select ${tx.organizationId}::bigint, ${id}::bigint, ${period}::date, l.charge_start::date, k.dimension_id, l.resource_id, l.tag_set_id,
      count(*), sum(l.billed), sum(l.effective),
      coalesce(sum(case when k.kwh_per_unit is not null then coalesce(l.consumed_quantity, l.pricing_quantity)::double precision * k.kwh_per_unit end), 0),
      coalesce(sum(case when k.kwh_per_unit is not null
        then coalesce(l.consumed_quantity, l.pricing_quantity)::double precision * k.kwh_per_unit * k.co2e_per_kwh end), 0),
      coalesce(sum(l.effective) filter (where k.kwh_per_unit is not null), 0)
    from cost_lines l join cost_kinds k on k.id = l.kind_id and k.organization_id = ${tx.organizationId}
    where l.organization_id = ${tx.organizationId} and l.month_id = ${id} and ${periodIs('l.period', period)}
    group by l.charge_start::date, k.dimension_id, l.resource_id, l.tag_set_id`,
  )
}

/** Of different currencies nothing is added up: the sums are 0 then, and the bill cannot be used. */
async function totalsOf(tx: OrgTx, { id, period }: MonthRef): Promise<MonthTotals> {
  interface Row {
    currency: string
    lines: number
    billed: Decimal
    effective: Decimal
    first: Day
    last: Day
    last_used: Day | null
  }
  const rows = await inBulk(
    tx,
    sql<Row>`
    select d.currency, sum(f.lines)::bigint as lines, sum(f.billed)::text as billed, sum(f.effective)::text as effective,
      min(f.day) as first, max(f.day) as last, max(f.day) filter (where d.record_type = 'usage') as last_used
    from cost_daily f join cost_dimensions d on d.id = f.dimension_id where f.month_id = ${id} group by 1 order by 1`,
  )
  const missing = await inBulk(
    tx,
    sql<{ day: Day }>`
    with used as materialized (
      select distinct f.day from cost_daily f join cost_dimensions d on d.id = f.dimension_id where f.month_id = ${id} and d.record_type = 'usage')
    select days::date as day
    from generate_series(${period}::date, ${period}::date + interval '1 month - 1 day', '1 day') as days
    where days::date < (select max(day) from used) and days::date not in (select day from used) order by 1`,
  )
  const only = rows.length === 1 ? rows[0] : undefined
  const days = rows.flatMap(({ first, last }) => [first, last]).sort()
  return {
    lines: rows.reduce((sum, { lines }) => sum + lines, 0),
    currencies: rows.map(({ currency }) => currency),
    billed: only?.billed ?? '0',
    effective: only?.effective ?? '0',
    firstDay: days[0] ?? null,
    lastDay: days.at(-1) ?? null,
    missingDays: missing.map(({ day }) => day),
  }
}
