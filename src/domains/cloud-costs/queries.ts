import { sql } from 'kysely'
import type { AccountTx } from '../../db/account-tx.ts'
import type { OrgTx } from '../../db/organization-tx.ts'
import { type PageQuery, page } from '../../db/page.ts'

export interface KeepingRow {
  lines_months: number
  figures_months: number
  cost_type: 'billed' | 'effective'
  anomaly_mails: boolean
  report_mails: boolean
}

/** As the defaults say where nothing is stored. */
export async function getKeeping(tx: OrgTx): Promise<KeepingRow> {
  const row = await tx
    .selectFrom('cost_keeping')
    .select(['lines_months', 'figures_months', 'cost_type', 'anomaly_mails', 'report_mails'])
    .executeTakeFirst()
  if (!row) return { lines_months: 4, figures_months: 36, cost_type: 'billed', anomaly_mails: true, report_mails: false }
  return { ...row, cost_type: row.cost_type === 'effective' ? 'effective' : 'billed' }
}

export const saveKeeping = (tx: OrgTx, keeping: KeepingRow) =>
  tx
    .insertInto('cost_keeping', { ...keeping })
    .onConflict((conflict) => conflict.column('organization_id').doUpdateSet({ ...keeping, updated_at: new Date() }))
    .execute()

/** @returns undefined where nobody wants the report, or where it is ordered already, also by somebody else at the same time */
export const orderReport = (tx: OrgTx, month: string) =>
  tx
    .updateTable('cost_keeping')
    .set({ reported_month: month })
    .where('report_mails', '=', true)
    .where(({ or, eb }) => or([eb('reported_month', 'is', null), eb('reported_month', '<', month)]))
    .returning('reported_month')
    .executeTakeFirst()

export async function occursProvider(tx: OrgTx, provider: string): Promise<boolean> {
  return (await tx.selectFrom('cost_dimensions').select('id').where('provider', '=', provider).limit(1).executeTakeFirst()) !== undefined
}

/** Names of accounts at providers, by their ids there. What people chose goes before what bills say. */
export async function listAccountNames(tx: OrgTx, accounts: readonly string[]): Promise<{ account_id: string; name: string }[]> {
  if (accounts.length === 0) return []
  const { rows } = await tx.execute(sql<{ account_id: string; name: string }>`
    select distinct on (account_id) account_id, name from (
      select account_id, coalesce(name, billed_name) as name, case when name is null then 3 else 1 end as place
        from cost_linked_accounts where organization_id = ${tx.organizationId}
      union all select account_id, name, 2 from cost_accounts where organization_id = ${tx.organizationId} and account_id <> ''
    ) as named where name <> '' and account_id = any (${[...accounts]}::text[]) order by account_id, place, name`)
  return rows
}

export async function findCostAccountId(tx: OrgTx, canonical: string): Promise<number | undefined> {
  return (await tx.selectFrom('cost_accounts').select('id').where('canonical', '=', canonical).executeTakeFirst())?.id
}

// Tag mapping

const mappingColumns = [
  ...(['id', 'project_tags', 'project_regex', 'environment_tags', 'environment_regex', 'component_tags', 'component_regex'] as const),
  ...(['generation', 'problem', 'created_at', 'updated_at'] as const),
] as const

export const findMapping = (tx: OrgTx) => tx.selectFrom('cost_tag_mappings').select(mappingColumns).executeTakeFirst()
export const lockMapping = (tx: OrgTx) => tx.selectFrom('cost_tag_mappings').select(mappingColumns).forUpdate().executeTakeFirst()
export type MappingRow = NonNullable<Awaited<ReturnType<typeof findMapping>>>
export type Mapping = Omit<MappingRow, 'id' | 'generation' | 'problem' | 'created_at' | 'updated_at'>

export const insertMapping = (tx: OrgTx, mapping: Mapping) =>
  tx
    .insertInto('cost_tag_mappings', { ...mapping, updated_at: new Date() })
    .returning(mappingColumns)
    .executeTakeFirstOrThrow()

export const updateMapping = (tx: OrgTx, mapping: Mapping) =>
  tx
    .updateTable('cost_tag_mappings')
    .set({ ...mapping, problem: '', updated_at: new Date(), generation: sql`generation + 1` })
    .returning(mappingColumns)
    .executeTakeFirstOrThrow()

export async function countAttributed(tx: OrgTx, generation: number): Promise<{ total: number; done: number }> {
  return tx
    .selectFrom('cost_months')
    .select([sql<number>`count(*)`.as('total'), sql<number>`count(*) filter (where mapping_generation = ${generation})`.as('done')])
    .where('state', '=', 'active')
    .executeTakeFirstOrThrow()
}

// Exchange rates

export const listExchangeRates = (tx: OrgTx, query: PageQuery) =>
  page(
    tx
      .selectFrom('cost_exchange_rates')
      .select(['id', 'day', 'from_currency', 'to_currency', 'rate', sql<number>`date '2200-01-01' - day`.as('age')]),
    query,
    { columns: { age: 'age' }, tieBreaker: 'cost_exchange_rates.id' },
  )

export interface RateEntry {
  day: string
  from: string
  to: string
  rate: string
}

export const saveExchangeRates = (tx: OrgTx, rates: readonly RateEntry[]) =>
  tx
    .insertInto(
      'cost_exchange_rates',
      rates.map(({ day, from, to, rate }) => ({ day, from_currency: from, to_currency: to, rate })),
    )
    .onConflict((conflict) =>
      conflict
        .columns(['organization_id', 'day', 'from_currency', 'to_currency'])
        .doUpdateSet({ rate: sql`excluded.rate`, created_at: new Date() }),
    )
    .execute()

/** Was there one? */
export async function deleteExchangeRate(tx: OrgTx, id: number): Promise<boolean> {
  const { numDeletedRows } = await tx.deleteFrom('cost_exchange_rates').where('id', '=', id).executeTakeFirstOrThrow()
  return numDeletedRows > 0n
}

type Range = { begin: string; end: string }
const currenciesOf = (currencies: readonly string[]) => sql`${[...currencies]}::text[]`

/** Between any two of the currencies: those in the range, and of each pair the last one before. */
export async function listOwnRates(tx: OrgTx, { begin, end }: Range, currencies: readonly string[]): Promise<RateEntry[]> {
  const { rows } = await tx.execute(sql<RateEntry>`
    with own as materialized (
      select day, from_currency, to_currency, rate from cost_exchange_rates
      where from_currency = any (${currenciesOf(currencies)}) and to_currency = any (${currenciesOf(currencies)}) and day < ${end}::date)
    select to_char(day, 'YYYY-MM-DD') as day, from_currency as "from", to_currency as "to", rate::text as rate from own where day > ${begin}::date
    union all (select distinct on (from_currency, to_currency) to_char(day, 'YYYY-MM-DD'), from_currency, to_currency, rate::text
      from own where day <= ${begin}::date order by from_currency, to_currency, own.day desc)`)
  return rows
}

export async function listInstallationRates(
  tx: OrgTx,
  { begin, end }: Range,
  currencies: readonly string[],
): Promise<{ day: string; currency: string; rate: string }[]> {
  const { rows } = await tx.execute(sql<{ day: string; currency: string; rate: string }>`
    select to_char(day, 'YYYY-MM-DD') as day, currency, rate::text as rate from exchange_rates
      where currency = any (${currenciesOf(currencies)}) and day > ${begin}::date and day < ${end}::date
    union all select to_char(last.day, 'YYYY-MM-DD'), last.currency, last.rate::text
      from unnest(${currenciesOf(currencies)}) as asked (currency) cross join lateral (
        select day, currency, rate from exchange_rates x where x.currency = asked.currency and x.day <= ${begin}::date order by x.day desc limit 1) as last`)
  return rows
}

/** Of the installation. */
export async function saveInstallationRates(
  tx: AccountTx,
  rates: readonly { day: string; currency: string; rate: string }[],
  source: string,
): Promise<void> {
  await tx.execute(sql`
    insert into exchange_rates (day, currency, rate, source)
    select day, currency, rate, ${source} from unnest(${rates.map(({ day }) => day)}::date[], ${rates.map(({ currency }) => currency)}::text[],
      ${rates.map(({ rate }) => rate)}::numeric[]) as r (day, currency, rate)
    on conflict (day, currency) do update set rate = excluded.rate, source = excluded.source, imported_at = now()
    where exchange_rates.rate <> excluded.rate`)
}

/** Of everything that costs can be attributed to; tags know nothing of which project an environment is in. */
export async function listCanonicals(tx: OrgTx): Promise<Record<'project' | 'environment' | 'component', string[]>> {
  const of = async (table: 'projects' | 'environments' | 'components') =>
    (await tx.selectFrom(table).select('canonical').distinct().execute()).map(({ canonical }) => canonical)
  return { project: await of('projects'), environment: await of('environments'), component: await of('components') }
}
