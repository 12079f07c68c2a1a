/**
 * Builds that run. Every statement here asks whether the build is still the runner's: one whose lease was over may wake up again,
 * and must not write into a build that others have declared lost.
 */
import { sql } from 'kysely'
import type { OrgTx } from '../../../db/organization-tx.ts'
import type { Version } from '../../../formats/pipeline/types.ts'
import type { EngineEvent, PublicPlan } from '../../types.ts'
import type { ResolvedInput } from '../schedule/types.ts'
import { jsonText } from './text.ts'

export type NewEvent = Omit<EngineEvent, 'id'>

/** Seconds that a runner's word holds for. */
export const leaseSeconds = 15

const lease = sql`now() + ${sql.raw(String(leaseSeconds))} * interval '1 second'`
const mine = (tx: OrgTx, runner: string, buildId: number) =>
  sql`organization_id = ${tx.organizationId} and id = ${buildId} and status = 'started' and runner = ${runner}::uuid`

/** @returns false when it was aborted, or ended, or somebody else started it */
export async function startBuild(tx: OrgTx, runner: string, buildId: number, inputs: readonly ResolvedInput[], at: Date): Promise<boolean> {
  const started = await tx.execute(sql`
    update engine_builds set status = 'started', runner = ${runner}::uuid, lease_until = ${lease}, started_at = ${at}, preparation = null, reason = null
    where organization_id = ${tx.organizationId} and id = ${buildId} and status = 'pending' and not abort_requested returning id`)
  if (started.rows.length === 0) return false
  await tx.execute(sql`
    insert into engine_build_inputs (organization_id, build_id, name, version_id, first_occurrence)
    select ${tx.organizationId}, ${buildId}, name, version_id, first_occurrence
    from unnest(${inputs.map(({ name }) => name)}::text[], ${inputs.map(({ versionId }) => versionId)}::bigint[],
      ${inputs.map(({ firstOccurrence }) => firstOccurrence)}::boolean[]) as given (name, version_id, first_occurrence)`)
  return true
}

/** What the runner keeps saying. @returns those that are still its own */
export async function renewLeases(
  tx: OrgTx,
  runner: string,
  buildIds: readonly number[],
): Promise<{ id: number; abort_requested: boolean }[]> {
  const { rows } = await tx.execute(sql<{ id: number; abort_requested: boolean }>`
    update engine_builds set lease_until = ${lease}
    where organization_id = ${tx.organizationId} and id = any (${buildIds}::bigint[]) and status = 'started' and runner = ${runner}::uuid
    returning id, abort_requested`)
  return rows
}

/** @returns false when the build is not the runner's any more, and nothing was written */
export async function appendEvents(tx: OrgTx, runner: string, buildId: number, seq: number, events: readonly NewEvent[]): Promise<boolean> {
  const { rows } = await tx.execute(sql`
    with held as (select id from engine_builds where ${mine(tx, runner, buildId)} for no key update),
    said as (
      insert into engine_events (organization_id, build_id, seq, event, version, data)
      select ${tx.organizationId}, held.id, ${seq} + given.place - 1, given.event, given.version, given.data
      from held, ${unnested(events)}
      -- Whoever did not hear that they were stored stores them again.
      on conflict (organization_id, build_id, seq) do nothing returning 1)
    select (select count(*) from said), pg_notify('trochoid_events', ${String(buildId)}) from held`)
  return rows.length > 0
}

/** With its last events, in the caller's transaction. @param runner null: nobody runs it. @returns false when somebody else does, or did */
export async function endBuild(
  tx: OrgTx,
  {
    runner,
    buildId,
    status,
    events,
    at,
  }: { runner: string | null; buildId: number; status: string; events: readonly NewEvent[]; at: Date },
): Promise<boolean> {
  const whose = runner === null ? sql`(status = 'pending' or lease_until < now())` : sql`runner = ${runner}::uuid and status = 'started'`
  const ended = await tx.execute(sql`
    update engine_builds set status = ${status}, ended_at = ${at}, lease_until = null, preparation = null, reason = null
    where organization_id = ${tx.organizationId} and id = ${buildId} and status in ('pending', 'started') and ${whose} returning id`)
  if (ended.rows.length === 0) return false
  await tx.execute(sql`
    with last as (
      select coalesce(max(seq), -1) as seq from engine_events where organization_id = ${tx.organizationId} and build_id = ${buildId}),
    said as (
      insert into engine_events (organization_id, build_id, seq, event, version, data)
      select ${tx.organizationId}, ${buildId}, last.seq + given.place, given.event, given.version, given.data
      from last, ${unnested(events)} returning 1)
    select (select count(*) from said), pg_notify('trochoid_events', ${String(buildId)})`)
  return true
}

const unnested = (events: readonly NewEvent[]) =>
  sql`unnest(${events.map(({ type }) => type)}::text[], ${events.map(({ version }) => version)}::text[],
    ${events.map(({ data }) => jsonText(data))}::jsonb[]) with ordinality as given (event, version, data, place)`

/** @returns false when the build is not the runner's any more */
export async function holdBuild(tx: OrgTx, runner: string, buildId: number): Promise<boolean> {
  const { rows } = await tx.execute(sql`select 1 from engine_builds where ${mine(tx, runner, buildId)} for no key update`)
  return rows.length > 0
}

export const savePlan = (tx: OrgTx, buildId: number, plan: PublicPlan): Promise<unknown> =>
  tx
    .updateTable('engine_builds')
    .set({ plan: jsonText(plan) })
    .where('id', '=', buildId)
    .execute()

export const saveOutput = (tx: OrgTx, buildId: number, name: string, versionId: number): Promise<unknown> =>
  tx
    .insertInto('engine_build_outputs', { build_id: buildId, name, version_id: versionId })
    .onConflict((conflict) => conflict.columns(['organization_id', 'build_id', 'name', 'version_id']).doNothing())
    .execute()

export interface StartedBuild {
  id: number
  pipeline_id: number
  job_id: number
  name: string
  job: string
  created_by: string | null
  inputs: Record<string, Version>
}

/** What a runner has to know of builds that it started. */
export async function listStarted(tx: OrgTx, buildIds: readonly number[]): Promise<StartedBuild[]> {
  const { rows } = await tx.execute(sql<StartedBuild>`
    select b.id, b.pipeline_id, b.job_id, b.name, j.name as job, n.created_by,
      (select coalesce(jsonb_object_agg(i.name, v.version), '{}') from engine_build_inputs i
       join engine_versions v on v.organization_id = i.organization_id and v.id = i.version_id
       where i.organization_id = b.organization_id and i.build_id = b.id) as inputs
    from engine_builds b
    join engine_jobs j on j.organization_id = b.organization_id and j.id = b.job_id
    left join build_notes n on n.organization_id = b.organization_id and n.build_id = b.id and n.pipeline_id = b.pipeline_id
    where b.organization_id = ${tx.organizationId} and b.id = any (${buildIds}::bigint[]) order by b.id`)
  return rows
}

/** A started build that its runner does not renew any more. */
export async function findLost(tx: OrgTx, buildId: number): Promise<{ pipeline_id: number } | undefined> {
  const { rows } = await tx.execute(sql<{ pipeline_id: number }>`
    select pipeline_id from engine_builds
    where organization_id = ${tx.organizationId} and id = ${buildId} and status = 'started' and lease_until < now()`)
  return rows[0]
}

/** Of jobs, by the runners that have them: of this organization. */
export async function countRunning(tx: OrgTx): Promise<{ runner: string | null; count: number }[]> {
  const { rows } = await tx.execute(sql<{ runner: string | null; count: number }>`
    select b.runner, count(*) from engine_builds b
    where b.organization_id = ${tx.organizationId} and b.status = 'started' and b.job_id is not null group by b.runner`)
  return rows
}
