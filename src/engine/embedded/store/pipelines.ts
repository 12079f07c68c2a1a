import { sql } from 'kysely'
import type { OrgTx } from '../../../db/organization-tx.ts'
import type { PipelineConfig } from '../../../formats/pipeline/types.ts'
import { jsonText } from './text.ts'

export interface PipelineRow {
  pipeline_id: number
  config: PipelineConfig
  paused: boolean
}

const selectPipelines = (tx: OrgTx) =>
  tx.selectFrom('engine_pipelines').select(['pipeline_id', 'config', 'paused']).$narrowType<{ config: PipelineConfig }>()

export const findPipeline = (tx: OrgTx, pipelineId: number): Promise<PipelineRow | undefined> =>
  selectPipelines(tx).where('pipeline_id', '=', pipelineId).executeTakeFirst()

/** Nobody else changes the pipeline, schedules it or ends its builds before the transaction is over. */
export const lockPipeline = (tx: OrgTx, pipelineId: number): Promise<PipelineRow | undefined> =>
  selectPipelines(tx).where('pipeline_id', '=', pipelineId).forNoKeyUpdate().executeTakeFirst()

/** @returns undefined when it is not due any more, or somebody else looks at it */
export async function lockDuePipeline(tx: OrgTx, pipelineId: number): Promise<PipelineRow | undefined> {
  return selectPipelines(tx)
    .where('pipeline_id', '=', pipelineId)
    .where('wake_at', '<=', sql<Date>`now()`)
    .forNoKeyUpdate()
    .skipLocked()
    .executeTakeFirst()
}

export const listPipelines = (tx: OrgTx, ids: readonly number[]): Promise<PipelineRow[]> =>
  selectPipelines(tx).where('pipeline_id', 'in', ids).execute()

/** How many bytes their configurations take, since one answer of the database has a bound. */
export async function sizesOfPipelines(tx: OrgTx, ids: readonly number[]): Promise<{ pipeline_id: number; bytes: number }[]> {
  const { rows } = await tx.execute(sql<{ pipeline_id: number; bytes: number }>`
    select pipeline_id, octet_length(config::text) as bytes from engine_pipelines
    where organization_id = ${tx.organizationId} and pipeline_id = any (${ids}::bigint[]) order by pipeline_id`)
  return rows
}

/** @returns false when it is there already */
export async function insertPipeline(tx: OrgTx, pipelineId: number, config: PipelineConfig): Promise<boolean> {
  const made = await tx
    .insertInto('engine_pipelines', { pipeline_id: pipelineId, config: jsonText(config), wake_at: sql`now()` })
    .onConflict((conflict) => conflict.columns(['organization_id', 'pipeline_id']).doNothing())
    .returning('pipeline_id')
    .executeTakeFirst()
  return made !== undefined
}

export const updatePipeline = (tx: OrgTx, pipelineId: number, change: { config: PipelineConfig } | { paused: boolean }): Promise<unknown> =>
  tx
    .updateTable('engine_pipelines')
    .set('config' in change ? { config: jsonText(change.config) } : change)
    .where('pipeline_id', '=', pipelineId)
    .execute()

export const deletePipeline = (tx: OrgTx, pipelineId: number): Promise<unknown> =>
  tx.deleteFrom('engine_pipelines').where('pipeline_id', '=', pipelineId).execute()

/**
 * The scheduler is to look at it now. First in every transaction that changes builds, too: the row is the lock that keeps those
 * transactions and the scheduler's apart, and whoever takes it last would wait for one that waits for them.
 * @returns false when there is no such pipeline
 */
export async function wake(tx: OrgTx, pipelineId: number): Promise<boolean> {
  const { rows } = await tx.execute(sql`
    with woken as (
      update engine_pipelines set wake_at = now() where organization_id = ${tx.organizationId} and pipeline_id = ${pipelineId} returning 1)
    select pg_notify('trochoid_engine', '') from woken`)
  return rows.length > 0
}

/** Those that wait for a place of the organization. */
export const wakeWaiting = (tx: OrgTx): Promise<unknown> =>
  tx.execute(sql`
    with waiting as (
      select pipeline_id from engine_pipelines p where organization_id = ${tx.organizationId} and exists (
        select 1 from engine_builds b where b.organization_id = p.organization_id and b.pipeline_id = p.pipeline_id
          and b.status = 'pending' and b.job_id is not null)
      order by pipeline_id for no key update skip locked),
    woken as (
      update engine_pipelines p set wake_at = now() from waiting w
      where p.organization_id = ${tx.organizationId} and p.pipeline_id = w.pipeline_id returning 1)
    select pg_notify('trochoid_engine', '') from woken limit 1`)

/** @param milliseconds null: nothing is to come */
export const sleep = (tx: OrgTx, pipelineId: number, milliseconds: number | null): Promise<unknown> =>
  tx.execute(sql`
    update engine_pipelines set wake_at = now() + ${milliseconds}::double precision * interval '1 millisecond'
    where organization_id = ${tx.organizationId} and pipeline_id = ${pipelineId}`)

/** Runners are to look at what they run. */
export const notifyRunners = (tx: OrgTx): Promise<unknown> => tx.execute(sql`select pg_notify('trochoid_engine', '')`)

export interface Names {
  organization: string
  team: string
  pipeline: string
  /** Where the API has the pipeline, from the first slash. */
  apiPath: string
}

/** As builds and tasks are told. */
export async function namesOf(tx: OrgTx, pipelineId: number): Promise<Names | undefined> {
  const { rows } = await tx.execute(sql<Names>`
    select o.canonical as organization, o.ci_team_name as team, p.name as pipeline,
      concat('/organizations/', o.canonical, '/projects/', pr.canonical, '/environments/', e.canonical, '/components/', c.canonical,
        '/pipelines/', p.name) as "apiPath"
    from organizations o
    join pipelines p on p.organization_id = o.id
    left join components c on c.organization_id = o.id and c.id = p.component_id
    left join environments e on e.organization_id = o.id and e.id = c.environment_id
    left join projects pr on pr.organization_id = o.id and pr.id = e.project_id
    where o.id = ${tx.organizationId} and p.id = ${pipelineId}`)
  return rows[0]
}

/** Until the end of the transaction nobody else counts the builds of the organization, or starts any. */
export const lockOrganization = (tx: OrgTx): Promise<unknown> =>
  tx.execute(sql`select pg_advisory_xact_lock(hashtextextended('trochoid engine ' || ${tx.organizationId}::bigint, 0))`)
