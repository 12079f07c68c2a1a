import { sql } from 'kysely'
import type { OrgTx } from '../../../db/organization-tx.ts'
import type { Version } from '../../../formats/pipeline/types.ts'
import type { EngineBuild } from '../../types.ts'
import { buildObject } from './builds.ts'
import { type NamedBefore, renameRows } from './jobs.ts'
import { cleanText, jsonText } from './text.ts'

export interface ResourceRow {
  id: number
  name: string
  history: string
  pinned_version: Version | null
  pin_comment: string
  last_checked: number | null
  check_error: string | null
  /** The last check that somebody asked for. */
  build: EngineBuild | null
}

export async function listResources(tx: OrgTx, pipelineId: number, name: string | null = null): Promise<ResourceRow[]> {
  const { rows } = await tx.execute(sql<ResourceRow>`
    select r.id, r.name, r.history, r.pinned_version, r.pin_comment, r.check_error,
      floor(extract(epoch from r.last_checked_at))::bigint as last_checked, asked.build
    from engine_resources r
    left join lateral (
      select ${buildObject} as build from engine_builds b
      where b.organization_id = r.organization_id and b.resource_id = r.id order by b.id desc limit 1) asked on true
    where r.organization_id = ${tx.organizationId} and r.pipeline_id = ${pipelineId} and r.is_active
      and (${name}::text is null or r.name = ${name})
    order by r.name`)
  return rows
}

export interface FoundResource {
  id: number
  name: string
  history: string
  pinned_version: Version | null
}

export async function findResource(tx: OrgTx, pipelineId: number, name: string): Promise<FoundResource | undefined> {
  const { rows } = await tx.execute(sql<FoundResource>`
    select r.id, r.name, r.history, r.pinned_version from engine_resources r
    where r.organization_id = ${tx.organizationId} and r.pipeline_id = ${pipelineId} and r.name = ${name} and r.is_active`)
  return rows[0]
}

export interface WantedResource extends NamedBefore {
  history: string
  /** A version in the configuration: it takes the place of one that somebody pinned. */
  isPinned: boolean
}

/** The resources of a pipeline become these. Who gets another type or source begins anew: what was pinned or checked was of the other. */
export async function syncResources(tx: OrgTx, pipelineId: number, resources: readonly WantedResource[]): Promise<void> {
  const names = resources.map(({ name }) => name)
  await renameRows(tx, 'engine_resources', pipelineId, resources)
  await tx.execute(sql`
    insert into engine_resources as r (organization_id, pipeline_id, name, history)
    select ${tx.organizationId}, ${pipelineId}, name, history
    from unnest(${names}::text[], ${resources.map(({ history }) => history)}::text[]) as given (name, history)
    on conflict (organization_id, pipeline_id, name) do update set is_active = true, history = excluded.history, pinned_version = null, pin_comment = '',
      last_checked_at = null, check_error = null, check_build_id = null, checking_until = null
    where r.history <> excluded.history`)
  await tx.execute(sql`
    update engine_resources r set is_active = r.name = any (${names}::text[])
    where r.organization_id = ${tx.organizationId} and r.pipeline_id = ${pipelineId} and r.is_active <> (r.name = any (${names}::text[]))`)
  const pinned = resources.filter(({ isPinned }) => isPinned).map(({ name }) => name)
  await tx.execute(sql`
    update engine_resources r set pinned_version = null, pin_comment = ''
    where r.organization_id = ${tx.organizationId} and r.pipeline_id = ${pipelineId} and r.name = any (${pinned}::text[]) and r.pinned_version is not null`)
}

/** @param version null: not pinned any more. What was said about a pin stays as long as there is one. */
export async function setPin(tx: OrgTx, resourceId: number, version: Version | null): Promise<void> {
  await tx
    .updateTable('engine_resources')
    .set({
      pinned_version: version && jsonText(version),
      pin_comment: version ? sql`case when pinned_version is null then '' else pin_comment end` : '',
    })
    .where('id', '=', resourceId)
    .execute()
}

export async function setPinComment(tx: OrgTx, resourceId: number, comment: string): Promise<void> {
  await tx.updateTable('engine_resources').set({ pin_comment: comment }).where('id', '=', resourceId).execute()
}

/** @returns false when somebody looks already */
export async function claimCheck(tx: OrgTx, resourceId: number, seconds: number): Promise<boolean> {
  const { rows } = await tx.execute(sql`
    update engine_resources r set checking_until = now() + ${seconds}::double precision * interval '1 second'
    where r.organization_id = ${tx.organizationId} and r.id = ${resourceId} and (r.checking_until is null or r.checking_until < now()) returning r.id`)
  return rows.length > 0
}

export interface CheckResult {
  resourceId: number
  /** Of the source that was looked at. */
  history: string
  buildId: number | null
  /** When the look began: what came later it may have missed. */
  at: Date
  error: string | null
}

/** @returns false when the resource has another source meanwhile, and the result is of no use */
export async function saveCheck(tx: OrgTx, { resourceId, history, buildId, at, error }: CheckResult): Promise<boolean> {
  const { rows } = await tx.execute(sql`
    update engine_resources r set last_checked_at = ${at}, check_error = ${error && cleanText(error)}, checking_until = null,
      check_build_id = coalesce(${buildId}::bigint, r.check_build_id)
    where r.organization_id = ${tx.organizationId} and r.id = ${resourceId} and r.history = ${history} and r.is_active returning r.id`)
  return rows.length > 0
}

/** Of the checks that people asked for the newest are kept. */
export const deleteOldChecks = (tx: OrgTx, resourceId: number, keep: number): Promise<unknown> =>
  tx.execute(sql`
    delete from engine_builds b where b.organization_id = ${tx.organizationId} and b.resource_id = ${resourceId} and b.ended_at is not null
      and b.id < (select k.id from engine_builds k where k.organization_id = ${tx.organizationId} and k.resource_id = ${resourceId}
        order by k.id desc offset ${keep - 1} limit 1)`)
