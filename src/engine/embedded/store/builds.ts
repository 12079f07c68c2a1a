import { sql } from 'kysely'
import type { OrgTx } from '../../../db/organization-tx.ts'
import type { JsonObject, Version } from '../../../formats/pipeline/types.ts'
import type { BuildResources, BuildStatus, EngineBuild, EnginePage, EnginePageQuery, Preparation, PublicPlan } from '../../types.ts'
import { pageFrom } from './paging.ts'
import { jsonText } from './text.ts'

const epoch = (column: string) => sql`floor(extract(epoch from ${sql.ref(column)}))::bigint`

/** An EngineBuild of the row `b`. */
export const buildObject = sql`jsonb_strip_nulls(jsonb_build_object(
  'id', b.id, 'name', b.name, 'status', b.status,
  'job_name', (select n.name from engine_jobs n where n.organization_id = b.organization_id and n.id = b.job_id),
  'resource_name', (select n.name from engine_resources n where n.organization_id = b.organization_id and n.id = b.resource_id),
  'start_time', ${epoch('b.started_at')}, 'end_time', ${epoch('b.ended_at')}, 'reap_time', ${epoch('b.reaped_at')},
  'rerun_of', case when b.rerun_of is not null then (
    select jsonb_build_object('id', o.id, 'name', o.name) from engine_builds o where o.organization_id = b.organization_id and o.id = b.rerun_of) end,
  'rerun_number', b.rerun_number))`

export interface BuildRow {
  id: number
  job_id: number | null
  resource_id: number | null
  status: BuildStatus
  rerun_of: number | null
  started: boolean
  plan: PublicPlan | null
  preparation: Preparation | null
  reason: string | null
  build: EngineBuild
}

/** A build of this pipeline. */
export async function findBuild(tx: OrgTx, pipelineId: number, buildId: number): Promise<BuildRow | undefined> {
  const { rows } = await tx.execute(sql<BuildRow>`
    select b.id, b.job_id, b.resource_id, b.status, b.rerun_of, b.started_at is not null as started, b.plan, b.preparation, b.reason,
      ${buildObject} as build
    from engine_builds b where b.organization_id = ${tx.organizationId} and b.pipeline_id = ${pipelineId} and b.id = ${buildId}`)
  return rows[0]
}

export async function listBuilds(tx: OrgTx, jobId: number, page: EnginePageQuery): Promise<EnginePage<EngineBuild>> {
  const bound = page.since !== undefined ? sql`and b.id < ${page.since}` : page.until !== undefined ? sql`and b.id > ${page.until}` : sql``
  const { rows } = await tx.execute(sql<{ id: number; build: EngineBuild }>`
    select b.id, ${buildObject} as build from engine_builds b
    where b.organization_id = ${tx.organizationId} and b.job_id = ${jobId} ${bound}
    order by b.id ${page.until === undefined ? sql`desc` : sql`asc`} limit ${page.limit}`)
  return pageFrom(
    rows.map(({ id, build }) => ({ id, place: id, item: build })),
    page,
    async (oldest, newest) => {
      const around = await tx.execute(sql<{ older: boolean; newer: boolean }>`
        select exists (select 1 from engine_builds b
            where b.organization_id = ${tx.organizationId} and b.job_id = ${jobId} and b.id < ${oldest}) as older,
          exists (select 1 from engine_builds b
            where b.organization_id = ${tx.organizationId} and b.job_id = ${jobId} and b.id > ${newest}) as newer`)
      return around.rows[0]
    },
  )
}

/** @param begin unix seconds, like `end`; both belong to the time asked for */
export async function listFinished(
  tx: OrgTx,
  pipelineId: number,
  jobId: number | null,
  { begin, end, most }: { begin: number; end: number; most: number },
): Promise<EngineBuild[]> {
  const { rows } = await tx.execute(sql<{ build: EngineBuild }>`
    select ${buildObject} as build from engine_builds b
    where b.organization_id = ${tx.organizationId} and b.pipeline_id = ${pipelineId} and b.job_id is not null
      and (${jobId}::bigint is null or b.job_id = ${jobId}) and b.status not in ('pending', 'started')
      and b.started_at >= to_timestamp(${begin}) and b.started_at < to_timestamp(${end}::double precision + 1)
    order by b.started_at, b.id limit ${most}`)
  return rows.map(({ build }) => build)
}

/** Newest first. */
export async function listBuildsWithVersion(tx: OrgTx, versionId: number, as: 'input' | 'output', most: number): Promise<EngineBuild[]> {
  const table = sql.table(as === 'input' ? 'engine_build_inputs' : 'engine_build_outputs')
  const { rows } = await tx.execute(sql<{ build: EngineBuild }>`
    select ${buildObject} as build from engine_builds b
    where b.organization_id = ${tx.organizationId} and b.job_id is not null
      and b.id in (select u.build_id from ${table} u where u.organization_id = ${tx.organizationId} and u.version_id = ${versionId})
    order by b.id desc limit ${most}`)
  return rows.map(({ build }) => build)
}

export async function resourcesOf(tx: OrgTx, buildId: number): Promise<BuildResources> {
  const { rows } = await tx.execute(sql<BuildResources>`
    select
      (select coalesce(jsonb_agg(jsonb_build_object('name', i.name, 'version', v.version, 'first_occurrence', i.first_occurrence) order by i.name), '[]')
       from engine_build_inputs i join engine_versions v on v.organization_id = i.organization_id and v.id = i.version_id
       where i.organization_id = ${tx.organizationId} and i.build_id = ${buildId}) as inputs,
      (select coalesce(jsonb_agg(jsonb_build_object('name', o.name, 'version', v.version) order by o.name, v.check_order), '[]')
       from engine_build_outputs o join engine_versions v on v.organization_id = o.organization_id and v.id = o.version_id
       where o.organization_id = ${tx.organizationId} and o.build_id = ${buildId}) as outputs`)
  return rows[0] ?? { inputs: [], outputs: [] }
}

export interface NewBuild {
  pipelineId: number
  name: string
  jobId?: number
  resourceId?: number
  isManual: boolean
  rerun?: { of: number; number: number }
  checkFrom?: Version | null
  createdAt: Date
  /** When nothing has to be looked for before it starts. */
  inputsCheckedAt?: Date
}

export async function insertBuild(tx: OrgTx, build: NewBuild): Promise<number> {
  const { id } = await tx
    .insertInto('engine_builds', {
      pipeline_id: build.pipelineId,
      name: build.name,
      job_id: build.jobId ?? null,
      resource_id: build.resourceId ?? null,
      is_manual: build.isManual,
      rerun_of: build.rerun?.of ?? null,
      rerun_number: build.rerun?.number ?? null,
      check_from: build.checkFrom ? jsonText(build.checkFrom) : null,
      inputs_checked_at: build.inputsCheckedAt ?? null,
      preparation: null,
      reason: null,
      plan: null,
      runner: null,
      lease_until: null,
      created_at: build.createdAt,
      started_at: null,
      ended_at: null,
      reaped_at: null,
    })
    .returning('id')
    .executeTakeFirstOrThrow()
  return id
}

export async function countPending(tx: OrgTx, jobId: number): Promise<number> {
  const { rows } = await tx.execute(sql<{ count: number }>`
    select count(*) from engine_builds b where b.organization_id = ${tx.organizationId} and b.job_id = ${jobId} and b.status = 'pending'`)
  return rows[0]?.count ?? 0
}

/** Of the pipeline's resources. */
export async function countPendingChecks(tx: OrgTx, pipelineId: number): Promise<number> {
  const { rows } = await tx.execute(sql<{ count: number }>`
    select count(*) from engine_builds b
    where b.organization_id = ${tx.organizationId} and b.pipeline_id = ${pipelineId} and b.resource_id is not null and b.status = 'pending'`)
  return rows[0]?.count ?? 0
}

export async function lastRerun(tx: OrgTx, jobId: number, buildId: number): Promise<number> {
  const { rows } = await tx.execute(sql<{ last: number }>`
    select coalesce(max(b.rerun_number), 0) as last from engine_builds b
    where b.organization_id = ${tx.organizationId} and b.job_id = ${jobId} and b.id > ${buildId} and b.rerun_of = ${buildId}`)
  return rows[0]?.last ?? 0
}

/** A check of the resource that was asked for and has not begun. */
export async function findPendingCheck(tx: OrgTx, resourceId: number, from: Version | null): Promise<number | undefined> {
  const { rows } = await tx.execute(sql<{ id: number }>`
    select b.id from engine_builds b where b.organization_id = ${tx.organizationId} and b.resource_id = ${resourceId} and b.status = 'pending'
      and b.check_from is not distinct from ${from && jsonText(from)}::jsonb order by b.id limit 1`)
  return rows[0]?.id
}

/** @returns what it was before, so that a pending one can be ended at once */
export async function requestAbort(tx: OrgTx, pipelineId: number, buildId: number): Promise<BuildStatus | undefined> {
  const { rows } = await tx.execute(sql<{ status: BuildStatus }>`
    update engine_builds b set abort_requested = true
    where b.organization_id = ${tx.organizationId} and b.pipeline_id = ${pipelineId} and b.id = ${buildId}
      and b.status in ('pending', 'started') returning b.status`)
  return rows[0]?.status
}

/** Pending ones of jobs and resources that the configuration lacks now: nobody would ever look at them. */
export async function listOrphans(tx: OrgTx, pipelineId: number): Promise<number[]> {
  const { rows } = await tx.execute(sql<{ id: number }>`
    select b.id from engine_builds b
    left join engine_jobs j on j.organization_id = b.organization_id and j.id = b.job_id
    left join engine_resources r on r.organization_id = b.organization_id and r.id = b.resource_id
    where b.organization_id = ${tx.organizationId} and b.pipeline_id = ${pipelineId} and b.status = 'pending'
      and not coalesce(j.is_active, r.is_active) order by b.id`)
  return rows.map(({ id }) => id)
}

export const savePreparation = (
  tx: OrgTx,
  waiting: readonly { buildId: number; preparation: Preparation; reason: string }[],
): Promise<unknown> =>
  tx.execute(sql`
    update engine_builds b set preparation = given.preparation, reason = given.reason
    from unnest(${waiting.map(({ buildId }) => buildId)}::bigint[], ${waiting.map(({ preparation }) => jsonText(preparation))}::jsonb[],
      ${waiting.map(({ reason }) => reason)}::text[]) as given (id, preparation, reason)
    where b.organization_id = ${tx.organizationId} and b.id = given.id and b.status = 'pending'
      and (b.preparation, b.reason) is distinct from (given.preparation, given.reason)`)

/** All pending builds of the pipeline wait for this. */
export const saveReason = (tx: OrgTx, pipelineId: number, reason: string): Promise<unknown> =>
  tx.execute(sql`
    update engine_builds b set preparation = null, reason = ${reason}
    where b.organization_id = ${tx.organizationId} and b.pipeline_id = ${pipelineId} and b.status = 'pending'
      and b.reason is distinct from ${reason}`)

/** Events of a status have this shape in every engine. */
export const statusEvent = (status: BuildStatus, milliseconds: number): { type: string; version: string; data: JsonObject } => ({
  type: 'status',
  version: '1.0',
  data: { status, time: Math.floor(milliseconds / 1000) },
})

/** Checks that somebody asked for and nobody has begun, oldest first. */
export async function listPendingChecks(tx: OrgTx, pipelineId: number): Promise<{ id: number; resource: string; from: Version | null }[]> {
  const { rows } = await tx.execute(sql<{ id: number; resource: string; from: Version | null }>`
    select b.id, r.name as resource, b.check_from as from from engine_builds b
    join engine_resources r on r.organization_id = b.organization_id and r.id = b.resource_id and r.is_active
    where b.organization_id = ${tx.organizationId} and b.pipeline_id = ${pipelineId} and b.status = 'pending' order by b.id limit 100`)
  return rows
}
