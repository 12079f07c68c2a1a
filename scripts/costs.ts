/** `npm run costs -- <command>`: what clouds cost, for the operator. */
import { parseArgs } from 'node:util'
import { readConfig } from '../src/config.ts'
import { ConfigError } from '../src/config-reader.ts'
import { importDatabase } from '../src/costs/import/database.ts'
import type { Database } from '../src/db/pool.ts'
import { ImportBroken, importBills } from './costs/import.ts'
import { bringRates } from './costs/rates.ts'
import { withDatabase } from './with-database.ts'

const usage = `npm run costs -- <command>

  import --organization <canonical> --account <canonical> <files and folders…>
                       read bills (FOCUS, AWS CUR, Azure cost exports, BigQuery exports; CSV, JSON lines or Parquet; gzip or not)
    --create --provider <canonical>  make the account if there is none: aws, azurerm, google, …
    --month 2026-07    only this month
    --force            read what did not change, too
  rates <file|address> exchange rates by day, in the format of the European Central Bank

A file stands for the whole of every month in it. The figures of a month are replaced at once and as a whole; what looks wrong is
kept apart and said, and the exit code is 1 then. The service may run meanwhile. The database is that of DATABASE_URL, or the embedded
one in TROCHOID_HOME while no server runs there.`

const print = (line: string) => console.log(line)

async function main(): Promise<void> {
  const { positionals, values } = parseArgs({
    allowPositionals: true,
    options: {
      organization: { type: 'string' },
      account: { type: 'string' },
      create: { type: 'boolean' },
      provider: { type: 'string' },
      month: { type: 'string' },
      force: { type: 'boolean' },
    },
  })
  const [command, ...more] = positionals
  const interrupted = new AbortController()
  const commands: Record<string, (database: Database) => Promise<void>> = {
    async import(database) {
      process.once('SIGINT', () => interrupted.abort())
      process.once('SIGTERM', () => interrupted.abort())
      const isWhole = await importBills(database, more, values, { screen: process.stderr, print, signal: interrupted.signal })
      if (!isWhole) process.exitCode = 1
    },
    rates: (database) => bringRates(database, more[0] ?? '', print),
  }
  const run = command !== undefined && Object.hasOwn(commands, command) ? commands[command] : undefined
  if (!run || (command === 'rates' && more.length !== 1)) {
    console.error(usage)
    process.exitCode = 2
    return
  }
  await withDatabase(readConfig(process.env), run, importDatabase)
}

try {
  await main()
} catch (error) {
  if (!(error instanceof Error)) throw error
  if ((error as { code?: unknown }).code === 'ERR_PARSE_ARGS_UNKNOWN_OPTION') console.error(`${error.message}\n\n${usage}`)
  else
    console.error(error instanceof ConfigError || error instanceof ImportBroken ? error.message : `Nothing was changed: ${error.message}`)
  process.exitCode = 1
}
