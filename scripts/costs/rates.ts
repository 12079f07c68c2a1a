/** `npm run costs -- rates <file|url>`: exchange rates as the European Central Bank publishes them. */
import { readFile, stat } from 'node:fs/promises'
import { basename } from 'node:path'
import type { Database } from '../../src/db/pool.ts'
import { fetchText, importRates } from '../../src/domains/cloud-costs/installation-rates.ts'
import { FormatError } from '../../src/formats/format-error.ts'

const largestFile = 64 * 2 ** 20

export async function bringRates(database: Database, from: string, print: (line: string) => void): Promise<void> {
  const address = /^https?:\/\//i.test(from) ? new URL(from) : undefined
  const text = address ? await fetchText(address.href) : await readText(from)
  // An address may carry a key in its query.
  const source = address ? `${address.host}${address.pathname}` : basename(from)
  try {
    const { rates, firstDay, lastDay } = await importRates(database, text, source)
    print(`${rates} exchange rates of ${firstDay === lastDay ? firstDay : `${firstDay} to ${lastDay}`} are known now, from ${source}.`)
  } catch (error) {
    throw error instanceof FormatError ? new FormatError(`${source}: ${error.message}`) : error
  }
}

async function readText(path: string): Promise<string> {
  const { size } = await stat(path)
  if (size > largestFile) throw new FormatError(`${basename(path)} has more than ${largestFile / 2 ** 20} MiB; rates of all days have one`)
  return readFile(path, 'utf8')
}
