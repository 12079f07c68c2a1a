/**
 * Prices that come with the platform, so that estimates work from the first start: facts of public price lists in one region of each
 * provider. Books that somebody imports go before them.
 */
import { readFile } from 'node:fs/promises'
import { AccountTx } from '../../../db/account-tx.ts'
import type { Database } from '../../../db/pool.ts'
import type { NormalisedRate } from '../../../formats/prices/types.ts'
import { importBook } from './books.ts'
import { listStarterVersions } from './queries.ts'

/** To be raised with every change of the files in src/estimate/starter. */
export const starterVersion = '1'
const providers = ['aws', 'azurerm', 'google'] as const

/** Service, family, region, attributes, unit in our words, and from which quantity on a unit costs how much. */
type Fact = [service: string, family: string, region: string, Record<string, string>, unit: string, tiers: [from: string, price: string][]]

interface StarterFile {
  published: string
  source: string
  url: string
  products: Fact[]
}

/**
 * Loads them when they are not there, or are of an older version. Costs one small question otherwise.
 * @returns the providers whose prices were loaded
 */
export async function loadStarterPrices(database: Database): Promise<string[]> {
  const there = await AccountTx.read(database, { kind: 'platform' }, listStarterVersions)
  const missing = providers.filter((provider) => !there.some((one) => one.provider === provider && isNewEnough(one.version)))
  for (const provider of missing) {
    const { published, source, url, products } = await readData<StarterFile>(`${provider}.json`)
    const machines = provider === 'aws' ? await machineFacts() : []
    await importBook(database, {
      provider,
      scope: 'starter',
      source,
      sourceUrl: url,
      rates: [...products, ...machines].flatMap((fact, index) => ratesOf(provider, fact, index)),
      facts: () => ({ version: starterVersion, publishedAt: new Date(published) }),
      force: true,
    })
  }
  return missing
}

/** An older process beside a newer one leaves the newer prices alone. */
const isNewEnough = (version: string): boolean => Number(version) >= Number(starterVersion)

const readData = async <T>(name: string): Promise<T> =>
  JSON.parse(await readFile(new URL(`../../../estimate/starter/${name}`, import.meta.url), 'utf8')) as T

async function machineFacts(): Promise<Fact[]> {
  const { region, instances } = await readData<{ region: string; instances: string[] }>('aws-ec2.json')
  return instances.map((text): Fact => {
    const [instanceType = '', price = ''] = text.split(' ')
    const family = instanceType.includes('.metal') ? 'Compute Instance (bare metal)' : 'Compute Instance'
    const attributes = {
      instanceType,
      tenancy: 'Shared',
      operatingSystem: 'Linux',
      preInstalledSw: 'NA',
      licenseModel: 'No License required',
      capacitystatus: 'Used',
      usagetype: `BoxUsage:${instanceType}`,
    }
    return ['AmazonEC2', family, region, attributes, 'hour', [['0', price]]]
  })
}

function ratesOf(
  provider: NormalisedRate['provider'],
  [service, family, region, attributes, unit, tiers]: Fact,
  index: number,
): NormalisedRate[] {
  const product = { provider, sku: `starter-${index + 1}`, service, family, region, attributes }
  return tiers.map(([from, price], tier) => ({
    ...product,
    purchaseOption: 'on_demand',
    currency: 'USD',
    unit,
    from,
    to: tiers[tier + 1]?.[0] ?? null,
    price,
  }))
}
