import { randomBytes } from 'node:crypto'
import pg from 'pg'
import { inject } from 'vitest'

export interface TestDatabase {
  /** Of the owner: the service drops its rights by itself. */
  url: string
  /** A look past all walls, for tests that compare what is stored. */
  query<R extends pg.QueryResultRow>(text: string, values?: unknown[]): Promise<R[]>
  [Symbol.asyncDispose](): Promise<void>
}

/** A copy of the migrated template, made in some 50 ms and dropped at the end. */
export async function createTestDatabase(): Promise<TestDatabase> {
  const admin = inject('postgresUrl')
  const name = `t_${randomBytes(6).toString('hex')}`
  await onServer(admin, `create database ${name} template ${inject('templateName')}`)
  const url = new URL(admin)
  url.pathname = `/${name}`
  const pool = new pg.Pool({ connectionString: url.href, max: 2 })
  pool.on('error', () => {})
  return {
    url: url.href,
    query: async (text, values) => (await pool.query(text, values)).rows,
    async [Symbol.asyncDispose]() {
      await pool.end()
      await onServer(admin, `drop database if exists ${name} with (force)`)
    },
  }
}

async function onServer(url: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    // Two files may copy the template at once; Postgres lets one at a time.
    for (let attempt = 1; ; attempt++) {
      try {
        await client.query(statement)
        return
      } catch (error) {
        if ((error as { code?: string }).code !== '55006' || attempt === 50) throw error
        await new Promise((wake) => setTimeout(wake, 100))
      }
    }
  } finally {
    await client.end()
  }
}
