import { type Insertable, type RawBuilder, sql, type Updateable } from 'kysely'
import type { Visibility } from '../../access/decide.ts'
import type { AccountTx } from '../../db/account-tx.ts'
import type { StackSources, Stacks } from '../../db/database.ts'
import type { OrgTx } from '../../db/organization-tx.ts'
import { type PageQuery, page } from '../../db/page.ts'
import { whereVisible } from '../../db/visible.ts'
import type { PersonRow } from '../accounts/view.ts'
import { personIn } from '../people.ts'
import { adminRole } from '../roles/built-in.ts'

export type NewSourceRow = Omit<Insertable<StackSources>, 'organization_id' | 'id' | 'problems'>
export type SourceRow = NonNullable<Awaited<ReturnType<typeof findSource>>>
export type SourceSummaryRow = Omit<SourceRow, 'problems'>

/** As it is kept beside the repository. */
export interface KeptProblem {
  /** Null for what concerns the repository as a whole. */
  directory: string | null
  error: string
  /** It may be over although the repository has not changed: worth another look. */
  passing?: true
}

/** Who may do everything here, for a repository that nobody owns (any more): the answer has to name somebody. */
const administrator: RawBuilder<PersonRow | null> = sql<PersonRow | null>`(
  select to_jsonb(p) from members m
  join roles r on r.organization_id = m.organization_id and r.id = m.role_id
  join people p on p.id = m.user_id
  where m.organization_id = stack_sources.organization_id and m.invitation_state = 'accepted' and r.canonical = ${adminRole}
  order by m.id limit 1)`

const selectSources = (tx: OrgTx) =>
  tx
    .selectFrom('stack_sources')
    .leftJoin('credentials as c', (join) =>
      join.onRef('c.organization_id', '=', 'stack_sources.organization_id').onRef('c.id', '=', 'stack_sources.credential_id'),
    )
    .select(shown.map((column) => `stack_sources.${column}` as const))
    .select([
      'c.canonical as credential_canonical',
      sql<PersonRow | null>`coalesce(${personIn('stack_sources.owner_id')}, ${administrator})`.as('owner'),
      sql<number>`(select count(*) from stacks s where s.organization_id = stack_sources.organization_id and s.source_id = stack_sources.id)`.as(
        'stack_count',
      ),
    ])

const shown = [
  'id',
  'canonical',
  'name',
  'url',
  'branch',
  'credential_id',
  'owner_id',
  'commit',
  'refreshed_at',
  'created_at',
  'updated_at',
] as const

export async function listSources(tx: OrgTx, query: PageQuery, visible: Visibility) {
  const path = sql`':service_catalog_source:' || ${sql.ref('stack_sources.canonical')}`
  return page(whereVisible(selectSources(tx), visible, path, 'stack_sources.owner_id'), query, {
    columns: { service_catalog_source_canonical: 'stack_sources.canonical' },
    tieBreaker: 'stack_sources.id',
  })
}

const selectSource = (tx: OrgTx) => selectSources(tx).select('stack_sources.problems').$narrowType<{ problems: KeptProblem[] }>()

export const findSource = (tx: OrgTx, canonical: string) =>
  selectSource(tx).where('stack_sources.canonical', '=', canonical).executeTakeFirst()

export const findSourceById = (tx: OrgTx, id: number) => selectSource(tx).where('stack_sources.id', '=', id).executeTakeFirst()

export interface LockedSource {
  id: number
  canonical: string
  url: string
  branch: string
  credential_id: number | null
  owner_id: number | null
  commit: string | null
}

/** Scans settle one after the other. */
export const lockSource = (tx: OrgTx, id: number): Promise<LockedSource | undefined> =>
  tx
    .selectFrom('stack_sources')
    .select(['id', 'canonical', 'url', 'branch', 'credential_id', 'owner_id', 'commit'])
    .where('id', '=', id)
    .forUpdate()
    .executeTakeFirst()

export const insertSource = (tx: OrgTx, row: NewSourceRow) => tx.insertInto('stack_sources', row).returning('id').executeTakeFirstOrThrow()

export const updateSource = (
  tx: OrgTx,
  id: number,
  row: Omit<Updateable<StackSources>, 'problems'> & { problems?: readonly KeptProblem[] },
) =>
  tx
    .updateTable('stack_sources')
    .set({ ...row, ...(row.problems ? { problems: JSON.stringify(row.problems) } : {}) } as Updateable<StackSources>)
    .where('id', '=', id)
    .execute()

export const deleteSource = (tx: OrgTx, id: number) => tx.deleteFrom('stack_sources').where('id', '=', id).execute()

/** One of those who want to look at the repository again now; the others see that it was done. */
export async function claimDue(tx: OrgTx, id: number, minutes: number): Promise<boolean> {
  const claimed = await tx
    .updateTable('stack_sources')
    .set({ tried_at: new Date() })
    .where('id', '=', id)
    .where(sql<boolean>`tried_at < now() - make_interval(mins => ${minutes})`)
    .returning('id')
    .executeTakeFirst()
  return claimed !== undefined
}

/** Of all organizations: in the platform's scope only. */
export async function listDue(tx: AccountTx, minutes: number, most: number): Promise<{ organization_id: number; id: number }[]> {
  const { rows } = await tx.execute(
    sql<{ organization_id: number; id: number }>`select * from due_stack_sources(make_interval(mins => ${minutes}), ${most})`,
  )
  return rows
}

/** What of a stack follows from its files. */
export interface StackContent {
  name: string
  description: string
  author: string
  keywords: readonly string[]
  image: string | null
  /** JSON as text, here and below: of a list pg would make an array of Postgres. */
  technologies: string
  dependencies: string
  cloud_providers: readonly string[]
  directory: string
  readme: string | null
  definition: string
  forms: string | null
  form_errors: readonly string[]
  form_enabled: boolean
  quota_enabled: boolean
  is_blueprint: boolean
}

const types = {
  name: 'text',
  description: 'text',
  author: 'text',
  keywords: 'text[]',
  image: 'text',
  technologies: 'jsonb',
  dependencies: 'jsonb',
  cloud_providers: 'text[]',
  directory: 'text',
  readme: 'text',
  definition: 'jsonb',
  forms: 'jsonb',
  form_errors: 'text[]',
  form_enabled: 'boolean',
  quota_enabled: 'boolean',
  is_blueprint: 'boolean',
} as const satisfies Record<keyof StackContent, string>

export interface KnownStack {
  id: number
  canonical: string
  directory: string
  author: string
  /** Of paths and objects of its files. */
  digest: string
}

/** The order of the digest's lines is that of their bytes. */
export const listKnownStacks = async (tx: OrgTx, sourceId: number): Promise<KnownStack[]> => {
  const { rows } = await tx.execute(sql<KnownStack>`
    select s.id, s.canonical, s.directory, s.author, coalesce((
      select md5(string_agg(f.path || ' ' || f.object, E'\n' order by f.path collate "C"))
      from stack_files f where f.organization_id = s.organization_id and f.stack_id = s.id), '') as digest
    from stacks s where s.organization_id = ${tx.organizationId} and s.source_id = ${sourceId}`)
  return rows
}

/** Canonicals of stacks that other repositories of the organization have. */
export const listTaken = (tx: OrgTx, sourceId: number, canonicals: readonly string[]) =>
  tx
    .selectFrom('stacks')
    .innerJoin('stack_sources as source', (join) =>
      join.onRef('source.organization_id', '=', 'stacks.organization_id').onRef('source.id', '=', 'stacks.source_id'),
    )
    .select(['stacks.canonical', 'source.canonical as source_canonical'])
    .where(sql<boolean>`stacks.canonical = any (${[...canonicals]}::text[])`)
    .where('stacks.source_id', '<>', sourceId)
    .execute()

/** Undefined when another repository took the canonical at the same time. */
export async function insertStack(
  tx: OrgTx,
  row: StackContent & { source_id: number; canonical: string; visibility: string; team_id: number | null },
): Promise<number | undefined> {
  const inserted = await tx
    .insertInto('stacks', {
      ...row,
      keywords: [...row.keywords],
      cloud_providers: [...row.cloud_providers],
      form_errors: [...row.form_errors],
    })
    .onConflict((conflict) => conflict.constraint('stacks_canonical_uq').doNothing())
    .returning('id')
    .executeTakeFirst()
  return inserted?.id
}

/** Writes only what differs. @returns whether anything did */
export async function updateStackContent(tx: OrgTx, id: number, content: StackContent): Promise<boolean> {
  const columns = Object.entries(types) as [keyof StackContent, string][]
  const differs = columns.map(([name, type]) => sql`${sql.ref(name)} is distinct from ${content[name]}::${sql.raw(type)}`)
  const changed = await tx
    .updateTable('stacks')
    .set({ ...content, updated_at: new Date() } as Updateable<Stacks>)
    .where('id', '=', id)
    .where(sql<boolean>`(${sql.join(differs, sql` or `)})`)
    .returning('id')
    .executeTakeFirst()
  return changed !== undefined
}

export const touchStack = (tx: OrgTx, id: number) => tx.updateTable('stacks').set({ updated_at: new Date() }).where('id', '=', id).execute()

export const listFileObjects = (tx: OrgTx, stackId: number) =>
  tx.selectFrom('stack_files').select(['path', 'object']).where('stack_id', '=', stackId).execute()

export const insertFiles = (tx: OrgTx, stackId: number, files: readonly { path: string; object: string; content: Buffer }[]) =>
  tx
    .insertInto(
      'stack_files',
      files.map(({ path, object, content }) => ({ stack_id: stackId, path, object, content })),
    )
    .execute()

export const deleteFiles = (tx: OrgTx, stackId: number, paths: readonly string[]) =>
  tx
    .deleteFrom('stack_files')
    .where('stack_id', '=', stackId)
    .where(sql<boolean>`path = any (${[...paths]}::text[])`)
    .execute()

/** Nobody begins to use them until the transaction ends. In the order of ids, as everybody who locks several. */
export const lockStacks = (tx: OrgTx, ids: readonly number[]) =>
  tx
    .selectFrom('stacks')
    .select('id')
    .where(sql<boolean>`id = any (${[...ids]}::bigint[])`)
    .orderBy('id')
    .forUpdate()
    .execute()

/** Of these stacks, by how many components of any organization each is used; without those that nobody uses. */
export const listUses = async (tx: OrgTx, ids: readonly number[]): Promise<{ id: number; canonical: string; uses: number }[]> => {
  const { rows } = await tx.execute(sql<{ id: number; canonical: string; uses: number }>`
    select s.id, s.canonical, c.uses from stacks s, lateral (select components_of_stack(s.id) as uses) c
    where s.organization_id = ${tx.organizationId} and s.id = any (${[...ids]}::bigint[]) and c.uses > 0 order by s.canonical`)
  return rows
}

export const deleteStacks = (tx: OrgTx, ids: readonly number[]) =>
  tx
    .deleteFrom('stacks')
    .where(sql<boolean>`id = any (${[...ids]}::bigint[])`)
    .execute()
