import { beforeAll, describe, expect, test } from 'vitest'
import type { Client } from '../../../test/support/client.ts'
import { bringMonth, type Charge, costAccount, dimensionOf, idOf } from '../../../test/support/cost-charges.ts'
import { chargesOf, componentOf, environmentOf, projectOf, rules, totalOf } from '../../../test/support/cost-world.ts'
import { fresh, member, organization, scenario } from '../../../test/support/scenario.ts'
import { useServer } from '../../../test/support/server.ts'
import type { Input } from '../../contract/operation.ts'

const server = useServer()
const path = { organization_canonical: fresh('acme') }
const both = { begin: '2026-06-01', end: '2026-08-01', currency: 'USD', granularity: 'month' } as const
/** So many names that they are kept apart from other tags. */
const named = Array.from(
  { length: 450 },
  (_, index): Charge => ({
    day: `2026-07-${String((index % 28) + 1).padStart(2, '0')}`,
    billed: `${index}.25`,
    resource: `vm-${index}`,
    tags: { Name: `vm-${index % 225}`, Project: index % 2 ? 'data' : 'lab', ...(index % 3 ? {} : { Env: 'prod' }) },
  }),
)
const july = [...chargesOf('2026-07-01', 300, 17), ...named]
const june = [...chargesOf('2026-06-01', 300, 16), { day: '2026-06-03', billed: '7.5', tags: { Name: 'vm-3', Project: 'data' } }]
const all: readonly Charge[] = [...june, ...july]
let ada: Client

beforeAll(async () => {
  ;({ ada } = await scenario(server, organization(path.organization_canonical, member('ada'))))
  const organizationId = await idOf(server, path.organization_canonical)
  const account = await costAccount({ database: server.platform.database, organizationId }, 'main-bill')
  await bringMonth(server.platform, organizationId, account, '2026-06-01', june, rules)
  await bringMonth(server.platform, organizationId, account, '2026-07-01', july, rules)
})

type Query = Partial<Input<'getCloudCostManagementProvider'>['query']>
const ask = async (query: Query) => {
  const answer = await ada.getCloudCostManagementProvider({ path: { ...path, provider_canonical: 'aws' }, query: { ...both, ...query } })
  expect(answer).toHaveStatus(200)
  return answer.body.data
}
const tag = (key: string, value: string) => (charge: Charge) => charge.tags?.[key] === value
const tagged = ({ tags }: Charge) => Object.keys(tags ?? {}).length > 0

describe('a filter', () => {
  test.each<[string, Query, (charge: Charge) => boolean]>([
    ['projects', { projects: ['web-shop', 'lab'] }, (charge) => ['web-shop', 'lab'].includes(projectOf(charge))],
    ['environments', { environments: ['staging'] }, (charge) => environmentOf(charge) === 'staging'],
    ['categories', { categories: ['storage', 'database'] }, (charge) => ['storage', 'database'].includes(dimensionOf(charge).category)],
    ['services', { services: ['AmazonS3'] }, (charge) => dimensionOf(charge).service === 'AmazonS3'],
    ['regions', { regions: ['us-east-1'] }, (charge) => dimensionOf(charge).region === 'us-east-1'],
    ['linked accounts', { linked_accounts: ['333333333333'] }, (charge) => dimensionOf(charge).linked_account === '333333333333'],
    ['master accounts', { master_accounts: ['nobody'] }, () => false],
    ['record types', { record_types: ['tax'] }, (charge) => dimensionOf(charge).record_type === 'tax'],
    ['tagged resources', { resource_tagging: 'tagged_resources' }, tagged],
    ['untagged resources', { resource_tagging: 'untagged_resources' }, (charge) => !tagged(charge)],
    ['a tag', { tags: ['Env;prod'] }, tag('Env', 'prod')],
    [
      'any of several tags',
      { tags: ['Env;prod', 'Component;api'] },
      (charge) => tag('Env', 'prod')(charge) || tag('Component', 'api')(charge),
    ],
    ['a tag that is on nothing', { tags: ['Env;moon'] }, () => false],
    ['a tag with as many values as resources', { tags: ['Name;vm-3'] }, tag('Name', 'vm-3')],
    [
      'such a tag, of a project',
      { tags: ['Name;vm-3', 'Name;vm-4'], projects: ['data'] },
      (charge) => (tag('Name', 'vm-3')(charge) || tag('Name', 'vm-4')(charge)) && projectOf(charge) === 'data',
    ],
    ['such a tag or another', { tags: ['Name;vm-3', 'Env;prod'] }, (charge) => tag('Name', 'vm-3')(charge) || tag('Env', 'prod')(charge)],
    [
      'several filters',
      { services: ['AmazonEC2'], regions: ['eu-west-1'], environments: ['prod'], tags: ['Project;data'] },
      (charge) =>
        dimensionOf(charge).service === 'AmazonEC2' &&
        dimensionOf(charge).region === 'eu-west-1' &&
        environmentOf(charge) === 'prod' &&
        tag('Project', 'data')(charge),
    ],
  ])('by %s keeps what fits, in months, weeks and days', async (_name, query, fits) => {
    const expected = totalOf(all.filter((charge) => dimensionOf(charge).provider === 'aws' && fits(charge)))
    for (const granularity of ['month', 'week', 'day'] as const)
      expect((await ask({ ...query, granularity, group_by: ['project', 'service'] })).cost_histogram.cost).toBe(expected)
  })

  test('takes so many values, and no more', async () => {
    const query = { ...both, projects: Array.from({ length: 501 }, (_, index) => `p${index}`) }
    expect(await ada.getCloudCostManagementProviderDetails({ path: { ...path, provider_canonical: 'aws' }, query })).toBeError(
      'Invalid',
      'query.projects: has 501 values',
    )
  })

  test('may hold anything that is text', async () => {
    for (const value of ["'; drop table cost_daily; --", '{"a"}', '\\', '%', '🦑', '__proto__'])
      expect((await ask({ services: [value] })).cost_histogram.cost).toBe(0)
    const nul = await ada.call('getCloudCostManagementProviderDetails', {
      path: { ...path, provider_canonical: 'aws' },
      query: { ...both, services: ['\0'] },
    })
    expect(nul).toHaveStatus(422)
  })

  test('of a provider that does not exist is refused, one that sent no bill has no costs', async () => {
    const of = (provider_canonical: string) =>
      ada.getCloudCostManagementProviderDetails({ path: { ...path, provider_canonical }, query: both })
    expect((await of('ovh')).body.data).toMatchObject({ cost: 0, buckets: [] })
    expect(await of('nimbus')).toHaveStatus(422)
  })
})

describe('the values to filter by', () => {
  const values = async (query: Partial<Input<'getCloudCostManagementFilterVaules'>['query']> = {}) => {
    const answer = await ada.getCloudCostManagementFilterVaules({ path, query: { begin: both.begin, end: both.end, ...query } })
    expect(answer).toHaveStatus(200)
    return answer.body.data
  }
  const distinct = (of: (charge: Charge) => string, charges: readonly Charge[] = all) =>
    [...new Set(charges.map(of))].filter(Boolean).sort()

  test('are those that occur', async () => {
    const found = await values()
    expect(found).toMatchObject({
      projects: distinct(projectOf),
      environments: distinct(environmentOf),
      components: distinct(componentOf),
      services: distinct((charge) => dimensionOf(charge).service),
      regions: distinct((charge) => dimensionOf(charge).region),
      categories: distinct((charge) => dimensionOf(charge).category),
      instance_types: distinct((charge) => dimensionOf(charge).instance_type),
      linked_accounts: ['222222222222', '333333333333', 'acme-prod'],
      master_accounts: ['01A-02B', '111111111111'],
      providers: ['aws', 'google'],
      currencies: ['USD'],
      tags: { Component: ['api'], Env: ['Staging', 'prod'], Project: ['Käse', 'Web Shop', 'data', 'lab', 'mail', 'ops'] },
    })
    expect([...(found.resources ?? [])].sort()).toEqual(distinct(({ resource = '' }) => resource))
    expect((await ada.getCloudCostManagementTags({ path })).body.data).toEqual(['Component', 'Env', 'Name', 'Project'])
  })

  test('name accounts, by provider', async () => {
    const { linked_accounts_with_cp, master_accounts_with_cp } = await values()
    expect(linked_accounts_with_cp).toEqual({
      aws: [
        { account_id: '222222222222', name: '' },
        { account_id: '333333333333', name: '' },
      ],
      google: [{ account_id: 'acme-prod', name: '' }],
    })
    expect(master_accounts_with_cp).toMatchObject({ google: [{ account_id: '01A-02B' }] })
  })

  test('are narrowed by the filters given, tags of every kind included', async () => {
    const fits = (charge: Charge) => tag('Name', 'vm-3')(charge)
    const found = await values({ tags: ['Name;vm-3'] })
    expect(found.projects).toEqual(distinct(projectOf, all.filter(fits)))
    expect([...(found.resources ?? [])].sort()).toEqual(distinct(({ resource = '' }) => resource, all.filter(fits)))
    const google = await values({ services: ['Cloud Storage'] })
    expect(google).toMatchObject({ providers: ['google'], regions: ['europe-west1'], categories: ['storage'] })
    expect(google.resources).toHaveLength(
      distinct(
        ({ resource = '' }) => resource,
        all.filter((charge) => charge.service === 'Cloud Storage'),
      ).length,
    )
  })

  test('of the dashboard are only those that it takes', async () => {
    const lists = ['linked_accounts', 'linked_accounts_with_cp', 'master_accounts', 'master_accounts_with_cp', 'projects', 'providers']
    expect(Object.keys(await values({ dashboard: true })).sort()).toEqual(lists)
  })
})
