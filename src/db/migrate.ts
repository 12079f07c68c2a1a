import { readdir, readFile } from 'node:fs/promises'
import { runMigrations } from 'graphile-worker'
import { Kysely, type Migration, type MigrationProvider, Migrator, PostgresDialect, sql } from 'kysely'
import pg from 'pg'

/** Plain SQL files, in the order of their numbers, each in the one transaction that Kysely opens for all. */
const files: MigrationProvider = {
  async getMigrations() {
    const folder = new URL('../../db/migrations/', import.meta.url)
    const names = (await readdir(folder)).filter((name) => name.endsWith('.sql')).sort()
    const migrations = names.map(async (name): Promise<[string, Migration]> => {
      const text = await readFile(new URL(name, folder), 'utf8')
      return [name.replace(/\.sql$/, ''), { up: async (db) => void (await sql.raw(text).execute(db)) }]
    })
    return Object.fromEntries(await Promise.all(migrations))
  },
}

/**
 * Brings a database up to date and answers the names of the migrations that ran now. Safe to run from several processes at
 * once: Kysely takes a lock. `url` must be of a role that may create roles, schemas and tables.
 * @throws Error naming the migration that failed, with Postgres' error as cause; nothing of the run is kept then.
 */
export async function migrate(url: string): Promise<string[]> {
  const pool = new pg.Pool({ connectionString: url, max: 2 })
  // A broken connection shows at the next statement; without a listener it would end the process.
  pool.on('error', () => {})
  pool.on('connect', (client) => client.on('error', () => {}))
  const db = new Kysely<unknown>({ dialect: new PostgresDialect({ pool }) })
  try {
    await runMigrations({ pgPool: pool, logger: undefined as never })
    const migrator = new Migrator({
      db,
      provider: files,
      migrationTableName: 'schema_migrations',
      migrationLockTableName: 'schema_migrations_lock',
    })
    const { error, results = [] } = await migrator.migrateToLatest()
    const failed = results.find(({ status }) => status === 'Error')
    if (error)
      throw new Error(failed ? `the migration ${failed.migrationName} failed` : 'the database could not be migrated', { cause: error })
    return results.map(({ migrationName }) => migrationName)
  } finally {
    await db.destroy()
  }
}
