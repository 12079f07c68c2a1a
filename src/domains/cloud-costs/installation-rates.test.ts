import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { bringRates } from '../../../scripts/costs/rates.ts'
import { useServer } from '../../../test/support/server.ts'
import { fetchRates } from './installation-rates.ts'

const server = useServer()
const csv = 'Date,USD,GBP,\n2026-07-31,1.1,0.8,\n2026-07-30,1.2,N/A,\n'
let bank: Server
let address: string
let answer: { status: number; body: string }
const folder = mkdtempSync(join(tmpdir(), 'rates-'))

beforeAll(async () => {
  bank = createServer((_request, response) => response.writeHead(answer.status).end(answer.body))
  await new Promise<void>((resolve) => bank.listen(0, '127.0.0.1', resolve))
  address = `http://127.0.0.1:${(bank.address() as AddressInfo).port}/eurofxref-hist.csv`
})
afterAll(() => {
  bank.close()
  rmSync(folder, { recursive: true })
})
beforeEach(async () => {
  answer = { status: 200, body: csv }
  await server.database.query('delete from exchange_rates')
})

const known = async () =>
  (await server.database.query('select day::text, currency, rate, source from exchange_rates order by day desc, currency')).map((row) =>
    Object.values(row),
  )
const bring = async (from: string) => {
  const lines: string[] = []
  await bringRates(server.platform.database, from, (line) => lines.push(line))
  return lines
}

describe('rates of the installation', () => {
  test('are imported from a file, and once more without harm', async () => {
    const file = join(folder, 'eurofxref-hist.csv')
    writeFileSync(file, csv)
    expect(await bring(file)).toEqual(['3 exchange rates of 2026-07-30 to 2026-07-31 are known now, from eurofxref-hist.csv.'])
    await bring(file)
    expect(await known()).toEqual([
      ['2026-07-31', 'GBP', '0.8', 'eurofxref-hist.csv'],
      ['2026-07-31', 'USD', '1.1', 'eurofxref-hist.csv'],
      ['2026-07-30', 'USD', '1.2', 'eurofxref-hist.csv'],
    ])
  })

  test('are imported from an address, whose query is told to nobody', async () => {
    const [line = ''] = await bring(`${address}?key=hidden`)
    expect(line).toContain('/eurofxref-hist.csv')
    expect(JSON.stringify([line, await known()])).not.toContain('hidden')
  })

  test('that cannot be read leave what is known as it is', async () => {
    await bring(address)
    const before = await known()
    answer = { status: 200, body: 'Date,USD\n2026-08-01,a lot\n' }
    await expect(bring(address)).rejects.toThrow('line 2: the rate of USD is "a lot"')
    answer = { status: 503, body: 'later' }
    await expect(bring(address)).rejects.toThrow('answers 503')
    expect(await known()).toEqual(before)
  })

  test('are fetched every day where the operator named an address, and nowhere else', async () => {
    const { platform } = server
    await fetchRates(platform)
    expect(await known()).toEqual([])
    const config = { ...platform.config, costs: { ...platform.config.costs, ratesUrl: address } }
    await fetchRates({ ...platform, config })
    expect(await known()).toHaveLength(3)
  })
})
