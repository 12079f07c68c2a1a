/** Will the provider change a month any more? */
import { sql } from 'kysely'
import type { OrgTx } from '../../db/organization-tx.ts'
import type { MonthRef } from '../types.ts'

/**
 * A provider writes the invoice onto lines when it is issued, and changes nothing afterwards. Purchases have theirs at once: a month
 * that is not over may have no others yet. Before the invoice, the first lines that are looked at say so.
 */
export async function isInvoiced(tx: OrgTx, { id, period }: MonthRef): Promise<boolean> {
  const { rows } = await tx.execute(sql<{ invoiced: boolean }>`
    select (${period}::date + interval '1 month') at time zone 'UTC' <= now()
      and exists (select 1 from cost_lines l where l.month_id = ${id} and l.period = ${period}::date)
      and not exists (
        select 1 from cost_lines l left join cost_kinds k on k.organization_id = ${tx.organizationId} and k.id = l.kind_id
        where l.organization_id = ${tx.organizationId} and l.month_id = ${id} and l.period = ${period}::date
          and coalesce(k.focus ->> 'InvoiceId', '') = '') as invoiced`)
  return rows[0]?.invoiced ?? false
}
