/** What the console asks: all providers together, the resources that cost most, and a tag mapping that is being written. */
import { beforeAll, describe, expect, test } from 'vitest'
import type { Client } from '../../../test/support/client.ts'
import { bringMonth, type Charge, costAccount, dimensionOf, idOf } from '../../../test/support/cost-charges.ts'
import { chargesOf, componentOf, projectOf, rules, totalOf } from '../../../test/support/cost-world.ts'
import { fresh, member, organization, project, scenario } from '../../../test/support/scenario.ts'
import { useServer } from '../../../test/support/server.ts'
import type { Input } from '../../contract/operation.ts'

const server = useServer()
const path = { organization_canonical: fresh('acme') }
const now = new Date()
const begin = `${now.toISOString().slice(0, 7)}-01`
const end = new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + 1, 1)).toISOString().slice(0, 10)
const asked = { begin, end, currency: 'USD', granularity: 'month' } as const
const all: readonly Charge[] = chargesOf(begin, 200, 5)
let ada: Client

beforeAll(async () => {
  ;({ ada } = await scenario(server, organization(path.organization_canonical, member('ada'), project('web-shop'))))
  const organizationId = await idOf(server, path.organization_canonical)
  const account = await costAccount({ database: server.platform.database, organizationId }, 'main-bill')
  await bringMonth(server.platform, organizationId, account, begin, all, rules)
})

const costs = async (query: Partial<Input<'getCloudCosts'>['query']>) => {
  const answer = await ada.getCloudCosts({ path, query: { ...asked, ...query } })
  expect(answer).toHaveStatus(200)
  return answer.body.data
}
const cost = (charges: readonly Charge[]) => Number(totalOf(charges))

describe('the costs of all providers', () => {
  test('are split by any dimensions, in the order asked for', async () => {
    const { cost: total, buckets = [] } = await costs({ group_by: ['provider', 'component'] })
    expect(total).toBeCloseTo(cost(all), 6)
    const providers = [...new Set(all.map((charge) => dimensionOf(charge).provider))].sort()
    expect(buckets[0]?.buckets?.map(({ value }) => value).sort()).toEqual(providers)
    for (const { value, buckets: components = [] } of buckets[0]?.buckets ?? [])
      for (const component of components)
        expect(component.cost).toBeCloseTo(
          cost(all.filter((charge) => dimensionOf(charge).provider === value && componentOf(charge) === component.value)),
          6,
        )
  })

  test.each<[string, Partial<Input<'getCloudCosts'>['query']>, (charge: Charge) => boolean]>([
    ['of some providers', { providers: ['aws'] }, (charge) => dimensionOf(charge).provider === 'aws'],
    ['of a component', { components: ['api'] }, (charge) => componentOf(charge) === 'api'],
    ['of no project', { projects: [''] }, (charge) => projectOf(charge) === ''],
    ['of types of machines', { instance_types: ['m5.large'] }, (charge) => dimensionOf(charge).instance_type === 'm5.large'],
  ])('can be kept to those %s', async (_, query, fits) => {
    expect((await costs(query)).cost).toBeCloseTo(cost(all.filter(fits)), 6)
  })
})

describe('the resources that cost most', () => {
  test('are named with what they cost and where, the dearest first', async () => {
    const { body } = await ada.listCloudCostResources({ path, query: { begin, end, providers: ['aws'], limit: 5 } })
    const figures = body.data.map(({ cost: one }) => one)
    expect(figures).toEqual([...figures].sort((a, b) => b - a))
    expect(body.data.length).toBeGreaterThan(0)
    const [first] = body.data
    expect(first).toMatchObject({ provider: 'aws', currency: 'USD', service: expect.any(String), project: expect.any(String) })
    const { data } = (await ada.listCloudCostResources({ path, query: { begin, end, projects: [first?.project ?? 'x'] } })).body
    expect(new Set(data.map((row) => row.project))).toEqual(new Set([first?.project]))
  })
})

describe('a tag mapping that is being written', () => {
  test('says which keys it takes, what becomes of their values, and whether there is such a thing', async () => {
    const { body } = await ada.previewCloudCostTagMapping({
      path,
      body: { project_tags: ['Project', 'Nothing'], environment_regex: '^En' },
    })
    expect(body.data.project.keys).toEqual(['Project'])
    expect(body.data.project.names).toContainEqual({ canonical: 'web-shop', known: true })
    expect(body.data.project.names.some(({ known }) => !known)).toBe(true)
    expect(body.data.environment.keys).toEqual(['Env'])
    expect(body.data.component).toEqual({ keys: [], names: [] })
    expect(await ada.getCloudCostManagementTagMapping({ path })).toHaveStatus(404)
  })

  test('is refused where an expression is none', async () => {
    expect(await ada.previewCloudCostTagMapping({ path, body: { project_regex: '(' } })).toHaveStatus(422)
  })
})
