/** `npm run worker`: only the jobs, as many processes as wanted, against the database of DATABASE_URL. */
import { once } from 'node:events'
import { readConfig } from './config.ts'
import { startWorker } from './jobs/worker.ts'
import { openLog } from './log.ts'
import { openPlatform } from './platform.ts'

try {
  const config = readConfig(process.env)
  if (!config.databaseUrl) throw new Error('a worker needs DATABASE_URL: the embedded database belongs to the process of `npm start`')
  const log = openLog(config.logLevel)
  await using platform = await openPlatform(config, log, config.databaseUrl)
  await using _worker = await startWorker(platform, config.databaseUrl)
  await using _runner = await platform.startRunner?.()
  log.info('the worker is ready')
  await Promise.race([once(process, 'SIGTERM'), once(process, 'SIGINT')])
} catch (error) {
  process.stderr.write(`The worker cannot start: ${error instanceof Error ? error.message : String(error)}\n`)
  process.exitCode = 1
}
