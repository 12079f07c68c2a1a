/** The prices of ../shared/data/prices, as a file that AWS would publish. */
import { createReadStream, existsSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { createGunzip } from 'node:zlib'
import type { Database } from '../../src/db/pool.ts'
import { importBook } from '../../src/domains/cost-estimation/books/books.ts'
import { awsCsvRates } from '../../src/formats/prices/aws-csv.ts'

const data = new URL('../../../shared/data/', import.meta.url).pathname
const file = `${data}prices/aws-eu-west-1-2023-02.jsonl.gz`
export const planFile = (name: string): string => `${data}plans/${name}.json`
export const pricesAreThere = existsSync(file) && existsSync(planFile('aws-asg-plan'))
export const whyNoPrices = 'needs the prices and plans in ../shared/data'

interface Line {
  service: string
  family: string
  location: string
  sku: string
  attributes: Record<string, string>
  currency: string
  unit: string
  price: string
  price_attributes: { StartingRange: string; EndingRange?: string }
}

/** Names of attributes in the data, and of columns in an offer. */
const columns = {
  Tenancy: 'Tenancy',
  UsageType: 'usageType',
  InstanceType: 'Instance Type',
  LicenseModel: 'License Model',
  CapacityStatus: 'CapacityStatus',
  PreInstalledSW: 'Pre Installed S/W',
  OperatingSystem: 'Operating System',
  DatabaseEngine: 'Database Engine',
  DatabaseEdition: 'Database Edition',
  DeploymentOption: 'Deployment Option',
  Group: 'Group',
  VolumeType: 'Volume Type',
  CacheEngine: 'Cache Engine',
  VolumeAPIName: 'Volume API Name',
}

const line = (fields: readonly string[]) => `${fields.map((field) => `"${field.replaceAll('"', '""')}"`).join(',')}\n`

export async function* sharedOffer(): AsyncGenerator<string> {
  yield line(['FormatVersion', 'v1.0']) + line(['Publication Date', '2023-02-01T00:00:00Z']) + line(['Version', 'shared'])
  const rate = ['SKU', 'TermType', 'StartingRange', 'EndingRange', 'Unit', 'PricePerUnit', 'Currency', 'Product Family']
  yield line([...rate, 'serviceCode', 'Region Code', 'Location Type', ...Object.values(columns)])
  let block = ''
  for await (const text of createInterface(createReadStream(file).pipe(createGunzip()))) {
    const { sku, unit, price, currency, family, service, location, attributes, price_attributes: range } = JSON.parse(text) as Line
    const place = [service, location, location === '' ? 'Other' : 'AWS Region']
    const rated = [sku, 'OnDemand', range.StartingRange, range.EndingRange ?? '', unit, price, currency, family]
    block += line([...rated, ...place, ...Object.keys(columns).map((name) => attributes[name] ?? '')])
    if (block.length > 100_000) {
      yield block
      block = ''
    }
  }
  yield block
}

export const importShared = (database: Database, scope = 'shared') =>
  importBook(database, {
    provider: 'aws',
    scope,
    source: 'shared data',
    rates: awsCsvRates(sharedOffer()),
    facts: () => ({ version: 'shared', publishedAt: new Date('2023-02-01') }),
  })
