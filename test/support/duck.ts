/** DuckDB writes Parquet as others do, and reads it independently of us. */
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DuckDBInstance } from '@duckdb/node-api'

export interface Duck {
  /** The bytes of a Parquet file with what the query gives. */
  parquet(query: string, options?: string): Promise<Uint8Array>
  rows(query: string): Promise<Record<string, unknown>[]>
  /** Where the last Parquet file lies. */
  readonly path: string
}

export async function withDuck<T>(work: (duck: Duck) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'duck-'))
  const instance = await DuckDBInstance.create(':memory:', { threads: '1' })
  const connection = await instance.connect()
  const path = join(folder, 'bill.parquet')
  try {
    await connection.run("set timezone = 'UTC'")
    return await work({
      path,
      async parquet(query, options = 'compression snappy') {
        await connection.run(`copy (${query}) to '${path}' (format parquet, ${options})`)
        return readFile(path)
      },
      rows: async (query) => (await connection.runAndReadAll(query)).getRowObjectsJson(),
    })
  } finally {
    connection.closeSync()
    instance.closeSync()
    await rm(folder, { recursive: true, force: true })
  }
}
