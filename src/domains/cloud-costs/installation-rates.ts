/** Exchange rates of the installation: its operator imports them, or names an address where they are fetched every day. */
import { AccountTx } from '../../db/account-tx.ts'
import type { Database } from '../../db/pool.ts'
import type { Platform } from '../../platform.ts'
import { readEuroRates } from './ecb.ts'
import { saveInstallationRates } from './queries.ts'

const largestFile = 64 * 2 ** 20
const atOnce = 5000

export interface ImportedRates {
  rates: number
  firstDay: string
  lastDay: string
}

/** @param source is kept with the rates, for people */
export async function importRates(database: Database, text: string, source: string): Promise<ImportedRates> {
  const latest = new Map(readEuroRates(text).map((rate) => [`${rate.day} ${rate.currency}`, rate]))
  const rates = [...latest.values()].sort((a, b) => (a.day < b.day ? -1 : a.day > b.day ? 1 : a.currency < b.currency ? -1 : 1))
  await AccountTx.write(database, { kind: 'platform' }, async (tx) => {
    for (let from = 0; from < rates.length; from += atOnce) await saveInstallationRates(tx, rates.slice(from, from + atOnce), source)
  })
  return { rates: rates.length, firstDay: rates[0]?.day ?? '', lastDay: rates.at(-1)?.day ?? '' }
}

/** The address is the operator's, so it may lie anywhere. */
export async function fetchText(address: string): Promise<string> {
  const answer = await fetch(address, { signal: AbortSignal.timeout(60_000), redirect: 'error' })
  if (!answer.ok || !answer.body) {
    await answer.body?.cancel()
    throw new Error(`${new URL(address).host} answers ${answer.status} when asked for exchange rates`)
  }
  const parts: Uint8Array[] = []
  let size = 0
  for await (const part of answer.body as unknown as AsyncIterable<Uint8Array>) {
    size += part.length
    if (size > largestFile) throw new Error(`${new URL(address).host} sends more than ${largestFile / 2 ** 20} MiB of exchange rates`)
    parts.push(part)
  }
  return Buffer.concat(parts).toString('utf8')
}

/** Every day. */
export async function fetchRates({ database, config, log }: Platform): Promise<void> {
  const address = config.costs.ratesUrl
  if (address === undefined) return
  const { host, pathname } = new URL(address)
  const imported = await importRates(database, await fetchText(address), `${host}${pathname}`)
  log.info(imported, 'exchange rates were fetched')
}
