/** The database as the service has it: for tests that try the walls without the service in front of them. */
import pg from 'pg'
import type { TestDatabase } from './database.ts'

export type Query = pg.Client['query']

/** A connection with the service's role; every call is one transaction in the scope of `organization`, rolled back. */
export async function asService<T>(database: TestDatabase, organization: number | null, run: (query: Query) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: database.url, options: '-c role=trochoid_app' })
  await client.connect()
  try {
    await client.query('begin')
    if (organization !== null) await client.query('select enter_organization($1, null, $2, null)', [organization, '{}'])
    return await run(client.query.bind(client) as Query)
  } finally {
    await client.end()
  }
}

/** The code with which Postgres refuses, such as 42501; `allowed` when it does not. */
export const refusalOf = (promise: Promise<unknown>): Promise<string> =>
  promise.then(
    () => 'allowed',
    (error: { code?: string }) => error.code ?? 'unknown',
  )
