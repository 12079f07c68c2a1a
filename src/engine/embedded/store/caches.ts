import { sql } from 'kysely'
import type { OrgTx } from '../../../db/organization-tx.ts'

/** Bytes that are read at once: an answer of the database has a bound, and bytes come as two letters each. */
const chunk = 4 * 1024 * 1024

/** In a transaction that writes, so that nobody puts another archive there between two reads. */
export async function loadCache(tx: OrgTx, jobId: number, step: string, path: string): Promise<Buffer | undefined> {
  const which = sql`organization_id = ${tx.organizationId} and job_id = ${jobId} and step = ${step} and path = ${path}`
  const { rows } = await tx.execute(sql<{ bytes: number }>`
    select octet_length(content) as bytes from engine_caches where ${which} for share`)
  const bytes = rows[0]?.bytes
  if (bytes === undefined) return undefined
  const parts: Buffer[] = []
  for (let at = 1; at <= bytes; at += chunk) {
    const read = await tx.execute(
      sql<{ part: Buffer }>`select substring(content from ${at} for ${chunk}) as part from engine_caches where ${which}`,
    )
    if (read.rows[0]) parts.push(read.rows[0].part)
  }
  return Buffer.concat(parts)
}

/** Of one job: those that were not written for longest go. */
const most = 20

export async function saveCache(tx: OrgTx, jobId: number, step: string, path: string, content: Buffer): Promise<void> {
  await tx.execute(sql`
    insert into engine_caches (organization_id, job_id, step, path, content) values (${tx.organizationId}, ${jobId}, ${step}, ${path}, ${content})
    on conflict (organization_id, job_id, step, path) do update set content = excluded.content, updated_at = now()`)
  await tx.execute(sql`
    delete from engine_caches c where organization_id = ${tx.organizationId} and job_id = ${jobId} and updated_at < (
      select k.updated_at from engine_caches k where k.organization_id = ${tx.organizationId} and k.job_id = ${jobId}
      order by k.updated_at desc offset ${most - 1} limit 1)`)
}

/** @param path undefined: all of the step. @returns how many there were */
export async function clearCaches(tx: OrgTx, jobId: number, step: string, path: string | undefined): Promise<number> {
  const { rows } = await tx.execute(sql`
    delete from engine_caches where organization_id = ${tx.organizationId} and job_id = ${jobId} and step = ${step}
      and (${path ?? null}::text is null or path = ${path ?? null}) returning 1`)
  return rows.length
}
