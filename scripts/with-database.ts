import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Config } from '../src/config.ts'
import { migrate } from '../src/db/migrate.ts'
import { type Database, type DatabaseOptions, openDatabase } from '../src/db/pool.ts'
import { openEmbeddedPostgres } from '../src/outside/embedded-postgres.ts'

/** For commands: the database of DATABASE_URL, or the embedded one in TROCHOID_HOME while no server runs there. */
export async function withDatabase(
  { databaseUrl, home }: Pick<Config, 'databaseUrl' | 'home'>,
  run: (database: Database) => Promise<void>,
  options: Omit<DatabaseOptions, 'url'> = { size: 2 },
): Promise<void> {
  const directory = join(home, 'postgres')
  if (!databaseUrl && !existsSync(join(directory, 'data')))
    throw new Error(`there is no database in ${home}: set TROCHOID_HOME to the data folder, or DATABASE_URL`)
  const embedded = databaseUrl ? null : await openEmbeddedPostgres({ directory })
  try {
    if (embedded) await migrate(embedded.url)
    const database = openDatabase({ ...options, url: embedded?.url ?? databaseUrl ?? '' })
    try {
      await run(database)
    } finally {
      await database[Symbol.asyncDispose]()
    }
  } finally {
    await embedded?.stop()
  }
}
