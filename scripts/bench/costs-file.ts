/** A bill for measuring, and how fast Postgres takes it as it is. */
import { createReadStream, createWriteStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGunzip, createGzip } from 'node:zlib'
import pg from 'pg'
import { from as copyFrom } from 'pg-copy-streams'
import { type BillOptions, type GeneratedBill, generateBill, header } from '../../test/support/bill-generator.ts'

export interface WrittenBill {
  readonly bill: GeneratedBill
  readonly path: string
  /** Compressed. */
  readonly bytes: number
  readonly seconds: number
}

export async function writeBill(path: string, options: BillOptions): Promise<WrittenBill> {
  const bill = generateBill(options)
  const started = performance.now()
  await pipeline(Readable.from(bill.bytes()), createGzip({ level: 1, chunkSize: 2 ** 18 }), createWriteStream(path))
  return { bill, path, bytes: (await stat(path)).size, seconds: (performance.now() - started) / 1000 }
}

/** Seconds for COPY of the file, as it is, into a table of texts that is not even logged: nothing is read, nothing is looked up. */
export async function rawCopy(databaseUrl: string, path: string): Promise<number> {
  const client = new pg.Client({ connectionString: databaseUrl })
  await client.connect()
  try {
    await client.query(`create unlogged table bench_raw (${header.split(',').map((name) => `${name} text`)})`)
    const started = performance.now()
    const copy = client.query(copyFrom(`copy bench_raw from stdin with (format csv, header true, null 'NULL')`))
    await pipeline(createReadStream(path, { highWaterMark: 2 ** 18 }), createGunzip({ chunkSize: 2 ** 18 }), copy)
    return (performance.now() - started) / 1000
  } finally {
    await client.query('drop table if exists bench_raw')
    await client.end()
  }
}
