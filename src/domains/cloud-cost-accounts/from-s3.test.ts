import { gzipSync } from 'node:zlib'
import { afterAll, expect, test } from 'vitest'
import { openS3Double, s3Keys } from '../../../test/support/bill-doubles/s3.ts'
import { child, fresh, member, organization, scenario } from '../../../test/support/scenario.ts'
import { useServer } from '../../../test/support/server.ts'
import { must } from '../../../test/support/workshop.ts'
import { readConfig } from '../../config.ts'

const aws = await openS3Double()
const server = useServer({ worker: true, config: { terraform: { ...readConfig({}).terraform, awsEndpoint: aws.url } } })
afterAll(() => aws[Symbol.asyncDispose]())

const ours = '111122223333'
const billed = '999900001111'
const columns = [
  ...['BilledCost', 'BillingAccountId', 'BillingCurrency', 'BillingPeriodStart', 'BillingPeriodEnd', 'ChargeCategory', 'ChargeDescription'],
  ...['ChargePeriodStart', 'ChargePeriodEnd', 'ContractedCost', 'EffectiveCost', 'InvoiceIssuerName', 'ListCost', 'PricingQuantity'],
  ...['PricingUnit', 'ProviderName', 'PublisherName', 'ServiceCategory', 'ServiceName', 'SubAccountId', 'SubAccountName', 'Tags'],
]
/** Lines are kept for some months: a child account takes its part of those. */
const now = new Date()
const firstOf = (month: number) => new Date(Date.UTC(now.getUTCFullYear(), month, 1)).toISOString()
const [begin, end] = [firstOf(now.getUTCMonth() - 1), firstOf(now.getUTCMonth())]
const line = (account: string, cost: string) =>
  [
    ...[cost, billed, 'USD', begin, end, 'Usage', 'hours'],
    ...[begin, begin.replace('01T', '02T'), cost, cost, 'Amazon Web Services', cost, '1', 'Hours'],
    ...['Amazon Web Services', 'Amazon Web Services', 'Compute', 'Amazon EC2', account, `Account ${account}`, '{}'],
  ]
    .map((text) => `"${text.replaceAll('"', '""')}"`)
    .join(',')

async function until<T>(look: () => Promise<T>, isThere: (value: T) => boolean): Promise<T> {
  const end = Date.now() + 60_000
  for (;;) {
    const value = await look()
    if (isThere(value)) return value
    if (Date.now() > end) throw new Error(`it did not come: ${JSON.stringify(value)}`)
    await new Promise((resolve) => setTimeout(resolve, 200))
  }
}

test('a bill in S3 becomes the figures of its account, and its part those of a child account below', { timeout: 150_000 }, async () => {
  const bill = [columns.join(','), line(ours, '10.5'), line(billed, '2.25'), ''].join('\n')
  aws.buckets = { bills: { 'focus/bill.csv.gz': gzipSync(bill) } }
  const [top, sub] = [fresh('top'), fresh('sub')]
  const { ada, bob } = await scenario(server, organization(top, member('ada'), child(sub, member('bob'))))
  const configuration = { engine: 'AWSStorage', bucket: 'bills', region: 'eu-west-1', key: 'focus' }
  for (const [who, org] of [
    [ada, top],
    [bob, sub],
  ] as const)
    await must(
      who.createCredential({
        path: { organization_canonical: org },
        body: { name: 'aws', canonical: 'aws', type: 'aws', path: 'aws', raw: s3Keys },
      }),
    )
  const path = { organization_canonical: top }
  const external_backend = { purpose: 'cost_explorer', configuration, credential_canonical: 'aws' } as never
  const made = (await must(ada.createCloudCostManagementAccount({ path, body: { name: 'The bill', external_backend } }))).body.data
  const at = { ...path, cloud_cost_management_account_canonical: made.canonical }
  const account = async () => (await must(ada.getCloudCostManagementAccount({ path: at }))).body.data
  const done = await until(account, ({ status }) => status !== 'import')
  expect(done.status_message).toBeUndefined()
  expect(done).toMatchObject({ status: 'idle', account_id: billed, phase: expect.any(String) })
  expect(done.last_ingestion_ended_at).toBeGreaterThan(0)
  const linked = (await must(ada.getCloudCostManagementLinkedAccounts({ path: at }))).body.data
  expect(linked.map(({ account_id, name }) => [account_id, name])).toEqual([
    [ours, `Account ${ours}`],
    [billed, `Account ${billed}`],
  ])

  const below = { organization_canonical: sub }
  const part = (
    await must(
      bob.createCloudCostManagementAccountChild({
        path: below,
        body: { credential_canonical: 'aws', parent_account_id: billed, name: 'Our part' },
      }),
    )
  ).body.data
  const there = { ...below, cloud_cost_management_account_canonical: part.canonical }
  await until(
    async () => (await must(bob.getCloudCostManagementAccount({ path: there }))).body.data.status,
    (status) => status !== 'import',
  )
  const imports = (await must(bob.listCloudCostImports({ path: there }))).body.data
  expect(imports.map(({ status, message }) => [status, message])).toEqual([['succeeded', expect.stringContaining('Read')]])
  const months = (await must(bob.listCloudCostMonths({ path: there }))).body.data
  expect(months.map(({ month, billed_cost, currency, state }) => [month, Number(billed_cost), currency, state])).toEqual([
    [begin.slice(0, 7), 10.5, 'USD', 'active'],
  ])
})
