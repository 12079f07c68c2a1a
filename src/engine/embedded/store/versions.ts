import { sql } from 'kysely'
import type { OrgTx } from '../../../db/organization-tx.ts'
import type { Version } from '../../../formats/pipeline/types.ts'
import type { EnginePage, EnginePageQuery, EngineVersion } from '../../types.ts'
import type { Metadata } from '../execute/types.ts'
import { pageFrom } from './paging.ts'
import type { FoundResource } from './resources.ts'
import { digestOf, jsonText } from './text.ts'

/** The versions that a resource has with its source of now. */
type History = Pick<FoundResource, 'id' | 'history'>
const inHistory = (tx: OrgTx, { id, history }: History) =>
  sql`v.organization_id = ${tx.organizationId} and v.resource_id = ${id} and v.history = ${history}`

/** @param filter each version has all of these keys with these values */
export async function listVersions(
  tx: OrgTx,
  history: History,
  page: EnginePageQuery,
  filter: readonly (readonly [string, string])[],
): Promise<EnginePage<EngineVersion>> {
  const matching = sql.join(
    [inHistory(tx, history), ...filter.map(([key, value]) => sql`v.version @> ${jsonText({ [key]: value })}::jsonb`)],
    sql` and `,
  )
  const placeOf = (id: number) => sql`(select v.check_order from engine_versions v where ${inHistory(tx, history)} and v.id = ${id})`
  const bound =
    page.since !== undefined
      ? sql`and v.check_order < ${placeOf(page.since)}`
      : page.until !== undefined
        ? sql`and v.check_order > ${placeOf(page.until)}`
        : sql``
  const { rows } = await tx.execute(sql<EngineVersion & { place: number }>`
    select v.id, v.version, v.metadata, v.enabled, v.check_order as place from engine_versions v where ${matching} ${bound}
    order by v.check_order ${page.until === undefined ? sql`desc` : sql`asc`} limit ${page.limit}`)
  return pageFrom(
    rows.map(({ place, ...version }) => ({ id: version.id, place, item: version })),
    page,
    async (oldest, newest) => {
      const around = await tx.execute(sql<{ older: boolean; newer: boolean }>`
        select exists (select 1 from engine_versions v where ${matching} and v.check_order < ${oldest}) as older,
          exists (select 1 from engine_versions v where ${matching} and v.check_order > ${newest}) as newer`)
      return around.rows[0]
    },
  )
}

export async function findVersion(tx: OrgTx, history: History, versionId: number): Promise<{ id: number; version: Version } | undefined> {
  const { rows } = await tx.execute(sql<{ id: number; version: Version }>`
    select v.id, v.version from engine_versions v where ${inHistory(tx, history)} and v.id = ${versionId}`)
  return rows[0]
}

export async function setEnabled(tx: OrgTx, versionId: number, enabled: boolean): Promise<void> {
  await tx.updateTable('engine_versions').set({ enabled }).where('id', '=', versionId).execute()
}

/** Where a check begins: the newest that is known. */
export async function newestVersion(tx: OrgTx, history: History): Promise<Version | null> {
  const { rows } = await tx.execute(sql<{ version: Version }>`
    select v.version from engine_versions v where ${inHistory(tx, history)} order by v.check_order desc limit 1`)
  return rows[0]?.version ?? null
}

/**
 * What a check found, oldest first. When one of them is new, all of them move to the end in this order.
 * @returns how many are new
 */
export async function saveVersions(tx: OrgTx, history: History, found: readonly Version[]): Promise<number> {
  // Of one that is told twice the later place counts.
  const versions = new Map(found.toReversed().map((version) => [digestOf(version), version] as const))
  const digests = [...versions.keys()].reverse()
  await lockHistory(tx, history)
  const known = await tx.execute(sql<{ digest: string }>`
    select v.digest from engine_versions v where ${inHistory(tx, history)} and v.digest = any (${digests}::text[])`)
  if (known.rows.length === digests.length) return 0
  await tx.execute(sql`
    insert into engine_versions as v (organization_id, resource_id, history, digest, version, check_order)
    select ${tx.organizationId}, ${history.id}, ${history.history}, given.digest, given.version, given.place + ${lastPlace(tx, history)}
    from unnest(${digests}::text[], ${digests.map((digest) => jsonText(versions.get(digest)))}::jsonb[]) with ordinality as given (digest, version, place)
    order by given.place
    on conflict (organization_id, resource_id, history, digest) do update set check_order = excluded.check_order`)
  return digests.length - known.rows.length
}

/** One that a put made: a new one comes last, others stay where they are. @returns its id */
export async function saveVersion(tx: OrgTx, history: History, version: Version, metadata: readonly Metadata[]): Promise<number> {
  await lockHistory(tx, history)
  const { rows } = await tx.execute(sql<{ id: number }>`
    insert into engine_versions as v (organization_id, resource_id, history, digest, version, check_order, metadata)
    values (${tx.organizationId}, ${history.id}, ${history.history}, ${digestOf(version)}, ${jsonText(version)}, 1 + ${lastPlace(tx, history)}, ${jsonText(metadata)})
    on conflict (organization_id, resource_id, history, digest)
    do update set metadata = case when excluded.metadata = '[]' then v.metadata else excluded.metadata end
    returning v.id`)
  return rows[0]?.id ?? 0
}

export const saveMetadata = (tx: OrgTx, history: History, version: Version, metadata: readonly Metadata[]): Promise<unknown> =>
  tx.execute(sql`
    update engine_versions v set metadata = ${jsonText(metadata)}
    where ${inHistory(tx, history)} and v.digest = ${digestOf(version)} and v.metadata <> ${jsonText(metadata)}::jsonb`)

/** Two who find versions at once would give them the same places. */
const lockHistory = (tx: OrgTx, { id }: History) =>
  tx.execute(sql`select 1 from engine_resources r where r.organization_id = ${tx.organizationId} and r.id = ${id} for no key update`)

const lastPlace = (tx: OrgTx, history: History) =>
  sql`(select coalesce(max(v.check_order), 0) from engine_versions v where ${inHistory(tx, history)})`

/** One that has all that a pin names. */
export async function findPinned(tx: OrgTx, history: History, pin: Version): Promise<boolean> {
  const { rows } = await tx.execute(sql`
    select 1 from engine_versions v where ${inHistory(tx, history)} and v.version @> ${jsonText(pin)}::jsonb limit 1`)
  return rows.length > 0
}
