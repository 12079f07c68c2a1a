/** Which logs of a job are removed, by its configuration. */
import type { JobConfig } from '../../../formats/pipeline/types.ts'
import type { Context } from '../context.ts'
import { listLogged, reap } from '../store/events.ts'

export interface LoggedBuild {
  id: number
  succeeded: boolean
  endedAt: Date
}

/**
 * @param builds that ended and still have their log, newest first
 * @returns ids of those whose log goes: neither among as many as are kept, nor young enough. As many succeeded ones as the job wants
 * at least are kept whatever their age, and count among those that are kept.
 */
export function buildsToReap(
  { build_log_retention: retention = {}, build_logs_to_retain }: Pick<JobConfig, 'build_log_retention' | 'build_logs_to_retain'>,
  builds: readonly LoggedBuild[],
  now: number,
): number[] {
  const most = retention.builds || build_logs_to_retain || Number.POSITIVE_INFINITY
  const since = retention.days ? now - retention.days * 24 * 60 * 60 * 1000 : Number.NEGATIVE_INFINITY
  const least = Math.min(retention.minimum_succeeded_builds ?? 0, most)
  const wanted = builds.filter(({ succeeded }) => succeeded).slice(0, least)
  const kept = new Set(wanted.map(({ id }) => id))
  for (const { id, endedAt } of builds) if (kept.size < most && endedAt.getTime() >= since) kept.add(id)
  return builds.flatMap(({ id }) => (kept.has(id) ? [] : [id]))
}

/** Builds of one job that are looked at, at once. */
const mostLooked = 1000
const mostReaped = 50

export async function reapLogs(context: Context, organizationId: number, jobId: number, job: JobConfig): Promise<void> {
  if (!job.build_log_retention && !job.build_logs_to_retain) return
  const now = context.now()
  const builds = await context.read(organizationId, (tx) => listLogged(tx, jobId, mostLooked))
  const old = buildsToReap(job, builds, now)
  for (let at = 0; at < old.length; at += mostReaped)
    await context.write(organizationId, (tx) => reap(tx, old.slice(at, at + mostReaped), new Date(now)))
}
