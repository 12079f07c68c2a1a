import { type Insertable, type RawBuilder, sql, type Updateable } from 'kysely'
import type { Visibility } from '../../access/decide.ts'
import type { Credentials } from '../../db/database.ts'
import { applyFilters, type Filter } from '../../db/filter.ts'
import type { OrgTx } from '../../db/organization-tx.ts'
import { type PageQuery, page } from '../../db/page.ts'
import { whereVisible } from '../../db/visible.ts'
import { personIn } from '../people.ts'

export type NewCredentialRow = Omit<Insertable<Credentials>, 'organization_id' | 'id'>
export type CredentialRow = NonNullable<Awaited<ReturnType<typeof findCredential>>>
export interface Users {
  config_repositories: { canonical: string; name: string }[]
  service_catalog_sources: { canonical: string; name: string }[]
  external_backends: {
    engine: string
    purpose: string
    project?: { canonical: string; name: string }
    environment?: { canonical: string }
    component?: { canonical: string }
  }[]
}

/** Every table that refers to credentials has its line here: the answer's `in_use`, and what refuses a deletion. */
const users: RawBuilder<Users> = sql`jsonb_build_object(
  'config_repositories', ${usersIn('config_repositories')}, 'service_catalog_sources', ${usersIn('stack_sources')},
  'external_backends', (
    select coalesce(jsonb_agg(jsonb_strip_nulls(jsonb_build_object('engine', b.engine, 'purpose', b.purpose,
      'project', (select jsonb_build_object('canonical', p.canonical, 'name', p.name) from projects p
        where p.organization_id = b.organization_id and p.id = b.project_id),
      'environment', (select jsonb_build_object('canonical', e.canonical) from environments e
        where e.organization_id = b.organization_id and e.id = b.environment_id),
      'component', (select jsonb_build_object('canonical', c.canonical) from components c
        where c.organization_id = b.organization_id and c.id = b.component_id))) order by b.id), '[]')
    from external_backends b where b.organization_id = credentials.organization_id and b.credential_id = credentials.id))`

/** Without what is sealed: whoever opens it asks for it by name. */
const shown = [
  'id',
  'canonical',
  'name',
  'description',
  'type',
  'path',
  'keys',
  'built_in',
  'owner_id',
  'created_at',
  'updated_at',
] as const

const selectCredentials = (tx: OrgTx) =>
  tx
    .selectFrom('credentials')
    .select(shown.map((column) => `credentials.${column}` as const))
    .select(personIn('credentials.owner_id').as('owner'))
    .select(users.as('in_use'))

export interface CredentialFilters extends PageQuery {
  credential_type?: string
  credential_types?: readonly string[]
}

export async function listCredentials(tx: OrgTx, query: CredentialFilters, filters: readonly Filter[], visible: Visibility) {
  let found = selectCredentials(tx)
  if (query.credential_type !== undefined) found = found.where('credentials.type', '=', query.credential_type)
  if (query.credential_types !== undefined)
    found = found.where(sql<boolean>`credentials.type = any (${[...query.credential_types]}::text[])`)
  found = applyFilters(found, filters, {
    credential_canonical: 'credentials.canonical',
    credential_name: 'credentials.name',
    credential_type: 'credentials.type',
  })
  found = whereVisible(found, visible, sql`':credential:' || ${sql.ref('credentials.canonical')}`, 'credentials.owner_id')
  return page(found, query, {
    columns: { credential_canonical: 'credentials.canonical', credential_name: 'credentials.name', credential_type: 'credentials.type' },
    tieBreaker: 'credentials.id',
  })
}

export const findCredential = (tx: OrgTx, canonical: string) =>
  selectCredentials(tx).where('credentials.canonical', '=', canonical).executeTakeFirst()

/** As pipelines name it: `((path.key))`. */
export const findByPath = (tx: OrgTx, path: string) =>
  tx.selectFrom('credentials').select(['canonical', 'type']).where('path', '=', path).executeTakeFirst()

/** For an update or a deletion: until its end nobody else changes the credential, or begins to use it. */
export const lockCredential = (tx: OrgTx, canonical: string) =>
  tx.selectFrom('credentials').select(shown).where('canonical', '=', canonical).forUpdate().executeTakeFirst()

/** Metadata and secret in one look, so that both are of the same version. */
export const findSealed = (tx: OrgTx, canonical: string) =>
  selectCredentials(tx)
    .select(['credentials.sealed', 'credentials.data_key_id'])
    .where('credentials.canonical', '=', canonical)
    .executeTakeFirst()

export const insertCredential = (tx: OrgTx, row: NewCredentialRow) => tx.insertInto('credentials', row).execute()

export const updateCredential = (tx: OrgTx, id: number, row: Updateable<Credentials>) =>
  tx.updateTable('credentials').set(row).where('id', '=', id).execute()

export const deleteCredential = (tx: OrgTx, id: number) => tx.deleteFrom('credentials').where('id', '=', id).execute()

/** For something that is about to refer to it: until its end the credential stays, but is not ours alone. */
export const lockReferredCredential = (tx: OrgTx, canonical: string) =>
  tx
    .selectFrom('credentials')
    .select(['id', 'canonical', 'type', 'owner_id'])
    .where('canonical', '=', canonical)
    .forKeyShare()
    .executeTakeFirst()

function usersIn(table: 'config_repositories' | 'stack_sources'): RawBuilder<unknown> {
  return sql`(
    select coalesce(jsonb_agg(jsonb_build_object('canonical', c.canonical, 'name', c.name) order by c.canonical), '[]')
    from ${sql.table(table)} c where c.organization_id = credentials.organization_id and c.credential_id = credentials.id)`
}
