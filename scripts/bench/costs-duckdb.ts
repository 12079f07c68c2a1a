/** The same question to an engine that is made for nothing else: what a dashboard shows, from the same lines. */
import type { DuckDBConnection } from '@duckdb/node-api'

/** What the dashboard shows: costs by provider and day, by project and provider, resources by project. */
const questions = [
  'select ProviderName, cast(ChargePeriodStart as date) d, sum(BilledCost) from lines group by 1, 2',
  `select json_extract_string(Tags, '$.application') p, ProviderName, sum(BilledCost) c from lines group by 1, 2 order by c desc`,
  `select json_extract_string(Tags, '$.application') p, ProviderName, count(distinct ResourceId) from lines group by 1, 2`,
]

export interface DuckTimes {
  /** Seconds. */
  readonly parquet: number
  readonly csv: number
  /** For making the Parquet file of it. */
  readonly making: number
}

export async function duckTimes(path: string, folder: string): Promise<DuckTimes> {
  const { DuckDBInstance } = await import('@duckdb/node-api')
  const instance = await DuckDBInstance.create(':memory:')
  const connection = await instance.connect()
  try {
    await connection.run("set memory_limit = '2GB'")
    await connection.run(`set temp_directory = '${folder}/duckdb'`)
    const csv = `read_csv('${path}', header = true, nullstr = 'NULL', all_varchar = true)`
    const typed = `select * replace (cast(BilledCost as decimal(30, 11)) as BilledCost, cast(ChargePeriodStart as timestamp) as ChargePeriodStart) from ${csv}`
    const making = await time(connection, [`copy (${typed}) to '${folder}/lines.parquet' (format parquet)`])
    await connection.run(`create view lines as select * from '${folder}/lines.parquet'`)
    await time(connection, questions)
    const parquet = Math.min(await time(connection, questions), await time(connection, questions))
    await connection.run(`create or replace view lines as ${typed}`)
    return { parquet, csv: await time(connection, questions), making }
  } finally {
    connection.closeSync()
    instance.closeSync()
  }
}

async function time(connection: DuckDBConnection, statements: readonly string[]): Promise<number> {
  const started = performance.now()
  for (const statement of statements) await connection.runAndReadAll(statement)
  return (performance.now() - started) / 1000
}
