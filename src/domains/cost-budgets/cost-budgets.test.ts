import { beforeAll, describe, expect, test } from 'vitest'
import { bringMonth, type Charge, costAccount } from '../../../test/support/cost-charges.ts'
import { apiKey, fresh, member, organization, role, scenario } from '../../../test/support/scenario.ts'
import { useServer } from '../../../test/support/server.ts'
import { must } from '../../../test/support/workshop.ts'
import type { Schema } from '../../contract/operation.ts'
import { addDays, dayOf, spanOf } from './spans.ts'

const server = useServer()

const today = dayOf(new Date())
const month = spanOf('month', today)

async function open() {
  const org = fresh('acme')
  const cast = await scenario(
    server,
    organization(
      org,
      role('looking', ['organization:cloud_cost_management:budget:list'], ['organization:cloud_cost_management:budget:read']),
      member('ada'),
      member('ben'),
      member('eve', 'looking'),
      apiKey('robot'),
    ),
  )
  const [row] = await server.database.query<{ id: string }>('select id from organizations where canonical = $1', [org])
  const organizationId = Number(row?.id)
  const path = { organization_canonical: org }
  const account = await costAccount({ database: server.platform.database, organizationId }, 'bills')
  const bring = (period: string, charges: readonly Charge[]) => bringMonth(server.platform, organizationId, account, period, charges)
  return { ...cast, org, path, organizationId, bring, at: (budget_canonical: string) => ({ ...path, budget_canonical }) }
}
type World = Awaited<ReturnType<typeof open>>

const cloud: Schema<'NewCostBudget'> = {
  name: 'The cloud',
  amount: '1000',
  currency: 'USD',
  span: 'month',
  thresholds: [{ percent: 80, of: 'actual' }],
  enabled: true,
}

describe('a budget', () => {
  let world: World
  beforeAll(async () => {
    world = await open()
    await world.bring(month.begin, [
      { day: month.begin, billed: '100.25', service: 'AmazonEC2', tags: { team: 'core;a' } },
      { day: today, billed: '0.5', service: 'AmazonS3' },
      { day: addDays(month.begin, -1), billed: '7' },
      { day: today, billed: '40', service: 'Virtual Machines', provider: 'azure', currency: 'EUR' },
    ])
  })

  test('is made, shown with what was spent, changed and deleted', async () => {
    const { ada, path, at } = world
    const made = await must(ada.createCostBudget({ path, body: { ...cloud, filters: { providers: ['aws'], projects: [] } } }))
    expect(made.body.data).toMatchObject({
      canonical: 'the-cloud',
      amount: '1000',
      owner: { username: 'ada' },
      filters: { providers: ['aws'] },
      span_begin: month.begin,
      span_end: month.end,
      spent: '100.75',
      recipients: [],
      enabled: true,
      problem: '',
      alerts: [],
    })
    expect((await ada.getCostBudget({ path: at('the-cloud') })).body.data).toEqual(made.body.data)
    const changed = await must(
      ada.updateCostBudget({ path: at('the-cloud'), body: { ...cloud, amount: '12.500', span: 'year', filters: {}, enabled: false } }),
    )
    expect(changed.body.data).toMatchObject({
      amount: '12.5',
      span: 'year',
      filters: {},
      enabled: false,
      span_begin: `${today.slice(0, 4)}-01-01`,
    })
    expect(await ada.deleteCostBudget({ path: at('the-cloud') })).toHaveStatus(204)
    for (const call of ['getCostBudget', 'deleteCostBudget'] as const) expect(await ada[call]({ path: at('the-cloud') })).toHaveStatus(404)
    expect(await ada.updateCostBudget({ path: at('the-cloud'), body: cloud })).toHaveStatus(404)
  })

  test('counts what all of its filters keep', async () => {
    const { ada, path } = world
    const spent = async (filters: object) =>
      (await must(ada.createCostBudget({ path, body: { ...cloud, name: fresh('some'), filters } }))).body.data.spent
    expect(await spent({ services: ['AmazonS3'] })).toBe('0.5')
    expect(await spent({ tags: ['team;core;a'] })).toBe('100.25')
    expect(await spent({ tags: ['team;core;a'], services: ['AmazonS3'] })).toBe('0')
  })

  test('says why nothing is known where costs cannot be converted, and converts where they can', async () => {
    const { ada, path, at } = world
    await must(ada.createCostBudget({ path, body: { ...cloud, name: 'all', canonical: 'all-of-it' } }))
    const lost = (await ada.getCostBudget({ path: at('all-of-it') })).body.data
    expect(lost).not.toHaveProperty('spent')
    expect(lost).not.toHaveProperty('forecast')
    expect(lost.problem).toMatch(/are in EUR, and there is no exchange rate from there to USD: enter one/)
    await server.database.query(
      `insert into cost_exchange_rates (organization_id, day, from_currency, to_currency, rate) values ($1, '2020-01-01', 'EUR', 'USD', 1.25)`,
      [world.organizationId],
    )
    expect((await ada.getCostBudget({ path: at('all-of-it') })).body.data).toMatchObject({ spent: '150.75', problem: '' })
    // 40 EUR at 1.25, and the rest, in pounds: a rate without an end is rounded far behind the point.
    await server.database.query(
      `insert into cost_exchange_rates (organization_id, day, from_currency, to_currency, rate) values ($1, '2020-01-01', 'GBP', 'USD', 1.3)`,
      [world.organizationId],
    )
    const pounds = await must(
      ada.createCostBudget({ path, body: { ...cloud, name: 'pounds', currency: 'GBP', filters: { providers: ['aws'] } } }),
    )
    expect(pounds.body.data.spent).toBe('77.5')
    const uneven = await must(
      ada.createCostBudget({ path, body: { ...cloud, name: 'uneven', currency: 'GBP', filters: { services: ['AmazonS3'] } } }),
    )
    expect(uneven.body.data.spent).toBe('0.384615384615')
  })

  test('is told to members alone, whatever their letters look like', async () => {
    const { ada, path } = world
    const refused = await ada.createCostBudget({
      path,
      body: { ...cloud, name: 'spam', recipients: ['ben@example.com', 'victim@example.org'] },
    })
    expect(refused).toHaveStatus(422)
    expect(JSON.stringify(refused.body)).toContain('victim@example.org is not the address of a member')
    expect(JSON.stringify(refused.body)).not.toContain('ben@example.com is not')
    const made = await must(
      ada.createCostBudget({ path, body: { ...cloud, name: 'told', recipients: ['BEN@example.com', 'ben@example.com'] } }),
    )
    expect(made.body.data.recipients).toEqual(['ben@example.com'])
  })

  test('of an API key has no owner until one is named', async () => {
    const { robot, path, at } = world
    expect((await must(robot.createCostBudget({ path, body: { ...cloud, name: 'robots' } }))).body.data).not.toHaveProperty('owner')
    expect((await must(robot.updateCostBudget({ path: at('robots'), body: { ...cloud, owner: 'ben' } }))).body.data.owner?.username).toBe(
      'ben',
    )
  })

  test.each([
    ['an amount of nothing', { amount: '0.00' }],
    ['a negative amount', { amount: '-5' }],
    ['an amount that nobody has', { amount: '1'.repeat(17) }],
    ['digits that no currency has', { amount: '1.0000001' }],
    ['a name of spaces', { name: '   ', canonical: 'spaces' }],
    ['a tag without a value', { filters: { tags: ['team'] } }],
    ['a text that cannot be kept', { filters: { services: ['a\0b'] } }],
    ['half a letter', { filters: { services: ['\ud83d'] } }],
    ['an owner from elsewhere', { owner: 'stranger' }],
    ['no threshold', { thresholds: [] }],
    ['a currency that it cannot be shown in', { currency: 'JPY' }],
  ])('is not made with %s', async (_, wrong) => {
    const { ada, path } = world
    expect(await ada.createCostBudget({ path, body: { ...cloud, name: fresh('wrong'), ...wrong } as never })).toHaveStatus(422)
  })

  test('has a canonical of its own, which stays', async () => {
    const { ada, path, at } = world
    await must(ada.createCostBudget({ path, body: { ...cloud, canonical: 'taken' } }))
    expect(await ada.createCostBudget({ path, body: { ...cloud, canonical: 'taken' } })).toHaveStatus(409)
    expect(await ada.updateCostBudget({ path: at('taken'), body: { ...cloud, canonical: 'other' } })).toHaveStatus(422)
  })

  test('is seen by who may see budgets, and changed by who may change them', async () => {
    const { eve, path, at, ada } = world
    await must(ada.createCostBudget({ path, body: { ...cloud, canonical: 'shown' } }))
    expect((await must(eve.listCostBudgets({ path }))).body.data.map(({ canonical }) => canonical)).toContain('shown')
    expect(await eve.getCostBudget({ path: at('shown') })).toHaveStatus(200)
    for (const answer of [
      eve.createCostBudget({ path, body: cloud }),
      eve.updateCostBudget({ path: at('shown'), body: cloud }),
      eve.deleteCostBudget({ path: at('shown') }),
    ])
      expect(await answer).toHaveStatus(403)
  })

  test('is of one organization: another one sees and counts nothing of it', async () => {
    const other = await open()
    await must(world.ada.createCostBudget({ path: world.path, body: { ...cloud, canonical: 'ours' } }))
    expect(await other.ada.getCostBudget({ path: other.at('ours') })).toHaveStatus(404)
    const made = await must(other.ada.createCostBudget({ path: other.path, body: { ...cloud, canonical: 'ours' } }))
    expect(made.body.data.spent).toBe('0')
    expect((await must(other.ada.listCostBudgets({ path: other.path }))).body.data).toHaveLength(1)
  })
})
