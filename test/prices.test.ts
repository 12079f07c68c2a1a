import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createTestDatabase, type TestDatabase } from './support/database.ts'

const run = promisify(execFile)
const root = new URL('..', import.meta.url).pathname
let database: TestDatabase
let folder: string
let server: Server
/** What the server says, by path; a function may change its mind. */
const pages = new Map<string, () => { status: number; body: string }>()
let origin = ''

beforeAll(async () => {
  database = await createTestDatabase()
  folder = mkdtempSync(join(tmpdir(), 'trochoid-prices-'))
  server = createServer((request, response) => {
    const { status, body } = pages.get(request.url ?? '')?.() ?? { status: 404, body: '' }
    response.writeHead(status, { 'retry-after': '1' }).end(body)
  }).listen(0, '127.0.0.1')
  await new Promise((done) => server.once('listening', done))
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterAll(async () => {
  server.close()
  rmSync(folder, { recursive: true, force: true })
  await database[Symbol.asyncDispose]()
})

async function prices(...words: string[]): Promise<{ code: number; text: string }> {
  const env = { PATH: process.env.PATH, DATABASE_URL: database.url, TROCHOID_HOME: folder }
  try {
    const { stdout, stderr } = await run(process.execPath, ['--import', 'tsx', 'scripts/prices.ts', ...words], { cwd: root, env })
    return { code: 0, text: stdout + stderr }
  } catch (error) {
    const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string }
    return { code, text: stdout + stderr }
  }
}
const item = (sku: string, retailPrice = 0.1) => ({
  currencyCode: 'USD',
  tierMinimumUnits: 0,
  retailPrice,
  armRegionName: 'westeurope',
  meterId: 'm',
  meterName: sku,
  skuId: sku,
  skuName: sku,
  productName: 'Virtual Machines BS Series',
  serviceName: 'Virtual Machines',
  serviceFamily: 'Compute',
  unitOfMeasure: '1 Hour',
  type: 'Consumption',
  armSkuName: `Standard_${sku}`,
})
const page = (next: string | null, ...Items: object[]) =>
  JSON.stringify({ BillingCurrency: 'USD', Items, NextPageLink: next, Count: Items.length })

describe('npm run prices', () => {
  test('imports a packed file, lists books, and keeps the old prices when a file is not what it should be', async () => {
    const file = join(folder, 'AmazonEC2.csv.gz')
    const lines = [
      '"FormatVersion","v1.0"',
      '"Publication Date","2026-07-01T00:00:00Z"',
      '"Version","7"',
      '"OfferCode","AmazonEC2"',
      '"SKU","TermType","StartingRange","EndingRange","Unit","PricePerUnit","Currency","Product Family","Region Code","Instance Type"',
      '"A","OnDemand","0","Inf","Hrs","0.1","USD","Compute Instance","eu-west-1","m5.large"',
    ]
    writeFileSync(file, gzipSync(lines.join('\n')))
    const first = await prices('import', '--provider', 'aws', '--file', file)
    expect(first).toEqual({ code: 0, text: expect.stringContaining('Book 1 of aws, AmazonEC2: 1 products with 1 rates are in use now') })
    const list = await prices('list')
    expect(list.text).toMatch(/^\* +1 +aws +AmazonEC2 +2026-07-01 {2}7 {2}1 products, 1 rates/)
    writeFileSync(file, gzipSync('nonsense'))
    const second = await prices('import', '--provider', 'aws', '--file', file)
    expect(second).toEqual({ code: 1, text: expect.stringContaining('Not imported, the old prices stay: this is no CSV file') })
    expect(await database.query('select id, active from price_books')).toEqual([{ id: '1', active: true }])
  }, 60_000)

  test('follows pages on the same host, waits when it is asked to, and goes nowhere else', async () => {
    let busy = true
    pages.set('/prices?page=1', () => ({ status: 200, body: page(`${origin}/prices?page=2`, item('B1s')) }))
    pages.set('/prices?page=2', () => {
      const status = busy ? 429 : 200
      busy = false
      return { status, body: page(null, item('B2s')) }
    })
    const answer = await prices('import', '--provider', 'azurerm', '--url', `${origin}/prices?page=1`, '--scope', 'vm')
    expect(answer).toEqual({ code: 0, text: expect.stringContaining('azurerm, vm: 2 products with 2 rates') })
    pages.set('/prices?page=2', () => ({ status: 200, body: page('http://169.254.169.254/latest', item('B2s')) }))
    const elsewhere = await prices('import', '--provider', 'azurerm', '--url', `${origin}/prices?page=1`, '--scope', 'vm')
    expect(elsewhere).toEqual({
      code: 1,
      text: expect.stringContaining('names its next one on another host, 169.254.169.254; it is not followed'),
    })
    const [count] = await database.query<{ count: string }>(`select count(*) from price_books where provider = 'azurerm'`)
    expect(count?.count).toBe('1')
  }, 60_000)

  test('explains itself', async () => {
    expect(await prices()).toEqual({ code: 2, text: expect.stringContaining('npm run prices -- <command>') })
    expect((await prices('import', '--provider', 'aws')).text).toContain('say where the prices are')
    expect((await prices('prune')).text).toContain('There was nothing to remove.')
  }, 60_000)
})
