import { type RawBuilder, sql } from 'kysely'
import type { TaskName, TaskPayloads } from './tasks.ts'

interface Tx {
  execute<R>(statement: RawBuilder<R>): Promise<unknown>
}

/**
 * In the caller's transaction: the job is there when, and only when, the change is.
 * @param seconds from now until it may run
 */
export async function enqueue<Name extends TaskName>(tx: Tx, task: Name, payload: TaskPayloads[Name], seconds = 0): Promise<void> {
  const queue = queueOf(task, payload)
  await tx.execute(
    sql`select enqueue_job(${task}, ${JSON.stringify(payload)}::jsonb, null, now() + make_interval(secs => ${seconds}), ${queue}::text)`,
  )
}

/**
 * Work with git may wait long for somebody else's server: one organization's takes one place of the worker, and mails find another.
 * Imports of costs take turns by themselves (costs/import/places.ts): what a killed worker held stays locked for hours, and the next
 * one is to go on with an import at once.
 */
function queueOf(task: TaskName, payload: TaskPayloads[TaskName]): string | null {
  const [noun = ''] = task.split('.')
  return 'organizationId' in payload && slow.has(noun) ? `${noun}:${payload.organizationId}` : null
}

const slow: ReadonlySet<string> = new Set(['billing', 'components', 'identityProviders', 'infraImports', 'pipelines', 'stackSources'])
