import { afterAll, beforeAll, expect, test } from 'vitest'
import { type CostWorld, costWorld, type Line, loadMonth, newAccount, showMonth } from '../../../test/support/cost-store.ts'
import type { FocusRow } from '../types.ts'

let world: CostWorld
beforeAll(async () => {
  world = await costWorld()
})
afterAll(() => world[Symbol.asyncDispose]())

const july = '2026-07-01'
async function all(parts: AsyncIterable<FocusRow[]>): Promise<FocusRow[]> {
  const rows: FocusRow[] = []
  for await (const part of parts) rows.push(...part)
  return rows
}

test('a line comes back with the columns of FOCUS that it came with', async () => {
  const acme = await world.organization('focus')
  await showMonth(world, acme, july, [
    {
      day: '2026-07-31',
      billed: '0.00000080000',
      effective: '-1',
      resource: 'arn:aws:ec2:…/i-1',
      name: 'web-1',
      tags: { project: 'web', Name: 'a "b"' },
      focus: { ServiceCategory: 'Compute', ChargeDescription: 'an hour', RegionId: 'eu-west-1' },
      consumed: '24',
      extra: '{"InvoiceId":"4711","x_Note":"ü"}',
    },
    // The place was found out from something else in the bill, which has no id of a region.
    { resource: null, dimension: { region: 'eu-west-1', record_type: 'tax' } },
  ])
  const common = {
    BillingPeriodStart: '2026-07-01T00:00:00Z',
    BillingPeriodEnd: '2026-08-01T00:00:00Z',
    BillingAccountId: '100000000001',
    BillingCurrency: 'USD',
    SubAccountId: '200000000002',
    SubAccountName: 'Web',
    ServiceName: 'AmazonEC2',
    PricingQuantity: '1',
  }
  expect(await all(world.store.lines(acme.scope, { period: july, costAccountIds: null }))).toEqual([
    {
      ...common,
      ChargeCategory: 'Usage',
      ServiceCategory: 'Compute',
      ChargeDescription: 'an hour',
      RegionId: 'eu-west-1',
      ResourceId: 'arn:aws:ec2:…/i-1',
      ResourceName: 'web-1',
      ResourceType: 'machine',
      Tags: '{"Name":"a \\"b\\"","project":"web"}',
      BilledCost: '0.00000080000',
      EffectiveCost: '-1',
      ContractedCost: '0.00000080000',
      ConsumedQuantity: '24',
      ChargePeriodStart: '2026-07-31T10:00:00Z',
      ChargePeriodEnd: '2026-07-31T11:00:00Z',
      InvoiceId: '4711',
      x_Note: 'ü',
    },
    {
      ...common,
      ChargeCategory: 'Tax',
      BilledCost: '1',
      EffectiveCost: '1',
      ContractedCost: '1',
      ChargePeriodStart: '2026-07-01T10:00:00Z',
      ChargePeriodEnd: '2026-07-01T11:00:00Z',
    },
  ])
})

test('lines come in parts, each once, in the same order every time, and only those that are asked for', async () => {
  const acme = await world.organization('parts')
  const second = { ...acme, account: await newAccount(acme.scope, 'second') }
  const line = (prefix: string, n: number): Line => ({
    resource: `${prefix}-${n}`,
    dimension: { linked_account: String(n % 3) },
    ...(n % 500 === 0 ? { extra: JSON.stringify({ x_Long: 'x'.repeat(1_500_000) }) } : {}),
  })
  const lines = (prefix: string, count: number) => Array.from({ length: count }, (_, n) => line(prefix, n))
  await showMonth(world, acme, july, lines('old', 100))
  await showMonth(world, acme, july, lines('first', 7000), { digest: 'corrected' })
  await showMonth(world, second, july, lines('second', 50))
  await loadMonth(world, second, july, lines('unseen', 10), { digest: 'next' })
  await showMonth(world, acme, '2026-08-01', lines('august', 10))
  const read = (which: { costAccountIds: number[] | null; linkedAccount?: string }) =>
    all(world.store.lines(acme.scope, { period: july, ...which }))
  const rows = await read({ costAccountIds: null })
  const expected = [...lines('first', 7000), ...lines('second', 50)].map(({ resource }) => resource)
  expect(rows.map(({ ResourceId }) => ResourceId).sort()).toEqual(expected.sort())
  expect(await read({ costAccountIds: null })).toEqual(rows)
  expect((await read({ costAccountIds: [second.account] })).length).toBe(50)
  expect(await read({ costAccountIds: [] })).toEqual([])
  const linked = await read({ costAccountIds: [acme.account], linkedAccount: '1' })
  expect(linked.length).toBe(2333)
  expect(new Set(linked.map(({ SubAccountId }) => SubAccountId))).toEqual(new Set(['1']))
})

test('lines of a linked account are found however its letters are written, and in its filters it is one', async () => {
  const acme = await world.organization('letters')
  const id = 'abcdef00-997c-491d-b0c1-8414dccfcf42'
  const account = (linked_account: string, resource: string): Line => ({ resource, dimension: { provider: 'azurerm', linked_account } })
  await showMonth(world, acme, july, [
    account(id, 'a'),
    account(id.toUpperCase(), 'b'),
    account(`/Subscriptions/${id.toUpperCase()}`, 'c'),
    account('12345', 'd'),
    { resource: 'e', dimension: { linked_account: id.toUpperCase() } },
  ])
  for (const linkedAccount of [id, id.toUpperCase(), `/subscriptions/${id}`]) {
    const rows = await all(world.store.lines(acme.scope, { period: july, costAccountIds: null, linkedAccount }))
    expect(rows.map(({ ResourceId }) => ResourceId)).toEqual(['a', 'b', 'c', 'e'])
  }
  const linked = await world.test.query(
    `select account_id from cost_linked_accounts where organization_id = $1 and cloud_provider = 'azurerm' order by 1`,
    [acme.scope.organizationId],
  )
  expect(linked.map(({ account_id }) => account_id)).toEqual([`/subscriptions/${id}`, '12345', id])
})

test('lines that go away meanwhile are missed', async () => {
  const acme = await world.organization('meanwhile')
  await showMonth(
    world,
    acme,
    july,
    Array.from({ length: 9000 }, (_, n) => ({ resource: `i-${n}` })),
  )
  const reading = async () => {
    for await (const _ of world.store.lines(acme.scope, { period: july, costAccountIds: null }))
      await world.test.query('delete from cost_lines where organization_id = $1', [acme.scope.organizationId])
  }
  await expect(reading()).rejects.toThrow('were read anew in the meantime')
})

test('a bill whose period is no month says so of its lines, whichever month they are counted in', async () => {
  const acme = await world.organization('mid-month')
  const period = { BillingPeriodStart: '2026-06-15T00:00:00Z', BillingPeriodEnd: '2026-07-15T00:00:00Z' }
  await showMonth(world, acme, july, [{ focus: period }])
  expect(await all(world.store.lines(acme.scope, { period: july, costAccountIds: null }))).toMatchObject([period])
})
