import { sql, type Updateable } from 'kysely'
import type { Visibility } from '../../access/decide.ts'
import type { Stacks } from '../../db/database.ts'
import { applyFilters, type Filter } from '../../db/filter.ts'
import type { OrgTx } from '../../db/organization-tx.ts'
import { type PageQuery, page } from '../../db/page.ts'
import { whereVisible } from '../../db/visible.ts'
import type { FormsFile } from '../../formats/forms/types.ts'
import type { StackDefinition } from '../../formats/stack-definition/types.ts'
import { teamIn } from '../teams/simple.ts'

export type StackRow = NonNullable<Awaited<ReturnType<typeof findStack>>>
/** What a list shows. The rest of a row is large, and only one stack at a time needs it. */
export type StackSummaryRow = Omit<StackRow, 'definition' | 'forms' | 'form_errors' | 'readme'>

/** Of what came from infrastructure that exists. */
export type ImportStatus = 'importing' | 'succeeded' | 'failed'

/**
 * Own stacks and those that row-level security lets through from ancestors, with the name of the organization they belong to.
 * An ancestor's own row is out of sight here, hence the door.
 */
const reachableStacks = (tx: OrgTx) =>
  tx
    .selectFromShared('stacks')
    .innerJoin(
      sql<{ id: number; canonical: string; parent_id: number | null }>`(
        select id, canonical, parent_id from organizations where id = ${tx.organizationId}
        union all select id, canonical, parent_id from ancestors_of(${tx.organizationId}))`.as('holder'),
      (join) => join.onRef('holder.id', '=', 'stacks.organization_id'),
    )
    .innerJoin(sql<{ ref: string }>`lateral (select holder.canonical || ':' || stacks.canonical as ref)`.as('named'), (join) =>
      join.onTrue(),
    )
    .leftJoin('stack_sources as source', (join) =>
      join.onRef('source.organization_id', '=', 'stacks.organization_id').onRef('source.id', '=', 'stacks.source_id'),
    )
    .select([
      'named.ref',
      'holder.canonical as organization_canonical',
      // Null where an ancestor shares the stack: its repositories are its own affair.
      'source.canonical as source_canonical',
      sql<string>`coalesce(source.branch, (select c.branch from catalog_of_stack(stacks.organization_id, stacks.id) c))`.as('version'),
      sql<boolean>`holder.parent_id is null`.as('trusted'),
      teamIn('stacks.team_id').as('team'),
      // Imports of ancestors are out of sight, as their rows are.
      sql<ImportStatus | null>`(
        select i.status from infra_imports i where i.organization_id = stacks.organization_id and i.stack_ref = named.ref)`.as(
        'import_status',
      ),
    ])

const selectStacks = (tx: OrgTx) =>
  reachableStacks(tx).selectAll('stacks').$narrowType<{
    definition: StackDefinition
    forms: FormsFile | null
    technologies: StackDefinition['technologies']
    dependencies: StackDefinition['dependencies']
  }>()

const selectSummaries = (tx: OrgTx) =>
  reachableStacks(tx)
    .select([
      'stacks.organization_id',
      'stacks.id',
      'stacks.source_id',
      'stacks.canonical',
      'stacks.name',
      'stacks.description',
      'stacks.author',
      'stacks.keywords',
      'stacks.image',
      'stacks.technologies',
      'stacks.dependencies',
      'stacks.cloud_providers',
      'stacks.directory',
      'stacks.form_enabled',
      'stacks.quota_enabled',
      'stacks.is_blueprint',
      'stacks.visibility',
      'stacks.team_id',
      'stacks.created_at',
      'stacks.updated_at',
    ])
    .$narrowType<{ technologies: StackDefinition['technologies']; dependencies: StackDefinition['dependencies'] }>()

export interface StackFilters extends PageQuery {
  service_catalog_own?: boolean
  service_catalog_template?: boolean
}

/** Without hidden ones, and without those of ancestors that are readable only because a component here was made from them. */
export function listStacks(tx: OrgTx, query: StackFilters, filters: readonly Filter[], visible: Visibility) {
  const own = sql<boolean>`stacks.organization_id = ${tx.organizationId}`
  let found = selectSummaries(tx).where(sql<boolean>`(stacks.visibility = 'shared' or stacks.visibility = 'local' and ${own})`)
  // False is what absent means on the wire, so neither can mean "only the others".
  if (query.service_catalog_own) found = found.where(own)
  if (query.service_catalog_template) found = found.where('stacks.is_blueprint', '=', true)
  found = applyFilters(found, filters, {
    service_catalog_ref: 'named.ref',
    service_catalog_visibility: 'stacks.visibility',
    service_catalog_blueprint: 'stacks.is_blueprint',
  })
  found = whereVisible(found, visible, sql`':service_catalog:' || ${sql.ref('stacks.canonical')}`)
  return page(found, query, {
    columns: { service_catalog_canonical: 'stacks.canonical', service_catalog_name: 'stacks.name', service_catalog_ref: 'named.ref' },
    tieBreaker: 'stacks.id',
  })
}

/** Of one catalog repository of this organization, hidden ones too: where else would those who maintain it find them? */
export const listStacksOfSource = (tx: OrgTx, sourceId: number): Promise<StackSummaryRow[]> =>
  selectSummaries(tx)
    .where(sql<boolean>`stacks.organization_id = ${tx.organizationId}`)
    .where('stacks.source_id', '=', sourceId)
    .orderBy('stacks.canonical')
    .execute()

/** By reference: `acme:web`. Own ones of any visibility, and what is shared. */
export const findStack = (tx: OrgTx, organization: string, canonical: string) =>
  selectStacks(tx).where('holder.canonical', '=', organization).where('stacks.canonical', '=', canonical).executeTakeFirst()

/** For components, which keep their stack by number. */
export const listStacksByIds = (tx: OrgTx, ids: readonly number[]) =>
  selectStacks(tx)
    .where(sql<boolean>`stacks.id = any (${[...ids]}::bigint[])`)
    .execute()

/** The same for lists of components. */
export const listSummariesByIds = (tx: OrgTx, ids: readonly number[]): Promise<StackSummaryRow[]> =>
  selectSummaries(tx)
    .where(sql<boolean>`stacks.id = any (${[...ids]}::bigint[])`)
    .execute()

/** Which of these references name a stack that may be used here. */
export async function findReachableRefs(tx: OrgTx, refs: readonly string[]): Promise<Set<string>> {
  const rows = await reachableStacks(tx)
    .where(sql<boolean>`named.ref = any (${[...refs]}::text[])`)
    .execute()
  return new Set(rows.map(({ ref }) => ref))
}

/** Contents by path below the stack's directory; what is not there is not in the map. */
export async function readStackFiles(
  tx: OrgTx,
  stack: { organization_id: number; id: number },
  paths: readonly string[],
): Promise<Map<string, Buffer>> {
  const rows = await tx
    .selectFromShared('stack_files')
    .select(['path', 'content'])
    .where('organization_id', '=', stack.organization_id)
    .where('stack_id', '=', stack.id)
    .where(sql<boolean>`path = any (${[...paths]}::text[])`)
    .execute()
  return new Map(rows.map(({ path, content }) => [path, content]))
}

/** All files, by path below the stack's directory. */
export async function readAllStackFiles(tx: OrgTx, stack: { organization_id: number; id: number }): Promise<Map<string, Buffer>> {
  const rows = await tx
    .selectFromShared('stack_files')
    .select(['path', 'content'])
    .where('organization_id', '=', stack.organization_id)
    .where('stack_id', '=', stack.id)
    .orderBy('path')
    .execute()
  return new Map(rows.map(({ path, content }) => [path, content]))
}

export interface CatalogRow {
  canonical: string
  name: string
  url: string
  branch: string
  credential_type: string | null
  credential_path: string | null
}

/** Where the stack comes from, for the tokens of its files; also of a stack that an ancestor shares. */
export async function catalogOfStack(tx: OrgTx, stack: { organization_id: number; id: number }): Promise<CatalogRow | undefined> {
  const { rows } = await tx.execute(sql<CatalogRow>`select * from catalog_of_stack(${stack.organization_id}, ${stack.id})`)
  return rows[0]
}

export const lockOwnStack = (tx: OrgTx, canonical: string) =>
  tx.selectFrom('stacks').select(['id', 'canonical', 'source_id']).where('canonical', '=', canonical).forUpdate().executeTakeFirst()

export const findOwnStack = (tx: OrgTx, canonical: string) =>
  tx.selectFrom('stacks').select(['id', 'source_id']).where('canonical', '=', canonical).executeTakeFirst()

export const updateStack = (tx: OrgTx, id: number, row: Pick<Updateable<Stacks>, 'visibility' | 'team_id' | 'updated_at'>) =>
  tx.updateTable('stacks').set(row).where('id', '=', id).execute()

export const deleteStack = (tx: OrgTx, id: number) => tx.deleteFrom('stacks').where('id', '=', id).execute()

/** Made from an own stack, in this organization and in its descendants. */
export async function countComponents(tx: OrgTx, stackId: number): Promise<number> {
  const { rows } = await tx.execute(sql<{ components: number }>`select components_of_stack(${stackId}) as components`)
  return rows[0]?.components ?? 0
}

/** Of an own stack; what ancestors draw stays with them. */
export const findDrawing = (tx: OrgTx, stackId: number) =>
  tx
    .selectFrom('stack_diagrams')
    .select(['diagram', 'diagram_created_at', 'diagram_updated_at', 'image'])
    .where('stack_id', '=', stackId)
    .executeTakeFirst()

export const upsertDiagram = (tx: OrgTx, stackId: number, diagram: string) => {
  const now = new Date()
  return tx
    .insertInto('stack_diagrams', { stack_id: stackId, diagram, diagram_created_at: now, diagram_updated_at: now, image: null })
    .onConflict((conflict) =>
      conflict.columns(['organization_id', 'stack_id']).doUpdateSet({
        diagram,
        diagram_updated_at: now,
        // The picture may have been there first.
        diagram_created_at: sql`coalesce(stack_diagrams.diagram_created_at, ${now})`,
      }),
    )
    .execute()
}

export const upsertImage = (tx: OrgTx, stackId: number, image: string) =>
  tx
    .insertInto('stack_diagrams', { stack_id: stackId, image, diagram: null, diagram_created_at: null, diagram_updated_at: null })
    .onConflict((conflict) => conflict.columns(['organization_id', 'stack_id']).doUpdateSet({ image }))
    .execute()

export interface CatalogToWrite {
  id: number
  canonical: string
  url: string
  branch: string
  credential_canonical: string | null
  credential_path: string | null
  credential_type: string | null
}

export const findCatalog = (tx: OrgTx, where: { canonical: string } | { id: number }): Promise<CatalogToWrite | undefined> =>
  tx
    .selectFrom('stack_sources')
    .leftJoin('credentials as c', (join) =>
      join.onRef('c.organization_id', '=', 'stack_sources.organization_id').onRef('c.id', '=', 'stack_sources.credential_id'),
    )
    .select([
      'stack_sources.id',
      'stack_sources.canonical',
      'stack_sources.url',
      'stack_sources.branch',
      'c.canonical as credential_canonical',
      'c.path as credential_path',
      'c.type as credential_type',
    ])
    .where((row) => ('id' in where ? row('stack_sources.id', '=', where.id) : row('stack_sources.canonical', '=', where.canonical)))
    .executeTakeFirst()
