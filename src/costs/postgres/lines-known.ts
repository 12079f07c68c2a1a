/** What many lines have in common, looked up once and kept within bounds: tags of one line may be as long as a thousand lines. */
import { type RawBuilder, sql } from 'kysely'
import type { OrgTx } from '../../db/organization-tx.ts'
import type { FocusRow } from '../types.ts'

/** Bytes of one answer; a database is refused one that is several times as large. */
const answer = 4 * 1024 * 1024
/** Bytes of what is kept in memory, of each. */
const kept = 16 * 1024 * 1024
/** Of one question. */
const mostIds = 500

export interface Known {
  readonly bytes: number
  readonly focus: FocusRow
}
export type LookUp = (tx: OrgTx, ids: readonly number[]) => Promise<ReadonlyMap<number, Known>>

const nothing: Known = { bytes: 0, focus: {} }

/**
 * Of the ids, in their order, the first one at least and as many more as there is room for; whoever needs the rest asks again once it has
 * done with these. Asks only for what is not known yet.
 */
export function remembering(ask: Ask): LookUp {
  const known = new Map<number, Known>()
  let bytes = 0
  return async (tx, ids) => {
    if (bytes > kept) {
      known.clear()
      bytes = 0
    }
    const missing = ids.filter((id) => !known.has(id)).slice(0, mostIds)
    const [first] = missing
    if (first === undefined) return known
    for (const [id, found] of await ask(tx, missing)) {
      known.set(id, found)
      bytes += found.bytes
    }
    // It cannot be gone while a line has it; but nobody is to ask forever.
    if (!known.has(first)) known.set(first, nothing)
    return known
  }
}

type Ask = (tx: OrgTx, ids: readonly number[]) => Promise<[number, Known][]>

/** What the bill itself said of it goes before what was made of that. */
export const kindsOf: Ask = async (tx, ids) => {
  const { rows } = await tx.execute(sql<{ id: number; bytes: number; focus: FocusRow; made: FocusRow }>`
    select id, bytes, focus, made from (
      select k.id, k.focus, ${sizes(sql`k.focus::text`)}, jsonb_strip_nulls(jsonb_build_object(
        'BillingAccountId', nullif(d.master_account, ''), 'SubAccountId', nullif(d.linked_account, ''), 'ServiceName', nullif(d.service, ''),
        'BillingCurrency', nullif(d.currency, ''), 'ChargeCategory', initcap(d.record_type))) as made
      from ${asked(ids)} join cost_kinds k on k.organization_id = ${tx.organizationId} and k.id = asked.id
      join cost_dimensions d on d.organization_id = k.organization_id and d.id = k.dimension_id) as found ${small}`)
  return rows.map(({ id, bytes, focus, made }) => [id, { bytes, focus: { ...made, ...focus } }])
}

export const resourcesOf: Ask = async (tx, ids) => {
  const { rows } = await tx.execute(sql<{ id: number; bytes: number; resource: string; name: string; type: string }>`
    select id, bytes, resource, name, type from (
      select r.id, r.resource, r.name, r.type, ${sizes(sql`r.resource || r.name || r.type`)}
      from ${asked(ids)} join cost_resources r on r.organization_id = ${tx.organizationId} and r.id = asked.id) as found ${small}`)
  return rows.map(({ id, bytes, resource, name, type }) => [
    id,
    {
      bytes,
      focus: { ResourceId: resource, ...(name === '' ? {} : { ResourceName: name }), ...(type === '' ? {} : { ResourceType: type }) },
    },
  ])
}

export const tagsOf: Ask = async (tx, ids) => {
  const { rows } = await tx.execute(sql<{ id: number; bytes: number; tags: FocusRow }>`
    select id, bytes, tags from (
      select s.id, s.tags, ${sizes(sql`s.tags::text`)}
      from ${asked(ids)} join cost_tag_sets s on s.organization_id = ${tx.organizationId} and s.id = asked.id) as found ${small}`)
  return rows.map(({ id, bytes, tags }) => [id, { bytes, focus: { Tags: JSON.stringify(tags) } }])
}

/** Joined, so that each is looked up by its key; of a list of thousands Postgres may make a filter instead. */
const asked = (ids: readonly number[]) => sql`unnest(${[...ids]}::bigint[]) with ordinality as asked (id, n)`
const sizes = (text: RawBuilder<unknown>) =>
  sql`octet_length(${text}) as bytes, sum(octet_length(${text})) over (order by asked.n) as total`
const small = sql`where total - bytes < ${sql.lit(answer)} order by total`
