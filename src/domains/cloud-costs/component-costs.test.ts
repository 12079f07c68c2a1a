import { beforeAll, describe, expect, test, vi } from 'vitest'
import { bringMonth, type Charge, costAccount } from '../../../test/support/cost-charges.ts'
import { planText } from '../../../test/support/plans.ts'
import { useRepositories } from '../../../test/support/repositories.ts'
import { fresh, member, organization, scenario } from '../../../test/support/scenario.ts'
import { useServer } from '../../../test/support/server.ts'
import { openStateWorld } from '../../../test/support/state-world.ts'
import { gitIn, must } from '../../../test/support/workshop.ts'
import { TooManySums } from '../../costs/types.ts'
import { dayOf, monthAfter } from '../cost-budgets/spans.ts'
import { loadStarterPrices } from '../cost-estimation/books/starter.ts'

const repositories = useRepositories()
const server = useServer({ config: gitIn(repositories) })
beforeAll(() => loadStarterPrices(server.platform.database))

const inVirginia = { provider_config: { aws: { name: 'aws', expressions: { region: { constant_value: 'us-east-1' } } } }, root_module: {} }
const gateway = planText([{ address: 'aws_nat_gateway.out' }, { address: 'aws_made_up_thing.none', values: { a: 1 } }], {
  configuration: inVirginia,
})
const keys = (key: string) => ({ keys: [key], regex: '' })
const rules = { project: keys('project'), environment: keys('env'), component: keys('component'), generation: 1 }
const here = { project: 'shop', env: 'prod' }
/** The last whole month, and the present one. */
const present = monthAfter(dayOf(new Date()), 0)
const last = monthAfter(present, -1)

async function open() {
  const world = await openStateWorld(server, repositories)
  const { ada, organizationId, path } = world
  const account = await costAccount({ database: server.platform.database, organizationId }, 'bills')
  return {
    ...world,
    bring: (period: string, charges: readonly Charge[]) => bringMonth(server.platform, organizationId, account, period, charges, rules),
    map: (component_tags: string[] = []) =>
      server.database.query(
        `insert into cost_tag_mappings (organization_id, project_tags, environment_tags, component_tags) values ($1, '{project}', '{env}', $2)`,
        [organizationId, component_tags],
      ),
    store: async (plan: string) => expect((await world.backend.ask('POST', '/inventory-plan', { body: plan })).status).toBe(204),
    costs: async (query: object = {}) => (await must(ada.getComponentCosts({ path, query }))).body.data,
  }
}

describe('what a component costs', () => {
  test('is known where a bill names more services than anybody has, without them', async () => {
    const { bring, map, costs } = await open()
    await map(['component'])
    await bring(last, [{ day: last, billed: '30.5', tags: { ...here, component: 'front' } }])
    const { sums } = server.platform.costs
    using asked = vi.spyOn(server.platform.costs, 'sums').mockImplementation((tx, question) => {
      if (question.most !== undefined) throw new TooManySums(question.most)
      return sums(tx, question)
    })
    const { months } = await costs()
    expect(asked).toHaveBeenCalledTimes(2)
    expect(months.find(({ month }) => month === last.slice(0, 7))).toMatchObject({
      actual_cost: '30.5',
      services: [{ service: '(too many services to list)', cost: '30.5' }],
    })
  })

  test('is what was billed with its tags, beside what its last plan is estimated to cost', async () => {
    const { bring, map, store, costs, ada, path } = await open()
    await map(['component'])
    await store(gateway)
    const mine = { tags: { ...here, component: 'front' } }
    await bring(last, [
      { day: last, billed: '30.5', service: 'AmazonVPC', ...mine },
      { day: last, billed: '20', service: 'AmazonEC2', ...mine },
      { day: last, billed: '1000', tags: { ...here, component: 'other' } },
      { day: last, billed: '1000', tags: { project: 'else', env: 'prod', component: 'front' } },
    ])
    await bring(present, [{ day: present, billed: '4', ...mine }])
    const found = await costs()
    const organization_canonical = path.organization_canonical
    const { planned_cost } = (await must(ada.costEstimateTfPlan({ path: { organization_canonical }, body: { tfplan: gateway } }))).body.data
    const estimate = Number(planned_cost)
    expect(estimate).toBeGreaterThan(20)
    expect(found).toMatchObject({ currency: 'USD', attributed_by: 'component' })
    expect(Number(found.estimated_monthly_cost)).toBe(estimate)
    expect(Math.abs((found.estimated_at ?? 0) - Date.now() / 1000)).toBeLessThan(120)
    expect(found.months).toHaveLength(12)
    expect(found.months[0]).toEqual({
      month: present.slice(0, 7),
      actual_cost: '4',
      complete: false,
      services: [{ service: 'AmazonEC2', cost: '4' }],
    })
    expect(found.months[1]).toMatchObject({
      month: last.slice(0, 7),
      actual_cost: '50.5',
      complete: true,
      services: [
        { service: 'AmazonVPC', cost: '30.5' },
        { service: 'AmazonEC2', cost: '20' },
      ],
    })
    expect(Number(found.months[1]?.difference)).toBeCloseTo(50.5 - estimate, 6)
    expect(found.months[1]?.difference_percent).toBeCloseTo(((50.5 - estimate) / estimate) * 100, 1)
    expect(found.months[2]).toMatchObject({ actual_cost: '0', complete: false, services: [] })
    expect(found.note).toContain('with its component tag')
    expect(found.note).toContain('1 of the planned resources could not be estimated')
  })

  test('is that of its environment, when it is the only component there and no tags tell components', async () => {
    const { bring, map, costs, make } = await open()
    await map()
    await bring(last, [{ day: last, billed: '12', tags: here }])
    const found = await costs()
    expect(found).toMatchObject({ attributed_by: 'environment' })
    expect(found).not.toHaveProperty('estimated_monthly_cost')
    expect(found.months[1]).toEqual({
      month: last.slice(0, 7),
      actual_cost: '12',
      complete: true,
      services: [{ service: 'AmazonEC2', cost: '12' }],
    })
    expect(found.note).toContain('No plan was stored')
    await make('back')
    expect(await costs()).toMatchObject({ attributed_by: 'none', months: [], note: expect.stringContaining('one of 2 in its environment') })
  })

  test('is not told apart without tags that tell projects and environments', async () => {
    const { bring, costs, organizationId } = await open()
    await bring(last, [{ day: last, billed: '12', tags: here }])
    const none = { attributed_by: 'none', months: [], note: expect.stringContaining('which tags hold the project and the environment') }
    expect(await costs()).toMatchObject(none)
    await server.database.query(`insert into cost_tag_mappings (organization_id, project_tags) values ($1, '{project}')`, [organizationId])
    expect(await costs()).toMatchObject(none)
    await server.database.query(`update cost_tag_mappings set environment_regex = '^env$' where organization_id = $1`, [organizationId])
    expect(await costs()).toMatchObject({ attributed_by: 'environment', note: expect.not.stringContaining('Those of another') })
  })

  test('is found by names with capitals and dots, which do not count in tags', async () => {
    const { bring, map, make, ada, path } = await open()
    await map(['component'])
    await make('Web.API')
    await bring(last, [{ day: last, billed: '12', tags: { ...here, component: 'Web.API' } }])
    const costs = async () => (await must(ada.getComponentCosts({ path: { ...path, component_canonical: 'Web.API' } }))).body.data
    const found = await costs()
    expect(found).toMatchObject({ attributed_by: 'component', note: expect.not.stringContaining('Those of another') })
    expect(found.months[1]?.actual_cost).toBe('12')
    await make('web-api')
    expect((await costs()).note).toContain('Those of another component are among them: its canonical differs only by capitals or dots')
  })

  test('says so, when its plan cannot be estimated or an exchange rate is missing', async () => {
    const { bring, map, store, costs, organizationId, ada, path } = await open()
    await map(['component'])
    await store('{"format_version": "9.9", "secret-of-the-plan": 1}')
    const broken = await costs()
    expect(broken.note).toContain('Its last plan could not be estimated')
    expect(broken.note).not.toContain('secret-of-the-plan')
    await store(gateway)
    await bring(last, [{ day: last, billed: '10', currency: 'EUR', tags: { ...here, component: 'front' } }])
    // Bills are in euros alone, and prices in dollars.
    expect(await costs()).toMatchObject({ currency: 'EUR', note: expect.stringContaining('there is no exchange rate from there to EUR') })
    expect(await ada.getComponentCosts({ path, query: { currency: 'GBP' } })).toHaveStatus(422)
    await server.database.query(
      `insert into cost_exchange_rates (organization_id, day, from_currency, to_currency, rate) values ($1, '2020-01-01', 'EUR', 'USD', 2)`,
      [organizationId],
    )
    const [euros, dollars] = [await costs({ currency: 'EUR' }), await costs({ currency: 'USD' })]
    expect(Number(dollars.estimated_monthly_cost)).toBeCloseTo(2 * Number(euros.estimated_monthly_cost), 4)
    expect(dollars.months[1]?.actual_cost).toBe('20')
  })

  test('is for who may see it, of components that are there, in one organization', async () => {
    const { ada, path } = await open()
    expect(await ada.getComponentCosts({ path: { ...path, component_canonical: 'nothing' } })).toHaveStatus(404)
    const { eve } = await scenario(server, organization(fresh('other'), member('eve')))
    expect(await eve.getComponentCosts({ path })).toHaveStatus(403)
  })
})
