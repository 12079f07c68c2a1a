import { sql } from 'kysely'
import type { OrgTx } from '../../../db/organization-tx.ts'
import type { EngineBuild } from '../../types.ts'
import { buildObject } from './builds.ts'

export interface JobRow {
  id: number
  pipeline_id: number
  name: string
  paused: boolean
  has_new_inputs: boolean
  next_build: EngineBuild | null
  finished_build: EngineBuild | null
  transition_build: EngineBuild | null
}

/** Of the builds that ended, how far the last change of status is looked back for. */
const lookBack = 200

/** In the order of the configuration. */
export async function listJobs(tx: OrgTx, pipelineIds: readonly number[], name: string | null = null): Promise<JobRow[]> {
  const ended = sql`b.organization_id = j.organization_id and b.job_id = j.id and b.status not in ('pending', 'started')`
  const { rows } = await tx.execute(sql<JobRow>`
    select j.id, j.pipeline_id, j.name, j.paused, j.has_new_inputs,
      next.build as next_build, finished.build as finished_build, transition.build as transition_build
    from engine_jobs j
    left join lateral (
      select ${buildObject} as build from engine_builds b
      where b.organization_id = j.organization_id and b.job_id = j.id and b.status in ('pending', 'started') order by b.id limit 1) next on true
    left join lateral (
      select ${buildObject} as build, b.status from (
        select b.* from engine_builds b where ${ended} order by b.id desc limit 50) b
      order by coalesce(b.rerun_of, b.id) desc, b.id desc limit 1) finished on true
    left join lateral (
      select ${buildObject} as build from engine_builds b
      where b.organization_id = j.organization_id and b.id = (
        select min(r.id) from (
          select r.id, max(r.id) filter (where r.status <> finished.status) over () as other
          from (select b.id, b.status from engine_builds b where ${ended} order by b.id desc limit ${lookBack}) r) r
        where r.id > coalesce(r.other, 0))
      -- So that it is asked for each job: joined, it would read all builds of the organization.
      limit 1) transition on true
    where j.organization_id = ${tx.organizationId} and j.pipeline_id = any (${pipelineIds}::bigint[]) and j.is_active
      and (${name}::text is null or j.name = ${name})
    order by j.pipeline_id, j.position`)
  return rows
}

/** The oldest build whose log is still there. */
export async function firstLoggedBuild(tx: OrgTx, jobId: number): Promise<number | undefined> {
  const found = await tx
    .selectFrom('engine_builds')
    .select('id')
    .where('job_id', '=', jobId)
    .where('reaped_at', 'is', null)
    .orderBy('id')
    .limit(1)
    .executeTakeFirst()
  return found?.id
}

export const findJob = (tx: OrgTx, pipelineId: number, name: string): Promise<{ id: number; name: string } | undefined> =>
  tx
    .selectFrom('engine_jobs')
    .select(['id', 'name'])
    .where('pipeline_id', '=', pipelineId)
    .where('name', '=', name)
    .where('is_active', '=', true)
    .executeTakeFirst()

/** Takes the next name of a build of the job. @returns undefined when the configuration has no such job */
export async function takeBuildName(tx: OrgTx, pipelineId: number, job: string): Promise<{ id: number; name: string } | undefined> {
  const taken = await tx
    .updateTable('engine_jobs')
    .set({ builds_made: sql`builds_made + 1` })
    .where('pipeline_id', '=', pipelineId)
    .where('name', '=', job)
    .where('is_active', '=', true)
    .returning(['id', 'builds_made'])
    .executeTakeFirst()
  return taken && { id: taken.id, name: String(taken.builds_made) }
}

export async function setJobPaused(tx: OrgTx, jobId: number, paused: boolean): Promise<void> {
  await tx.updateTable('engine_jobs').set({ paused }).where('id', '=', jobId).execute()
}

export interface NamedBefore {
  name: string
  /** What it was called before, for keeping its history; null: it had no other name. */
  old_name: string | null
}

/** The jobs of a pipeline become these, in this order. */
export async function syncJobs(tx: OrgTx, pipelineId: number, jobs: readonly NamedBefore[]): Promise<void> {
  const names = jobs.map(({ name }) => name)
  await renameRows(tx, 'engine_jobs', pipelineId, jobs)
  await tx.execute(sql`
    insert into engine_jobs (organization_id, pipeline_id, name, position)
    select ${tx.organizationId}, ${pipelineId}, name, place - 1 from unnest(${names}::text[]) with ordinality as given (name, place)
    on conflict (organization_id, pipeline_id, name) do update set position = excluded.position, is_active = true
    where (engine_jobs.position, engine_jobs.is_active) is distinct from (excluded.position, true)`)
  await tx.execute(sql`
    update engine_jobs set is_active = false, has_new_inputs = false
    where organization_id = ${tx.organizationId} and pipeline_id = ${pipelineId} and is_active and name <> all (${names}::text[])`)
}

/** Somebody who has the new name already keeps it. */
export async function renameRows(
  tx: OrgTx,
  table: 'engine_jobs' | 'engine_resources',
  pipelineId: number,
  items: readonly NamedBefore[],
): Promise<void> {
  const names = new Set(items.map(({ name }) => name))
  for (const { name, old_name } of items) {
    if (old_name === null || names.has(old_name)) continue
    await tx.execute(sql`
      update ${sql.table(table)} as t set name = ${name}
      where organization_id = ${tx.organizationId} and pipeline_id = ${pipelineId} and name = ${old_name} and not exists (
        select 1 from ${sql.table(table)} o
        where o.organization_id = t.organization_id and o.pipeline_id = t.pipeline_id and o.name = ${name})`)
  }
}

/** By job: whether newer versions wait for somebody to ask for a build. */
export const saveNewInputs = (tx: OrgTx, pipelineId: number, hasNewInputs: ReadonlyMap<string, boolean>): Promise<unknown> =>
  tx.execute(sql`
    update engine_jobs j set has_new_inputs = given.has
    from unnest(${[...hasNewInputs.keys()]}::text[], ${[...hasNewInputs.values()]}::boolean[]) as given (name, has)
    where j.organization_id = ${tx.organizationId} and j.pipeline_id = ${pipelineId} and j.name = given.name and j.has_new_inputs <> given.has`)
