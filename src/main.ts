/** `npm start`: database, migrations, API and worker in one process. */
import { once } from 'node:events'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Config, readConfig } from './config.ts'
import { ConfigError } from './config-reader.ts'
import { migrate } from './db/migrate.ts'
import { loadStarterPrices } from './domains/cost-estimation/books/starter.ts'
import { serve } from './http/server.ts'
import { startWorker } from './jobs/worker.ts'
import { type Log, openLog } from './log.ts'
import { openEmbeddedPostgres } from './outside/embedded-postgres.ts'
import { openPlatform } from './platform.ts'

async function main(config: Config, log: Log): Promise<void> {
  const stopping = stopSignal()
  await using database = await openDatabaseServer(config, log)
  const migrated = await migrate(database.url)
  if (migrated.length > 0) log.info({ migrations: migrated }, 'the database was brought up to date')
  await using platform = await openPlatform(config, log, database.url)
  const priced = await loadStarterPrices(platform.database)
  if (priced.length > 0) log.info({ providers: priced }, 'the prices that come with the platform were loaded')
  await using _worker = config.worker ? await startWorker(platform, database.url) : null
  await using _runner = config.worker ? await platform.startRunner?.() : null
  await using server = await serve(platform)
  const outbox = platform.mailer ? '' : `\n  Outbox     ${server.url}/dev/outbox  (no mail server is configured)`
  const console = config.console === 'off' ? '' : `\n  Console    ${config.consoleUrl}`
  process.stderr.write(`\nTrochoid is ready.${console}\n  API        ${server.url}\n  Reference  ${server.url}/docs${outbox}\n\n`)
  const signal = await stopping
  log.info({ signal }, 'stopping: requests under way are finished first')
}

/** The database that the configuration names, or our own in the data folder. */
async function openDatabaseServer({ databaseUrl, home }: Config, log: Log): Promise<{ url: string } & AsyncDisposable> {
  if (databaseUrl) return { url: databaseUrl, async [Symbol.asyncDispose]() {} }
  const postgres = await openEmbeddedPostgres({ directory: join(home, 'postgres'), log: (line) => log.info({ postgres: true }, line) })
  return { url: postgres.url, [Symbol.asyncDispose]: () => postgres.stop() }
}

async function stopSignal(): Promise<string> {
  const signals = ['SIGTERM', 'SIGINT'] as const
  const signal = await Promise.race(signals.map((name) => once(process, name).then(() => name)))
  // A second signal means it: no more waiting.
  for (const name of signals) process.once(name, () => process.exit(130))
  await sleep(0)
  return signal
}

try {
  const config = readConfig(process.env)
  const log = openLog(config.logLevel)
  await main(config, log)
} catch (error) {
  if (!(error instanceof Error)) throw error
  const cause = error.cause instanceof Error ? `\n  because: ${error.cause.message}` : ''
  process.stderr.write(`${error instanceof ConfigError ? error.message : `Trochoid cannot start: ${error.message}${cause}`}\n`)
  process.exitCode = 1
}
