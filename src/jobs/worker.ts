import { Logger, parseCronItems, type Runner, run } from 'graphile-worker'
import pg from 'pg'
import type { Platform } from '../platform.ts'
import { schedule, tasks } from './tasks.ts'

/**
 * Runs the jobs of the queue until disposed; then it lets those under way finish. The queue's own tables belong to the
 * database's owner, so the queue is read as the role of `url`; the tasks themselves work through the platform's scopes.
 */
export async function startWorker(platform: Platform, url: string): Promise<AsyncDisposable> {
  const pool = new pg.Pool({ connectionString: url, max: platform.config.workerConcurrency + 2, application_name: 'trochoid-worker' })
  const onBroken = (err: Error) => platform.log.warn({ err }, 'a database connection of the worker broke')
  pool.on('error', onBroken)
  // A connection can also break while the worker holds it.
  pool.on('connect', (client) => client.on('error', onBroken))
  const runner: Runner = await run({
    pgPool: pool,
    concurrency: platform.config.workerConcurrency,
    noHandleSignals: true,
    pollInterval: 2000,
    logger: new Logger(
      () => (level, message) =>
        platform.log[level === 'warning' ? 'warn' : level === 'error' ? 'error' : 'debug']({ worker: true }, message),
    ),
    taskList: Object.fromEntries(
      Object.entries(tasks).map(([name, task]) => [name, (payload: unknown) => task(platform, payload as never)]),
    ),
    parsedCronItems: parseCronItems(schedule.map(({ match, task }) => ({ match, task, identifier: task.replace('.', '_') }))),
  })
  return {
    async [Symbol.asyncDispose]() {
      // Long work looks at it, and leaves the rest to whoever comes next.
      platform.draining = true
      await runner.stop()
      await pool.end()
    },
  }
}
