import { sql } from 'kysely'
import type { OrgTx } from '../../../db/organization-tx.ts'
import type { EngineEvent } from '../../types.ts'

export interface EventBatch {
  events: readonly EngineEvent[]
  /** Nothing comes after these. */
  isLast: boolean
}

/** Of one read: what a stream holds in memory at once. */
const most = 500
const mostBytes = 256 * 1024

interface Row {
  over: boolean
  reaped: boolean
  last: number | null
  seq: number | null
  event: string
  version: string
  data: EngineEvent['data']
}

/**
 * In one statement, so that a build which ends in between does not look as if it had told everything.
 * @param after the event that was told last; -1: none
 * @returns undefined when there is no such build
 */
export async function readEvents(tx: OrgTx, buildId: number, after: number): Promise<EventBatch | undefined> {
  const { rows } = await tx.execute(sql<Row>`
    select b.status not in ('pending', 'started') as over, b.reaped_at is not null as reaped, e.seq, e.event, e.version, e.data,
      (select max(l.seq) from engine_events l where l.organization_id = b.organization_id and l.build_id = b.id) as last
    from engine_builds b left join lateral (
      select * from (
        select e.*, sum(octet_length(e.data::text)) over (order by e.seq) as bytes, row_number() over (order by e.seq) as place from (
          select e.seq, e.event, e.version, e.data from engine_events e
          where e.organization_id = b.organization_id and e.build_id = b.id and e.seq > ${after} order by e.seq limit ${most}) e) e
      where e.place = 1 or e.bytes <= ${mostBytes}) e on true
    where b.organization_id = ${tx.organizationId} and b.id = ${buildId} order by e.seq`)
  const [first] = rows
  if (!first) return undefined
  if (first.reaped) return { events: [], isLast: true }
  const events = rows.flatMap(({ seq, event, version, data }) => (seq === null ? [] : [{ id: seq, type: event, version, data }]))
  return { events, isLast: first.over && (first.last ?? -1) <= (events.at(-1)?.id ?? after) }
}

/** Ended builds of a job whose events are there, newest first. */
export async function listLogged(tx: OrgTx, jobId: number, atMost: number): Promise<{ id: number; succeeded: boolean; endedAt: Date }[]> {
  const { rows } = await tx.execute(sql<{ id: number; succeeded: boolean; endedAt: Date }>`
    select b.id, b.status = 'succeeded' as succeeded, b.ended_at as "endedAt" from engine_builds b
    where b.organization_id = ${tx.organizationId} and b.job_id = ${jobId} and b.reaped_at is null and b.ended_at is not null
    order by b.id desc limit ${atMost}`)
  return rows
}

export async function reap(tx: OrgTx, buildIds: readonly number[], at: Date): Promise<void> {
  await tx.updateTable('engine_builds').set({ reaped_at: at }).where('id', 'in', buildIds).execute()
  await tx.deleteFrom('engine_events').where('build_id', 'in', buildIds).execute()
}
