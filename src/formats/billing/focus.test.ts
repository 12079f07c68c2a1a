import { describe, expect, test } from 'vitest'
import { fileOf, type Line, linesOf } from '../../../test/support/read-bills.ts'
import { categoryOf, classOf, regionOf } from './categories.ts'
import { providerOf } from './providers.ts'

const base: Record<string, string> = {
  BilledCost: '1.5',
  EffectiveCost: '1.25',
  BillingCurrency: 'USD',
  BillingPeriodStart: '2026-07-01T00:00:00Z',
  BillingPeriodEnd: '2026-08-01T00:00:00Z',
  ChargePeriodStart: '2026-07-31T23:00:00Z',
  ChargeCategory: 'Usage',
  ProviderName: 'AWS',
  ServiceName: 'Amazon EC2',
}
const quoted = (text: string) => `"${text.replaceAll('"', '""')}"`
async function lineWith(columns: Record<string, string>): Promise<Line> {
  const row = { ...base, ...columns }
  const [line] = await linesOf(fileOf(`${Object.keys(row).map(quoted).join(',')}\n${Object.values(row).map(quoted).join(',')}\n`))
  if (!line) throw new Error('nothing was read')
  return line
}
const tags = async (value: unknown) => (await lineWith({ Tags: typeof value === 'string' ? value : JSON.stringify(value) })).tags

describe('a line of FOCUS', () => {
  test('of any version keeps the columns it knows, and those of the provider', async () => {
    const line = await lineWith({
      ...{ SkuPriceDetails: '{"InstanceType":"m7g.xlarge"}', InvoiceId: 'INV-1', SubAccountType: 'Account', ServiceCategory: 'Compute' },
      ...{ ServiceSubcategory: 'Containers', RegionId: 'NULL', AvailabilityZone: 'eu-west-3b', Unknown: 'left out', ChargeClass: 'NULL' },
      ...{ CommitmentDiscountQuantity: '2', x_Discounts: '{"a":1}', x_ServiceCode: 'AmazonEKS', x_Nothing: '', ResourceName: 'web-1' },
      ...{ ResourceId: 'i-1', ListCost: 'NULL', ContractedCost: '1.4' },
    })
    expect(line).toMatchObject({
      ...{ billed: '1.5', effective: '1.25', list: null, contracted: '1.4', resource: 'i-1', end: '2026-07-31T23:00:00Z' },
      dimension: { instance_type: 'm7g.xlarge', category: 'containers', region: 'eu-west-3' },
      focus: { InvoiceId: 'INV-1', SubAccountType: 'Account', x_ServiceCode: 'AmazonEKS' },
    })
    expect(JSON.parse(line.extra ?? '')).toEqual({ CommitmentDiscountQuantity: '2', x_Discounts: '{"a":1}' })
    for (const gone of ['Unknown', 'ChargeClass', 'RegionId', 'BillingPeriodStart', 'BillingPeriodEnd', 'BilledCost'])
      expect(line.focus).not.toHaveProperty(gone)
  })

  test('costs effectively what is billed where it says nothing else', async () => {
    expect((await lineWith({ EffectiveCost: 'NULL' })).effective).toBe('1.5')
  })

  test('of a period that is no month says so', async () => {
    const line = await lineWith({ BillingPeriodStart: '2026-07-05T00:00:00Z', BillingPeriodEnd: '2026-08-05T00:00:00Z' })
    expect([line.period, line.focus['BillingPeriodStart'], line.focus['BillingPeriodEnd']]).toEqual([
      '2026-07-01',
      '2026-07-05T00:00:00Z',
      '2026-08-05T00:00:00Z',
    ])
  })
})

describe('tags', () => {
  test('are texts, in one order', async () => {
    expect(await tags({ b: 'x', a: 1, c: null, d: true, e: { f: [1] } })).toEqual({ a: '1', b: 'x', c: '', d: 'true', e: '{"f":[1]}' })
    for (const nothing of ['', 'NULL', '{}', 'null']) expect(await tags(nothing)).toBeNull()
  })

  test('that are hostile are made harmless', async () => {
    const hostile = await tags('{"__proto__":"x","constructor":"y","nul\\u0000":"a\\u0000b","half\\ud800":"\\udc00","":"empty"}')
    expect(Object.entries(hostile ?? {})).toEqual([
      ['constructor', 'y'],
      ['half\ufffd', '\ufffd'],
      ['nul', 'ab'],
    ])
    expect(Object.keys((await tags(Object.fromEntries(Array.from({ length: 10_000 }, (_, n) => [`k${n}`, 'v'])))) ?? {})).toHaveLength(256)
    const [[key, value] = ['', '']] = Object.entries((await tags({ ['k'.repeat(5000)]: 'v'.repeat(5000) })) ?? {})
    expect([key.length, value.length]).toEqual([256, 1024])
    await expect(tags(`${'['.repeat(100_000)}`)).rejects.toThrow('which is not a JSON object')
    await expect(tags(`{"a":${'['.repeat(50_000)}${']'.repeat(50_000)}}`)).rejects.toThrow('which is not a JSON object')
  })
})

test('texts that are absurdly long, or that Postgres refuses, are cut and cleaned', async () => {
  const line = await lineWith({ SubAccountId: 'a'.repeat(10_000), ChargeDescription: 'd'.repeat(10_000), ResourceId: 'r\u0000s' })
  expect(line.dimension.linked_account).toHaveLength(200)
  expect(line.focus['ChargeDescription']).toHaveLength(4096)
  expect(line.resource).toBe('rs')
})

test.each([
  ['AWS', 'aws'],
  ['Amazon Web Services, Inc.', 'aws'],
  ['Microsoft', 'azurerm'],
  ['Microsoft Corporation', 'azurerm'],
  ['Google Cloud', 'google'],
  ['Google LLC', 'google'],
  ['Oracle', 'oracle'],
  ['Alibaba Cloud', 'alibaba'],
  ['OVHcloud', 'ovh'],
  ['Snowflake Inc.', 'snowflake-inc'],
  ['__proto__', 'proto'],
])('the provider %s is %s', (name, canonical) => {
  expect(providerOf(name)).toBe(canonical)
})

test('categories of FOCUS have theirs', () => {
  expect(['Compute', 'AI and Machine Learning', 'Identity', 'Media', 'Web', ''].map((name) => categoryOf(name))).toEqual([
    'compute',
    'machine_learning',
    'security',
    'multimedia',
    'other',
    'other',
  ])
  expect(categoryOf('Compute', 'Containers')).toBe('containers')
})

test('what has no id of a resource keeps the type and the name that the bill gives', async () => {
  const text = [
    'BilledCost,EffectiveCost,BillingCurrency,BillingPeriodStart,ChargePeriodStart,ChargeCategory,ProviderName,ServiceName,ResourceId,ResourceName,ResourceType,x_Own',
    '1,1,USD,2026-07-01,2026-07-02,Usage,AWS,S3,NULL,NULL,bucket,',
    '1,1,USD,2026-07-01,2026-07-02,Usage,AWS,S3,,photos,bucket,mine',
    '1,1,USD,2026-07-01,2026-07-02,Usage,AWS,S3,b-1,photos,bucket,mine',
    '1,1,USD,2026-07-01,2026-07-02,Usage,AWS,S3,,,,',
  ]
  const extras = (await linesOf(fileOf(text.join('\n')))).map(({ extra }) => extra)
  expect(extras.map((extra) => extra && JSON.parse(extra))).toEqual([
    { ResourceType: 'bucket' },
    { ResourceName: 'photos', ResourceType: 'bucket', x_Own: 'mine' },
    { x_Own: 'mine' },
    null,
  ])
})

test.each([
  ['AmazonS3', 'Storage'],
  ['Amazon Simple Storage Service', 'Storage'],
  ['Storage Accounts', undefined],
  ['Virtual Machines', 'Compute'],
  ['Azure Kubernetes Service', 'Compute'],
  ['Cloud SQL', 'Databases'],
  ['Compute Engine', 'Compute'],
  ['BigQuery', 'Analytics'],
  ['Vertex AI', 'AI and Machine Learning'],
  ['Key Vault', 'Security'],
  ['constructor', undefined],
])('the service %s belongs to %s', (name, category) => {
  expect(classOf(name)?.category).toBe(category)
})

test('a region is what the bill calls so, or where the zone is, or global', () => {
  expect(regionOf('eu-west-1', 'eu-west-1a')).toBe('eu-west-1')
  expect(['us-east-1a', 'us-west-2-lax-1a', 'europe-west1-b', 'ap-southeast-2', ''].map((zone) => regionOf('', zone))).toEqual([
    'us-east-1',
    'us-west-2',
    'europe-west1',
    'ap-southeast-2',
    'global',
  ])
  expect(regionOf('', 'qqjL:PHX-AD-3', 'us-phoenix-1')).toBe('us-phoenix-1')
})
