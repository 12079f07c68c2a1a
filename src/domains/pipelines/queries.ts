import { type Insertable, sql, type Updateable } from 'kysely'
import type { Visibility } from '../../access/decide.ts'
import type { Organization } from '../../access/remember.ts'
import type { AccountTx } from '../../db/account-tx.ts'
import type { PipelineConfigs, Pipelines } from '../../db/database.ts'
import { applyFilters, type Filter } from '../../db/filter.ts'
import type { OrgTx } from '../../db/organization-tx.ts'
import { type PageQuery, page } from '../../db/page.ts'
import { whereVisible } from '../../db/visible.ts'
import type { PipelineConfig } from '../../formats/pipeline/types.ts'

export interface PipelinePath {
  project: string
  environment: string
  component: string
  pipeline: string
}

export type PipelineRow = Awaited<ReturnType<typeof listPipelines>>['rows'][number]
export type ConfigRow = NonNullable<Awaited<ReturnType<typeof findConfig>>>

/** Without those whose first configuration is not saved yet: they only keep a name. */
const selectPipelines = (tx: OrgTx) =>
  tx
    .selectFrom('pipelines')
    .innerJoin('components', (join) =>
      join.onRef('components.organization_id', '=', 'pipelines.organization_id').onRef('components.id', '=', 'pipelines.component_id'),
    )
    .innerJoin('environments', (join) =>
      join
        .onRef('environments.organization_id', '=', 'components.organization_id')
        .onRef('environments.id', '=', 'components.environment_id'),
    )
    .innerJoin('projects', (join) =>
      join.onRef('projects.organization_id', '=', 'environments.organization_id').onRef('projects.id', '=', 'environments.project_id'),
    )
    .selectAll('pipelines')
    .where('pipelines.config_version', 'is not', null)
    .where('components.is_ready', '=', true)

const containmentPath = sql`':project:' || projects.canonical || ':environment:' || environments.canonical || ':component:' || components.canonical || ':pipeline:' || pipelines.name`

export interface PipelineFilters extends PageQuery {
  name?: string | undefined
  project?: string | undefined
  environment?: string | undefined
  component?: string | undefined
  /** By brackets. */
  narrowed?: readonly Filter[]
}

export function listPipelines(tx: OrgTx, filters: PipelineFilters, visible: Visibility) {
  let found = selectPipelines(tx)
  if (filters.name !== undefined) found = found.where('pipelines.name', '=', filters.name)
  if (filters.project !== undefined) found = found.where('projects.canonical', '=', filters.project)
  if (filters.environment !== undefined) found = found.where('environments.canonical', '=', filters.environment)
  if (filters.component !== undefined) found = found.where('components.canonical', '=', filters.component)
  found = applyFilters(found, filters.narrowed ?? [], {
    name: 'pipelines.name',
    project_canonical: 'projects.canonical',
    environment_canonical: 'environments.canonical',
    component_canonical: 'components.canonical',
  })
  found = whereVisible(found, visible, containmentPath, 'projects.owner_id')
  return page(found, filters, { columns: { name: 'pipelines.name', updated_at: 'pipelines.updated_at' }, tieBreaker: 'pipelines.id' })
}

export const findPipeline = (tx: OrgTx, path: PipelinePath) =>
  selectPipelines(tx)
    .where('projects.canonical', '=', path.project)
    .where('environments.canonical', '=', path.environment)
    .where('components.canonical', '=', path.component)
    .where('pipelines.name', '=', path.pipeline)
    .executeTakeFirst()

/** Also one that only keeps a name. */
export const findPipelineById = (tx: OrgTx, id: number) => tx.selectFrom('pipelines').selectAll().where('id', '=', id).executeTakeFirst()

export const lockPipeline = (tx: OrgTx, id: number) =>
  tx.selectFrom('pipelines').selectAll().where('id', '=', id).forNoKeyUpdate().executeTakeFirst()

export const listPipelinesOfComponent = (tx: OrgTx, componentId: number) =>
  tx.selectFrom('pipelines').selectAll().where('component_id', '=', componentId).orderBy('id').execute()

export const findMainPipeline = (tx: OrgTx, componentId: number) =>
  tx.selectFrom('pipelines').selectAll().where('component_id', '=', componentId).where('is_main', '=', true).executeTakeFirst()

export const findByName = (tx: OrgTx, name: string) =>
  tx.selectFrom('pipelines').select(['id', 'component_id']).where('name', '=', name).executeTakeFirst()

/** Whoever has the name in the engine, or will have. */
export const findHolder = (tx: OrgTx, name: string) =>
  tx
    .selectFrom('pipelines')
    .select('id')
    .where((where) => where.or([where('name', '=', name), where('engine_name', '=', name)]))
    .executeTakeFirst()

export const insertPipeline = (tx: OrgTx, row: Omit<Insertable<Pipelines>, 'organization_id' | 'id'>) =>
  tx.insertInto('pipelines', row).returning('id').executeTakeFirstOrThrow()

export const updatePipelineRow = (tx: OrgTx, id: number, row: Updateable<Pipelines>) =>
  tx.updateTable('pipelines').set(row).where('id', '=', id).execute()

export const deletePipelineRow = (tx: OrgTx, id: number) => tx.deleteFrom('pipelines').where('id', '=', id).execute()

/** What the engine has now, unless something newer was saved or it got another name meanwhile. @returns whether it was so */
export async function settleDeployed(
  tx: OrgTx,
  { id, name, version }: { id: number; name: string; version: number },
  row: Updateable<Pipelines>,
): Promise<boolean> {
  const { numUpdatedRows } = await tx
    .updateTable('pipelines')
    .set(row)
    .where('id', '=', id)
    .where('name', '=', name)
    .where('config_version', '=', version)
    .executeTakeFirstOrThrow()
  return numUpdatedRows > 0n
}

export const insertConfig = (tx: OrgTx, row: Omit<Insertable<PipelineConfigs>, 'organization_id'>) =>
  tx.insertInto('pipeline_configs', row).execute()

export const deleteConfig = (tx: OrgTx, pipelineId: number, version: number) =>
  tx.deleteFrom('pipeline_configs').where('pipeline_id', '=', pipelineId).where('version', '=', version).execute()

export const findConfig = (tx: OrgTx, pipelineId: number, version: number) =>
  tx
    .selectFrom('pipeline_configs')
    .selectAll()
    .where('pipeline_id', '=', pipelineId)
    .where('version', '=', version)
    .$narrowType<{ config: PipelineConfig }>()
    .executeTakeFirst()

/** The newest one that the pipeline got from its component: in whose name it follows. */
export const findFollowed = (tx: OrgTx, pipelineId: number) =>
  tx
    .selectFrom('pipeline_configs')
    .select(['author', 'author_id', 'version'])
    .where('pipeline_id', '=', pipelineId)
    .where('reason', '=', 'component')
    .orderBy('version', 'desc')
    .limit(1)
    .executeTakeFirst()

export const listConfigs = (tx: OrgTx, pipelineId: number, query: Omit<PageQuery, 'order_by'>) =>
  page(
    tx.selectFrom('pipeline_configs').select(['version', 'reason', 'author', 'created_at']).where('pipeline_id', '=', pipelineId),
    { ...query, order_by: 'version:desc' },
    { columns: { version: 'pipeline_configs.version' }, tieBreaker: 'pipeline_configs.version' },
  )

/** How an organization is called, for work on behalf of nobody. */
export async function readOrganization(tx: OrgTx): Promise<Organization | undefined> {
  const { rows } = await tx.execute(sql<Organization>`
    select id, canonical, name, parent_id, path, ci_team_name from organizations where id = ${tx.organizationId}`)
  return rows[0]
}

/** Of all organizations; answers only in the platform scope. */
export async function listBehind(tx: AccountTx, most: number) {
  const { rows } = await tx.execute(sql<{ organization_id: number; pipeline_id: number }>`select * from behind_pipelines(${most})`)
  return rows
}

// ---- notes: who asked, where an engine only knows the platform

export interface BuildNote {
  build_id: number
  is_check: boolean
  created_by: string | null
  aborted_by: string | null
}

export const noteBuild = (tx: OrgTx, row: { pipeline_id: number; build_id: number; created_by: string; is_check?: boolean }) =>
  tx
    .insertInto('build_notes', row)
    .onConflict((conflict) => conflict.columns(['organization_id', 'build_id']).doUpdateSet({ created_by: row.created_by }))
    .execute()

export const noteAbort = (tx: OrgTx, row: { pipeline_id: number; build_id: number; aborted_by: string }) =>
  tx
    .insertInto('build_notes', row)
    .onConflict((conflict) => conflict.columns(['organization_id', 'build_id']).doUpdateSet({ aborted_by: row.aborted_by }))
    .execute()

export async function readBuildNotes(
  tx: OrgTx,
  pipelineIds: readonly number[],
  buildIds: readonly number[],
): Promise<Map<number, BuildNote>> {
  if (buildIds.length === 0) return new Map()
  const rows = await tx
    .selectFrom('build_notes')
    .select(['build_id', 'is_check', 'created_by', 'aborted_by'])
    .where(sql<boolean>`pipeline_id = any (${[...pipelineIds]}::bigint[])`)
    .where(sql<boolean>`build_id = any (${[...buildIds]}::bigint[])`)
    .execute()
  return new Map(rows.map((row) => [row.build_id, row]))
}

export const notePausedJob = (tx: OrgTx, row: { pipeline_id: number; job: string; paused_by: string }) =>
  tx
    .insertInto('job_notes', row)
    .onConflict((conflict) => conflict.columns(['organization_id', 'pipeline_id', 'job']).doNothing())
    .execute()

export const forgetPausedJob = (tx: OrgTx, pipelineId: number, job: string) =>
  tx.deleteFrom('job_notes').where('pipeline_id', '=', pipelineId).where('job', '=', job).execute()

/** By pipeline and job. */
export async function readJobNotes(
  tx: OrgTx,
  pipelineIds: readonly number[],
): Promise<Map<string, { paused_by: string; paused_at: Date }>> {
  const rows = await tx
    .selectFrom('job_notes')
    .select(['pipeline_id', 'job', 'paused_by', 'paused_at'])
    .where(sql<boolean>`pipeline_id = any (${[...pipelineIds]}::bigint[])`)
    .execute()
  return new Map(rows.map((row) => [`${row.pipeline_id}/${row.job}`, row]))
}
