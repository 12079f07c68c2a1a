import { type Insertable, sql } from 'kysely'
import type { AccountTx } from '../../db/account-tx.ts'
import type { TerraformStateVersions } from '../../db/database.ts'
import type { OrgTx } from '../../db/organization-tx.ts'
import { type Page, page } from '../../db/page.ts'

interface Place {
  project: string
  environment: string
  component: string
}

export type StateRow = NonNullable<Awaited<ReturnType<typeof findStateOf>>>
export type VersionRow = NonNullable<Awaited<ReturnType<typeof findVersion>>>

/** As Terraform sends it. */
export type LockInfo = Readonly<Record<string, string>>

/** Does an external backend for Terraform states reach the place? Nothing of it needs to exist. */
export async function hasStateBackend(tx: OrgTx, { project, environment, component }: Place): Promise<boolean> {
  const { rows } = await tx.execute(sql<{ found: boolean }>`
    select exists (
      select from external_backends b
      left join projects p on p.organization_id = b.organization_id and p.id = b.project_id
      left join environments e on e.organization_id = b.organization_id and e.id = b.environment_id
      left join components c on c.organization_id = b.organization_id and c.id = b.component_id
      where b.organization_id = ${tx.organizationId} and b.purpose = 'remote_tfstate'
        and (case when b.project_id is null then b.is_default else p.canonical = ${project} end)
        and (b.environment_id is null or e.canonical = ${environment})
        and (b.component_id is null or c.canonical = ${component})
    ) as found`)
  return rows[0]?.found === true
}

/** @param place `project/environment/component` */
export async function generationOf(tx: OrgTx, place: string): Promise<number> {
  const row = await tx.selectFrom('state_token_generations').select('generation').where('place', '=', place).executeTakeFirst()
  return row?.generation ?? 1
}

export const raiseGeneration = (tx: OrgTx, place: string) =>
  tx
    .insertInto('state_token_generations', { place, generation: 2 })
    .onConflict((on) => on.columns(['organization_id', 'place']).doUpdateSet({ generation: sql`state_token_generations.generation + 1` }))
    .execute()

/** Before the component leaves its place: tokens for there are not for who comes next. */
export const raiseGenerationOf = (tx: OrgTx, componentId: number) =>
  tx.execute(sql`
    insert into state_token_generations (organization_id, place, generation)
    select c.organization_id, p.canonical || '/' || e.canonical || '/' || c.canonical, 2
    from components c
    join environments e on e.organization_id = c.organization_id and e.id = c.environment_id
    join projects p on p.organization_id = e.organization_id and p.id = e.project_id
    where c.organization_id = ${tx.organizationId} and c.id = ${componentId}
    on conflict (organization_id, place) do update set generation = state_token_generations.generation + 1`)

/** What a token names by number; answers only in the platform scope. */
export async function findOrganization<E>(tx: AccountTx, id: number): Promise<{ canonical: string; entitlement: E | null } | null> {
  const { rows } = await tx.execute(
    sql<{ found: { canonical: string; entitlement: E | null } | null }>`select organization_of_state_token(${id}) as found`,
  )
  return rows[0]?.found ?? null
}

/** A component that is there, and from which stack: `12:web-server`, its organization and canonical. */
export async function findComponentAt(tx: OrgTx, { project, environment, component }: Place) {
  const { rows } = await tx.execute(sql<{ id: number; stack_ref: string | null }>`
    select c.id, ${stackRef} as stack_ref
    from components c
    join environments e on e.organization_id = c.organization_id and e.id = c.environment_id
    join projects p on p.organization_id = e.organization_id and p.id = e.project_id
    where c.organization_id = ${tx.organizationId} and c.is_ready
      and p.canonical = ${project} and e.canonical = ${environment} and c.canonical = ${component}`)
  return rows[0]
}

const stackRef = sql`(select s.organization_id || ':' || s.canonical from stacks s where s.organization_id = c.stack_organization_id and s.id = c.stack_id)`

export const findStateBackend = (tx: OrgTx, id: number) =>
  tx
    .selectFrom('external_backends')
    .select(['id', 'token_generation'])
    .where('id', '=', id)
    .where('purpose', '=', 'remote_tfstate')
    .executeTakeFirst()

/** Of a component or an external backend. */
export type Keeper = { componentId: number; place: string; stackRef: string | null } | { externalBackendId: number }

export const findStateOf = (tx: OrgTx, keeper: Keeper) => selectState(tx, keeper).executeTakeFirst()

/** Nobody else writes, locks or restores until the transaction ends. */
export const lockStateOf = (tx: OrgTx, keeper: Keeper) => selectState(tx, keeper).forUpdate().executeTakeFirst()

const selectState = (tx: OrgTx, keeper: Keeper) => {
  const found = tx
    .selectFrom('terraform_states')
    .select(['id', 'component_id', 'version_id', 'lock', 'locked_at'])
    .$narrowType<{ lock: LockInfo | null }>()
  return 'componentId' in keeper
    ? found.where('component_id', '=', keeper.componentId)
    : found.where('external_backend_id', '=', keeper.externalBackendId)
}

/** What a component at the same place, made from the same stack, has left: it is the new one's now. */
export const adoptState = (tx: OrgTx, { componentId, place, stackRef }: Extract<Keeper, { componentId: number }>) =>
  tx.execute(sql`
    update terraform_states set component_id = ${componentId}, place = null, stack_ref = null, left_at = null, updated_at = now()
    where organization_id = ${tx.organizationId}
      and id = (select s.id from terraform_states s where s.organization_id = ${tx.organizationId} and s.component_id is null
        and s.place = ${place} and s.stack_ref = ${stackRef} order by s.left_at desc limit 1 for update)
      and not exists (select from terraform_states t where t.organization_id = ${tx.organizationId} and t.component_id = ${componentId})`)

/** Before a component goes: what is needed to find its state again. */
export const leaveState = (tx: OrgTx, componentId: number) =>
  tx.execute(sql`
    update terraform_states s set component_id = null, place = p.canonical || '/' || e.canonical || '/' || c.canonical, stack_ref = ${stackRef},
      lock = null, locked_at = null, updated_at = now()
    from components c
    join environments e on e.organization_id = c.organization_id and e.id = c.environment_id
    join projects p on p.organization_id = e.organization_id and p.id = e.project_id
    where s.organization_id = ${tx.organizationId} and s.component_id = ${componentId} and c.organization_id = s.organization_id and c.id = s.component_id`)

/** Two may begin at once: the row is there afterwards, whoever made it. */
export const insertState = (tx: OrgTx, keeper: Keeper) =>
  tx
    .insertInto(
      'terraform_states',
      'componentId' in keeper ? { component_id: keeper.componentId } : { external_backend_id: keeper.externalBackendId },
    )
    .onConflict((on) => on.doNothing())
    .execute()

export const setLock = (tx: OrgTx, id: number, lock: LockInfo | null) =>
  tx
    .updateTable('terraform_states')
    .set({ lock: lock && JSON.stringify(lock), locked_at: lock && new Date(), updated_at: new Date() })
    .where('id', '=', id)
    .execute()

const versionColumns = [
  'terraform_state_versions.id',
  'terraform_state_versions.state_id',
  'terraform_state_versions.serial',
  'terraform_state_versions.lineage',
  'terraform_state_versions.terraform_version',
  'terraform_state_versions.size',
  'terraform_state_versions.md5',
  'terraform_state_versions.resource_count',
  'terraform_state_versions.author',
  'terraform_state_versions.restored_from',
  'terraform_state_versions.data_key_id',
  'terraform_state_versions.created_at',
] as const

export const findVersion = (tx: OrgTx, stateId: number, id: number) =>
  tx.selectFrom('terraform_state_versions').select(versionColumns).where('state_id', '=', stateId).where('id', '=', id).executeTakeFirst()

/** The newest first. */
export async function listVersions(
  tx: OrgTx,
  stateId: number,
  query: { page_index?: number; page_size?: number },
): Promise<Page<VersionRow>> {
  return page(
    tx.selectFrom('terraform_state_versions').select(versionColumns).where('state_id', '=', stateId),
    { ...query, order_by: 'id:desc' },
    { columns: { id: 'terraform_state_versions.id' }, tieBreaker: 'terraform_state_versions.id' },
  )
}

export async function versionFigures(tx: OrgTx, stateId: number): Promise<{ versions: number; serial: number }> {
  const { rows } = await tx.execute(sql<{ versions: number; serial: number }>`
    select count(*) as versions, coalesce(max(serial), 0) as serial from terraform_state_versions
    where organization_id = ${tx.organizationId} and state_id = ${stateId}`)
  return rows[0] ?? { versions: 0, serial: 0 }
}

export const insertVersion = (tx: OrgTx, row: Omit<Insertable<TerraformStateVersions>, 'organization_id' | 'id'>) =>
  tx.insertInto('terraform_state_versions', row).returning(['id', 'created_at']).executeTakeFirstOrThrow()

export const setVersion = (tx: OrgTx, id: number, versionId: number) =>
  tx.updateTable('terraform_states').set({ version_id: versionId, updated_at: new Date() }).where('id', '=', id).execute()

export const insertChunk = (tx: OrgTx, row: { version_id: number; position: number; sealed: Buffer }) =>
  tx.insertInto('terraform_state_chunks', row).execute()

export const findChunk = (tx: OrgTx, versionId: number, position: number) =>
  tx
    .selectFrom('terraform_state_chunks')
    .select('sealed')
    .where('version_id', '=', versionId)
    .where('position', '=', position)
    .executeTakeFirst()

export const insertPlanPart = (
  tx: OrgTx,
  row: { state_id: number; upload: string; position: number; sealed: Buffer; data_key_id: number },
) => tx.insertInto('terraform_plans', row).execute()

export const deletePlan = (tx: OrgTx, stateId: number) => tx.deleteFrom('terraform_plans').where('state_id', '=', stateId).execute()

export const findPlan = (tx: OrgTx, stateId: number) =>
  tx.selectFrom('terraform_plans').select(['upload', 'data_key_id']).where('state_id', '=', stateId).limit(1).executeTakeFirst()

export const findPlanPart = (tx: OrgTx, stateId: number, upload: string, position: number) =>
  tx
    .selectFrom('terraform_plans')
    .select('sealed')
    .where('state_id', '=', stateId)
    .where('upload', '=', upload)
    .where('position', '=', position)
    .executeTakeFirst()

/** @param rows JSON text of a list of instances; those that are as they were stay untouched */
export const upsertResources = (tx: OrgTx, stateId: number, rows: string) =>
  tx.execute(sql`
    insert into inventory_resources (organization_id, state_id, address, provider, type, name, module, mode, attributes)
    select ${tx.organizationId}::bigint, ${stateId}::bigint, r.address, r.provider, r.type, r.name, r.module, r.mode, r.attributes
    from jsonb_to_recordset(${rows}::jsonb) as r(address text, provider text, type text, name text, module text, mode text, attributes jsonb)
    on conflict (organization_id, state_id, address) do update
    set provider = excluded.provider, type = excluded.type, name = excluded.name, module = excluded.module, mode = excluded.mode,
      attributes = excluded.attributes, updated_at = now()
    where (inventory_resources.provider, inventory_resources.type, inventory_resources.name, inventory_resources.module,
      inventory_resources.mode, inventory_resources.attributes)
      is distinct from (excluded.provider, excluded.type, excluded.name, excluded.module, excluded.mode, excluded.attributes)`)

/** `not in`, which Postgres answers from a table of hashes whatever it thinks of the numbers: a join compared all with all. */
export const deleteOtherResources = (tx: OrgTx, stateId: number, addresses: readonly string[]) =>
  tx.execute(sql`
    delete from inventory_resources r
    where r.organization_id = ${tx.organizationId} and r.state_id = ${stateId}
      and r.address not in (select unnest(${[...addresses]}::text[]))`)

/** When the numbers are others than they were last; the newest 1,000 moments are remembered. */
export async function insertCounts(tx: OrgTx, stateId: number, counts: string): Promise<void> {
  await tx.execute(sql`
    insert into inventory_counts (organization_id, state_id, counts)
    select ${tx.organizationId}::bigint, ${stateId}::bigint, ${counts}::jsonb
    where ${counts}::jsonb is distinct from coalesce((select c.counts from inventory_counts c
      where c.organization_id = ${tx.organizationId} and c.state_id = ${stateId} order by c.counted_at desc, c.id desc limit 1), '{}')`)
  await tx.execute(sql`
    delete from inventory_counts c
    where c.organization_id = ${tx.organizationId} and c.state_id = ${stateId}
      and (c.counted_at, c.id) < (select o.counted_at, o.id from inventory_counts o
        where o.organization_id = ${tx.organizationId} and o.state_id = ${stateId} order by o.counted_at desc, o.id desc
        limit 1 offset 999)`)
}

/** Of all organizations, the oldest first; answers only in the platform scope. */
export async function listLeftStates(tx: AccountTx, before: Date): Promise<{ organization_id: number; id: number }[]> {
  const { rows } = await tx.execute(
    sql<{
      organization_id: number
      id: number
    }>`select organization_id, id from left_terraform_states(${before}) order by left_at, id limit 1000`,
  )
  return rows
}

/** Nobody finds it for a new component any more. @returns false when somebody did before */
export async function giveUpState(tx: OrgTx, id: number, before: Date): Promise<boolean> {
  const { numUpdatedRows } = await tx
    .updateTable('terraform_states')
    .set({ place: null, stack_ref: null })
    .where('id', '=', id)
    .where('component_id', 'is', null)
    .where('left_at', '<', before)
    .executeTakeFirstOrThrow()
  return numUpdatedRows > 0n
}

/** Some of the rows that there may be very many of. @returns how many */
export async function deletePartOf(tx: OrgTx, stateId: number): Promise<number> {
  const { rows } = await tx.execute(sql<{ deleted: number }>`
    with r as (delete from inventory_resources where organization_id = ${tx.organizationId}
        and id in (select id from inventory_resources where organization_id = ${tx.organizationId} and state_id = ${stateId} limit 1000) returning 1),
      c as (delete from terraform_state_chunks where organization_id = ${tx.organizationId}
        and (version_id, position) in (select k.version_id, k.position from terraform_state_chunks k
          join terraform_state_versions v on v.organization_id = k.organization_id and v.id = k.version_id
          where v.organization_id = ${tx.organizationId} and v.state_id = ${stateId} limit 100) returning 1)
    select (select count(*) from r) + (select count(*) from c) as deleted`)
  return Number(rows[0]?.deleted ?? 0)
}

/** It may have been taken over since. */
export const deleteLeftState = (tx: OrgTx, id: number, before: Date) =>
  tx.deleteFrom('terraform_states').where('id', '=', id).where('component_id', 'is', null).where('left_at', '<', before).execute()
