import fc from 'fast-check'
import { beforeAll, describe, expect, test } from 'vitest'
import type { Client } from '../../../test/support/client.ts'
import { bringMonth, type Charge, costAccount, idOf } from '../../../test/support/cost-charges.ts'
import {
  chargesOf,
  dayOf,
  expectedLeaves,
  keyOf,
  leavesOf,
  monthOf,
  projectOf,
  rules,
  sorted,
  totalOf,
  weekOf,
} from '../../../test/support/cost-world.ts'
import { fresh, member, organization, role, scenario } from '../../../test/support/scenario.ts'
import { useServer } from '../../../test/support/server.ts'
import type { Input, Schema } from '../../contract/operation.ts'

const server = useServer()
const june = chargesOf('2026-06-01', 400, 6)
const july = chargesOf('2026-07-01', 500, 7)
const all = [...june, ...july]
const path = { organization_canonical: fresh('acme') }
const both = { begin: '2026-06-01', end: '2026-08-01', currency: 'USD', granularity: 'month' } as const
let ada: Client
let mia: Client

beforeAll(async () => {
  const cast = await scenario(
    server,
    organization(path.organization_canonical, member('ada'), role('guest', ['organization:read']), member('mia', 'guest')),
  )
  ada = cast.ada
  mia = cast.mia
  const id = await idOf(server, path.organization_canonical)
  const account = await costAccount({ database: server.platform.database, organizationId: id }, 'main-bill')
  await bringMonth(server.platform, id, account, '2026-06-01', june, rules)
  await bringMonth(server.platform, id, account, '2026-07-01', july, rules)
})

type Bucket = Schema<'CloudCostManagementBucket'>
type DetailsQuery = Input<'getCloudCostManagementProviderDetails'>['query']
const aws = (charge: Charge) => charge.provider === 'aws'
const details = async (query: Partial<DetailsQuery>, provider_canonical = 'aws') => {
  const answer = await ada.getCloudCostManagementProviderDetails({ path: { ...path, provider_canonical }, query: { ...both, ...query } })
  expect(answer).toHaveStatus(200)
  return answer.body.data
}

describe('the dashboard', () => {
  test('adds up to what was billed, by provider over time', async () => {
    const { data } = (await ada.getCloudCostManagementDashboard({ path, query: both })).body
    expect(data.total_cost).toBe(totalOf(all))
    expect(data.providers.cost).toBe(totalOf(all))
    expect(sorted(leavesOf(data.providers.buckets))).toEqual(sorted(expectedLeaves(all, [({ provider = '' }) => provider, monthOf])))
    expect(data.providers.buckets[0]?.buckets?.map(({ value }) => value)).toEqual(['2026-06', '2026-07'])
  })

  test('shows the five projects that cost most, and no unattributed cost among them', async () => {
    const { data } = (await ada.getCloudCostManagementDashboard({ path, query: both })).body
    const named = all.filter((charge) => projectOf(charge) !== '')
    const byProject = [...expectedLeaves(named, [projectOf])].sort(([, a], [, b]) => b - a).map(([key]) => JSON.parse(key)[0] as string)
    expect(byProject).toHaveLength(6)
    const five = new Set(byProject.slice(0, 5))
    const expected = named.filter((charge) => five.has(projectOf(charge)))
    expect(sorted(leavesOf(data.projects.buckets))).toEqual(sorted(expectedLeaves(expected, [monthOf, projectOf])))
    expect(data.projects.cost).toBe(totalOf(expected))
    expect(data.project_resources.map(({ project }) => project)).toEqual(byProject)
  })

  test('counts the resources of each project, and those that were never charged for before', async () => {
    const { data } = (await ada.getCloudCostManagementDashboard({ path, query: { ...both, begin: '2026-07-01' } })).body
    const known = new Set(june.map(({ resource }) => resource))
    for (const { project, cost, providers } of data.project_resources) {
      const mine = july.filter((charge) => projectOf(charge) === project)
      expect(cost).toBe(totalOf(mine))
      for (const { provider, resources, new_resources, ...amount } of providers) {
        const there = mine.filter((charge) => charge.provider === provider)
        const ids = new Set(there.map(({ resource }) => resource))
        expect([resources, new_resources, amount.cost]).toEqual([ids.size, [...ids].filter((id) => !known.has(id)).length, totalOf(there)])
      }
    }
  })

  test('counts days, where the period is not of whole months', async () => {
    const query = { ...both, begin: '2026-07-05', end: '2026-07-12' }
    const { data } = (await ada.getCloudCostManagementDashboard({ path, query })).body
    const week = july.filter(({ day }) => day >= '2026-07-05' && day < '2026-07-12')
    expect(data.total_cost).toBe(totalOf(week))
    for (const { project, providers } of data.project_resources)
      for (const { provider, resources } of providers) {
        const there = week.filter((charge) => projectOf(charge) === project && charge.provider === provider)
        expect(resources).toBe(new Set(there.map(({ resource }) => resource)).size)
      }
  })

  test('is narrowed by its filters, all of which must hold', async () => {
    const query = { ...both, projects: ['web-shop', 'data'], record_types: ['usage'], linked_accounts: ['222222222222'] }
    const { data } = (await ada.getCloudCostManagementDashboard({ path, query })).body
    const some = all.filter(
      (charge) =>
        ['web-shop', 'data'].includes(projectOf(charge)) && charge.record_type === 'usage' && charge.linked_account === '222222222222',
    )
    expect(data.total_cost).toBe(totalOf(some))
    expect(data.filter_values).toMatchObject({ linked_accounts: ['222222222222'], projects: ['data', 'web-shop'] })
  })

  test('is empty without costs', async () => {
    const { data } = (await ada.getCloudCostManagementDashboard({ path, query: { ...both, begin: '2020-01-01', end: '2021-01-01' } })).body
    expect(data).toMatchObject({
      total_cost: 0,
      total_kwh: 0,
      project_resources: [],
      providers: { cost: 0, buckets: [] },
      projects: { buckets: [] },
    })
  })
})

describe('other pages', () => {
  test('projects over time, and by provider', async () => {
    const { data } = (await ada.getCloudCostManagementProjectsDashboard({ path, query: both })).body
    expect(sorted(leavesOf(data.projects.buckets))).toEqual(sorted(expectedLeaves(all, [monthOf, projectOf])))
    expect(sorted(leavesOf(data.project_providers.buckets))).toEqual(
      sorted(expectedLeaves(all, [projectOf, ({ provider = '' }) => provider])),
    )
    expect(data.projects.cost).toBe(totalOf(all))
  })

  test.each([
    ['day', dayOf],
    ['week', weekOf],
    ['month', monthOf],
  ] as const)('all providers by %s', async (granularity, time) => {
    const { cost_histogram } = (await ada.getCloudCostManagementProviders({ path, query: { ...both, granularity } })).body.data
    expect(sorted(leavesOf(cost_histogram.buckets))).toEqual(sorted(expectedLeaves(all, [({ provider = '' }) => provider, time])))
  })

  test('a provider with its filters has the same figures as without', async () => {
    const { data } = (await ada.getCloudCostManagementProvider({ path: { ...path, provider_canonical: 'aws' }, query: both })).body
    expect(data.cost_histogram).toEqual(await details({}))
    expect(data.filter_values).toMatchObject({ services: ['AmazonEC2', 'AmazonRDS', 'AmazonS3'], providers: ['aws'] })
  })

  test('effective costs are shown to who asks for them, or by the settings', async () => {
    const { cost } = await details({ cost_type: 'effective' })
    const expected = expectedLeaves(all.filter(aws), [() => ''], 'effective').get('[""]')
    expect(cost).toBe(expected)
    const settings = (await ada.getCloudCostSettings({ path })).body.data
    await ada.updateCloudCostSettings({ path, body: { ...settings, cost_type: 'effective' } })
    expect((await details({})).cost).toBe(expected)
    await ada.updateCloudCostSettings({ path, body: settings })
    expect((await details({})).cost).toBe(totalOf(all.filter(aws)))
  })

  test('energy is estimated where the bill says enough, and the share of that is told', async () => {
    const { kwh, co2e, energy_coverage = 0 } = await details({})
    expect(kwh).toBeGreaterThan(0)
    expect(co2e).toBeGreaterThan(0)
    expect(energy_coverage).toBeGreaterThan(0)
    expect(energy_coverage).toBeLessThan(1)
  })
})

describe('group_by', () => {
  const dimensions = Object.keys(keyOf) as (keyof typeof keyOf)[]

  test('splits in any order, by day, week or month, and always adds up to the same', async () => {
    const orders = fc.tuple(
      fc.shuffledSubarray(dimensions, { minLength: 0, maxLength: 4 }),
      fc.constantFrom(['day', dayOf] as const, ['week', weekOf] as const, ['month', monthOf] as const),
    )
    await fc.assert(
      fc.asyncProperty(orders, async ([group_by, [granularity, time]]) => {
        const histogram = await details({ group_by, granularity })
        expect(histogram.cost).toBe(totalOf(all.filter(aws)))
        const keys = [time, ...group_by.map((name) => keyOf[name])]
        expect(sorted(leavesOf(histogram.buckets))).toEqual(sorted(expectedLeaves(all.filter(aws), keys)))
        assertAddsUp(histogram.cost, histogram.buckets)
        const times = histogram.buckets.map(({ value }) => value)
        expect(times).toEqual(times.toSorted())
      }),
      { numRuns: 25, seed: 7 },
    )
  })

  test('orders what is no time by what costs most', async () => {
    const { buckets } = await details({ group_by: ['service'] })
    for (const { buckets: services = [] } of buckets) {
      const costs = services.map(({ cost }) => cost)
      expect(costs).toEqual(costs.toSorted((a, b) => b - a))
    }
  })

  function assertAddsUp(cost: number, buckets: readonly Bucket[]): void {
    expect(buckets.reduce((sum, bucket) => sum + bucket.cost, 0)).toBeCloseTo(cost, 6)
    for (const bucket of buckets) if (bucket.buckets) assertAddsUp(bucket.cost, bucket.buckets)
  }
})

describe('who may see it', () => {
  test('who lacks the permission gets 403', async () => {
    expect(await mia.getCloudCostManagementDashboard({ path, query: both })).toHaveStatus(403)
    expect(await mia.getCloudCostManagementTagMapping({ path })).toHaveStatus(403)
    expect(await mia.listCloudCostExchangeRates({ path })).toHaveStatus(403)
  })

  test('another organization sees nothing of it', async () => {
    const organization_canonical = fresh('other')
    const { bob } = await scenario(server, organization(organization_canonical, member('bob')))
    const { data } = (await bob.getCloudCostManagementDashboard({ path: { organization_canonical }, query: both })).body
    expect(data).toMatchObject({ total_cost: 0, project_resources: [], filter_values: { projects: [], linked_accounts: [] } })
    expect((await bob.getCloudCostManagementTags({ path: { organization_canonical } })).body.data).toEqual([])
    expect(await bob.getCloudCostManagementDashboard({ path, query: both })).toHaveStatus(403)
  })
})
