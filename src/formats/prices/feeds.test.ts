import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { describe, expect, test } from 'vitest'
import { awsCsvRates } from './aws-csv.ts'
import { awsJsonRates } from './aws-json.ts'
import { azureRates } from './azure.ts'
import { googleRates } from './google.ts'
import type { NormalisedRate } from './types.ts'

/** Cut anywhere, as a network does. */
async function* pieces(text: string, size = 7) {
  for (let at = 0; at < text.length; at += size) yield text.slice(at, at + size)
}
async function all(rates: AsyncIterable<NormalisedRate>): Promise<NormalisedRate[]> {
  const list: NormalisedRate[] = []
  for await (const rate of rates) list.push(rate)
  return list
}

const header =
  '"SKU","OfferTermCode","RateCode","TermType","PriceDescription","EffectiveDate","StartingRange","EndingRange","Unit","PricePerUnit","Currency","RelatedTo","LeaseContractLength","PurchaseOption","OfferingClass","Product Family","serviceCode","Location","Location Type","Instance Type","Memory","Tenancy","Operating System","License Model","usageType","CapacityStatus","Region Code","Pre Installed S/W","Volume API Name"'
const offer = (...lines: string[]) =>
  [
    '"FormatVersion","v1.0"',
    '"Disclaimer","This pricing list is for informational purposes only, and ""as is""."',
    '"Publication Date","2026-07-01T10:00:00Z"',
    '"Version","20260701100000"',
    '"OfferCode","AmazonEC2"',
    header,
    ...lines,
  ].join('\n')
const instance = (sku: string, capacity: string, price: string, term = 'OnDemand') =>
  `"${sku}","JRTCKXETXF","${sku}.JRTCKXETXF.6YS6EN2CT7","${term}","$${price} per On Demand Linux m5.large","2026-07-01","0","Inf","Hrs","${price}","USD","","","","","Compute Instance","AmazonEC2","EU (Ireland)","AWS Region","m5.large","8 GiB","Shared","Linux","No License required","EU-BoxUsage:m5.large","${capacity}","eu-west-1","NA",""`

describe('a CSV offer of AWS', () => {
  test('gives on-demand prices of capacity that is used, under the names of the JSON file, and says its version', async () => {
    const about = {}
    const text = offer(
      instance('A', 'Used', '0.1070000000'),
      instance('B', 'UnusedCapacityReservation', '0.1070000000'),
      instance('C', 'Used', '0.0700000000', 'Reserved'),
    )
    const rates = await all(awsCsvRates(pieces(text), (more) => Object.assign(about, more)))
    expect(rates).toEqual([
      {
        provider: 'aws',
        sku: 'A',
        service: 'AmazonEC2',
        family: 'Compute Instance',
        region: 'eu-west-1',
        attributes: {
          instanceType: 'm5.large',
          tenancy: 'Shared',
          operatingSystem: 'Linux',
          licenseModel: 'No License required',
          usagetype: 'EU-BoxUsage:m5.large',
          capacitystatus: 'Used',
          preInstalledSw: 'NA',
        },
        purchaseOption: 'on_demand',
        currency: 'USD',
        unit: 'Hrs',
        from: '0',
        to: null,
        price: '0.1070000000',
      },
    ])
    expect(about).toEqual({ version: '20260701100000', publishedAt: '2026-07-01T10:00:00Z' })
  })

  test('keeps tiers, and forgives short lines, long lines and quotes within texts', async () => {
    const tier = (from: string, to: string, price: string, text: string, rest: string) =>
      `"S","J","S.J.${from}","OnDemand",${text},"2026-07-01","${from}","${to}","GB-Mo","${price}","USD","","","","","Storage","AmazonS3"${rest}`
    const text = offer(
      tier('0', '51200', '0.0230000000', '"first "50" TB"', ',"US East","AWS Region","","","","","","TimedStorage-ByteHrs"'),
      tier(
        '51200',
        'Inf',
        '0.0220000000',
        '"over 50 TB, next"',
        ',"US East","AWS Region","","","","","","TimedStorage-ByteHrs","","us-east-1","","","more","and more"',
      ),
      '"broken"',
      '',
    )
    const rates = await all(awsCsvRates(pieces(text, 1000)))
    expect(rates.map(({ from, to, price, region }) => [from, to, price, region])).toEqual([
      ['0', '51200', '0.0230000000', 'us-east-1'],
      ['51200', null, '0.0220000000', 'us-east-1'],
    ])
  })

  test('takes the region of files without a column for it from how a use is called', async () => {
    const text = offer(instance('A', 'Used', '1').replace('"eu-west-1"', '""'))
    expect((await all(awsCsvRates(pieces(text)))).map(({ region }) => region)).toEqual(['eu-west-1'])
  })

  test('that is none is refused in words', async () => {
    await expect(all(awsCsvRates(pieces('a,b\n'.repeat(30))))).rejects.toThrow('this is no CSV file of an AWS offer')
    await expect(all(awsCsvRates(pieces('')))).rejects.toThrow('no CSV file')
  })
})

test('a JSON offer of AWS gives the same', async () => {
  const product = (capacitystatus: string) => ({
    productFamily: 'Compute Instance',
    attributes: { servicecode: 'AmazonEC2', regionCode: 'eu-west-1', instanceType: 'm5.large', capacitystatus, preInstalledSw: 'NA' },
  })
  const dimension = (beginRange: string, endRange: string, USD: string) => ({ unit: 'Hrs', beginRange, endRange, pricePerUnit: { USD } })
  const text = JSON.stringify({
    formatVersion: 'v1.0',
    offerCode: 'AmazonEC2',
    version: '1',
    publicationDate: '2026-07-01T00:00:00Z',
    products: { A: { sku: 'A', ...product('Used') }, B: { sku: 'B', ...product('AllocatedCapacityReservation') } },
    terms: {
      OnDemand: {
        A: { 'A.J': { priceDimensions: { x: dimension('0', '10', '0.2'), y: dimension('10', 'Inf', '0.1') } } },
        B: { 'B.J': { priceDimensions: { x: dimension('0', 'Inf', '0.2') } } },
      },
      Reserved: { A: { 'A.R': { priceDimensions: { x: dimension('0', 'Inf', '9') } } } },
    },
  })
  const rates = await all(awsJsonRates(pieces(text)))
  expect(rates.map(({ sku, from, to, price }) => [sku, from, to, price])).toEqual([
    ['A', '0', '10', '0.2'],
    ['A', '10', null, '0.1'],
  ])
  expect(rates[0]).toMatchObject({ service: 'AmazonEC2', region: 'eu-west-1', unit: 'Hrs', attributes: { instanceType: 'm5.large' } })
  await expect(all(awsJsonRates(pieces('{"products": {')))).rejects.toThrow('no valid JSON')
})

test('pages of Azure: consumption that holds today; spot apart; what has no region is everywhere', async () => {
  const item = (more: object) => ({
    currencyCode: 'USD',
    tierMinimumUnits: 0,
    retailPrice: 0.000012,
    unitPrice: 0.000012,
    armRegionName: 'westeurope',
    effectiveStartDate: '2020-01-01T00:00:00Z',
    meterId: 'm',
    meterName: 'B1s',
    skuId: 's',
    skuName: 'B1s',
    productName: 'Virtual Machines BS Series',
    serviceName: 'Virtual Machines',
    serviceFamily: 'Compute',
    unitOfMeasure: '1 Hour',
    type: 'Consumption',
    armSkuName: 'Standard_B1s',
    ...more,
  })
  const page = (...Items: object[]) => JSON.stringify({ BillingCurrency: 'USD', Items, NextPageLink: null, Count: Items.length })
  const text =
    page(
      item({}),
      item({ type: 'Reservation' }),
      item({ type: 'DevTestConsumption' }),
      item({ effectiveEndDate: '2021-01-01T00:00:00Z' }),
    ) + page(item({ skuId: 't', skuName: 'B1s Spot' }), item({ skuId: 'u', armRegionName: 'Global', tierMinimumUnits: 5 }))
  const rates = await all(azureRates(pieces(text), new Date('2026-01-01')))
  expect(rates.map(({ sku, region, purchaseOption, from, price }) => [sku, region, purchaseOption, from, Number(price)])).toEqual([
    ['s/m', 'westeurope', 'on_demand', '0', 0.000012],
    ['t/m', 'westeurope', 'spot', '0', 0.000012],
    ['u/m', '', 'on_demand', '5', 0.000012],
  ])
})

test('pages of Google: a product for each region, prices of units and billionths, tiers that end where the next begins', async () => {
  const sku = {
    skuId: 'AAAA-BBBB',
    description: 'Storage PD Capacity',
    category: { serviceDisplayName: 'Compute Engine', resourceFamily: 'Storage', resourceGroup: 'PDStandard', usageType: 'OnDemand' },
    serviceRegions: ['us-central1', 'global'],
    pricingInfo: [
      {
        pricingExpression: {
          usageUnit: 'GiBy.mo',
          tieredRates: [
            { startUsageAmount: 0, unitPrice: { currencyCode: 'USD', units: '0', nanos: 0 } },
            { startUsageAmount: 30, unitPrice: { currencyCode: 'USD', units: '1', nanos: 40000000 } },
          ],
        },
      },
    ],
  }
  const committed = { ...sku, skuId: 'C', category: { ...sku.category, usageType: 'Commit1Yr' } }
  const rates = await all(googleRates(pieces(JSON.stringify({ skus: [sku, committed], nextPageToken: '' }))))
  expect(rates.map(({ region, from, to, price }) => [region, from, to, price])).toEqual([
    ['us-central1', '0', '30', '0.000000000'],
    ['us-central1', '30', null, '1.040000000'],
    ['', '0', '30', '0.000000000'],
    ['', '30', null, '1.040000000'],
  ])
})

test('a large file takes no more memory than a small one', { retry: 2, timeout: 60_000 }, async () => {
  const line = instance('SKU', 'Used', '0.1')
  async function* large(megabytes: number) {
    yield offer()
    const block = `\n${Array.from({ length: 200 }, () => line).join('\n')}`
    for (let sent = 0; sent < megabytes * 2 ** 20; sent += block.length) yield block
  }
  // What is still needed, not what was not swept up yet: that depends on everything else in this process.
  setFlagsFromString('--expose-gc')
  const sweep = runInNewContext('gc') as () => void
  const kept = () => {
    sweep()
    return process.memoryUsage().heapUsed
  }
  const before = kept()
  let highest = 0
  let rates = 0
  for await (const _ of awsCsvRates(large(60))) if (++rates % 50_000 === 0) highest = Math.max(highest, kept())
  expect(rates).toBeGreaterThan(100_000)
  expect(highest - before).toBeLessThan(30 * 2 ** 20)
})
