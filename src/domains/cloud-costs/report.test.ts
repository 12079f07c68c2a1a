import fc from 'fast-check'
import { beforeAll, describe, expect, test } from 'vitest'
import { bringMonth, type Charge, costAccount } from '../../../test/support/cost-charges.ts'
import { until } from '../../../test/support/newcomers.ts'
import { fresh, member, organization, role, scenario } from '../../../test/support/scenario.ts'
import { useServer } from '../../../test/support/server.ts'
import { must } from '../../../test/support/workshop.ts'
import { noRules } from '../../costs/attribution.ts'
import { watchAnomalies } from '../cost-anomalies/watch.ts'
import { dayOf, monthAfter, monthInWords } from '../cost-budgets/spans.ts'
import { mailAllReports } from './report-mail.ts'
import { pageOf, type Report, width } from './report-page.ts'

const server = useServer({ worker: true, config: { consoleUrl: 'https://console.example.com' } })
const rules = { ...noRules, project: { keys: ['project'], regex: '' } }

async function open() {
  const org = fresh('acme')
  const [ada, ben, eve] = [fresh('ada'), fresh('ben'), fresh('eve')]
  const cast = await scenario(
    server,
    organization(
      org,
      role('nothing'),
      role('reader', ['organization:cloud_cost_management:read']),
      member(ada),
      member(ben, 'reader'),
      member(eve, 'nothing'),
    ),
  )
  const [row] = await server.database.query<{ id: string }>('select id from organizations where canonical = $1', [org])
  const organizationId = Number(row?.id)
  const account = await costAccount({ database: server.platform.database, organizationId }, 'bills')
  const client = (name: string) => {
    const found = cast[name]
    if (!found) throw new Error('they are in the cast')
    return found
  }
  return {
    org,
    organizationId,
    path: { organization_canonical: org },
    ada: client(ada),
    ben: client(ben),
    eve: client(eve),
    addresses: [ada, ben, eve].map((name) => `${name}@example.com`),
    bring: (period: string, charges: readonly Charge[]) => bringMonth(server.platform, organizationId, account, period, charges, rules),
  }
}
type World = Awaited<ReturnType<typeof open>>

describe('the report of a month', () => {
  let world: World
  let text: string
  beforeAll(async () => {
    world = await open()
    const { ada, path, organizationId } = world
    await world.bring('2026-06-01', [
      { day: '2026-06-03', billed: '1000', resource: 'i-1', tags: { project: 'web' } },
      { day: '2026-06-30', billed: '100', service: 'AmazonS3', resource: 'bucket' },
    ])
    await world.bring('2026-07-01', [
      { day: '2026-07-03', billed: '1100.005', resource: 'i-1', tags: { project: 'web' } },
      { day: '2026-07-04', billed: '1234567.5', resource: 'i-2', tags: { project: 'Shop' } },
      { day: '2026-07-31', billed: '50', service: 'AmazonS3', resource: 'bucket' },
      { day: '2026-07-31', billed: '-8', service: 'Refund', record_type: 'credit' },
    ])
    await must(
      ada.createCostBudget({
        path,
        body: {
          name: 'All of it',
          amount: '1000000',
          currency: 'USD',
          span: 'month',
          thresholds: [{ percent: 80, of: 'actual' }],
          enabled: true,
        },
      }),
    )
    await server.database.query(
      `insert into cost_anomalies (organization_id, day, provider, service, project, currency, cost, expected, reason)
       values ($1, '2026-07-04', 'aws', 'AmazonEC2', 'shop', 'USD', 1234567.5, 0, 'AmazonEC2 of project shop cost 1,234,567.50 USD on 4 July 2026; it is new.')`,
      [organizationId],
    )
    const answer = await ada.getCloudCostReport({ path, query: { month: '2026-07' } })
    expect(answer).toHaveStatus(200)
    expect(answer.headers.get('content-type')).toBe('text/plain; charset=utf-8')
    text = String(answer.body)
  })

  test('is a page for people, in columns', () => {
    const bar = '-'.repeat(width)
    expect(text.replaceAll(world.org, 'acme')).toBe(
      [
        'Cloud costs of acme',
        'July 2026, in USD, as billed',
        '='.repeat(width),
        '',
        'Total                                                         1,235,709.51 USD',
        'June 2026                                                         1,100.00 USD',
        'Change                                          +1,234,609.51 USD (+112,237 %)',
        'Not attributed to a project                                  42.00 USD (0.0 %)',
        '',
        'By provider                                Jul 2026        Jun 2026     change',
        bar,
        'aws                                    1,235,709.51        1,100.00 +112,237 %',
        '',
        'Projects                                   Jul 2026        Jun 2026     change',
        bar,
        'shop                                   1,234,567.50            0.00        new',
        'web                                        1,100.01        1,000.00    +10.0 %',
        '',
        'Services                                   Jul 2026        Jun 2026     change',
        bar,
        'AmazonEC2                              1,235,667.51        1,000.00 +123,467 %',
        'AmazonS3                                      50.00          100.00    -50.0 %',
        'Refund                                        -8.00            0.00           ',
        '',
        'Kinds of charges                           Jul 2026        Jun 2026     change',
        bar,
        'usage                                  1,235,717.51        1,100.00 +112,238 %',
        'credit                                        -8.00            0.00           ',
        '',
        'Resources                                                     3, 1 of them new',
        bar,
        'New: aws, project shop                                                       1',
        'Those that cost most:',
        '  i-2',
        '  i-1',
        '  bucket',
        '',
        'Budgets                                       spent              of       used',
        bar,
        'All of it (month)                     1,235,709.51 1,000,000.00 USD      124 %',
        '',
        'What was unusual',
        bar,
        '- AmazonEC2 of project shop cost 1,234,567.50 USD on 4 July 2026; it is new.',
        '',
      ].join('\n'),
    )
  })

  test('is that of the last whole month unless another one is named, which has begun', async () => {
    const { ada, path } = world
    const last = monthAfter(dayOf(new Date()), -1)
    expect(String((await ada.getCloudCostReport({ path })).body)).toContain(`\n${monthInWords(last)}, in USD`)
    const empty = String((await ada.getCloudCostReport({ path, query: { month: '2019-02' } })).body)
    expect(empty).toContain('Nothing was billed in this month or the one before.')
    for (const month of ['2026-13', '0000-01', '2190-01'])
      expect(await ada.getCloudCostReport({ path, query: { month } })).toHaveStatus(422)
  })

  test('is in another currency with the rates that it was converted with, or says which one is missing', async () => {
    const { ada, path, organizationId } = world
    const without = await ada.getCloudCostReport({ path, query: { month: '2026-07', currency: 'EUR' } })
    expect(without).toHaveStatus(422)
    expect(JSON.stringify(without.body)).toContain('Costs in USD cannot be converted to EUR')
    await server.database.query(
      `insert into cost_exchange_rates (organization_id, day, from_currency, to_currency, rate) values ($1, '2026-06-01', 'USD', 'EUR', 0.5)`,
      [organizationId],
    )
    const converted = String((await ada.getCloudCostReport({ path, query: { month: '2026-07', currency: 'EUR' } })).body)
    expect(converted).toMatch(/\nTotal +617,854\.75 EUR\n/)
    expect(converted).toContain('1 USD was 0.5 EUR on 31 July 2026')
  })

  test('is for who may see costs, and of one organization', async () => {
    const { ben, eve, path } = world
    expect(await ben.getCloudCostReport({ path, query: { month: '2026-07' } })).toHaveStatus(200)
    expect(await eve.getCloudCostReport({ path, query: { month: '2026-07' } })).toHaveStatus(403)
    const other = await open()
    expect(await other.ada.getCloudCostReport({ path })).toHaveStatus(403)
    expect(String((await other.ada.getCloudCostReport({ path: other.path, query: { month: '2026-07' } })).body)).toContain(
      'Nothing was billed',
    )
  })
})

test('the report is mailed to those who may change budgets, where it is wanted', async () => {
  const world = await open()
  const last = monthAfter(dayOf(new Date()), -1)
  await world.bring(last, [{ day: last, billed: '77' }])
  const mails = () =>
    server.database.query<{ recipient: string; subject: string; body: string }>(
      'select recipient, subject, body from mails where recipient = any ($1)',
      [world.addresses],
    )
  await mailAllReports(server.platform)
  await server.database.query('insert into cost_keeping (organization_id, report_mails) values ($1, true)', [world.organizationId])
  await mailAllReports(server.platform)
  const [mail] = await until(async () => ((await mails()).length > 0 ? mails() : undefined))
  expect(mail).toMatchObject({ recipient: world.addresses[0], subject: `Cloud costs of ${world.org}, ${monthInWords(last)}` })
  expect(mail?.body).toMatch(/\nTotal +77\.00 USD\n/)
  expect(mail?.body).toContain(`https://console.example.com/organizations/${world.org}/cloud-cost-management`)
  expect(await mails()).toHaveLength(1)
  await watchAnomalies(server.platform, world.organizationId)
})

test('no line is too wide, whatever things are called and however much they cost', () => {
  const name = fc.string({ unit: 'grapheme', maxLength: 300 })
  const amount = fc.bigInt({ min: -(10n ** 12n), max: 10n ** 12n }).map((cents) => `${cents}`)
  const compared = fc.record({ name, cost: amount, before: amount })
  const list = fc.array(compared, { maxLength: 14 })
  const report = fc.record<Report>({
    organization: name,
    month: fc.constant('2026-07-01'),
    currency: fc.constantFrom('USD', 'EUR'),
    costType: fc.constantFrom('billed', 'effective'),
    total: compared,
    providers: list,
    projects: list,
    services: list,
    recordTypes: list,
    unattributed: compared,
    resources: fc.record({
      all: fc.nat(),
      new: fc.nat(),
      newOf: fc.array(fc.record({ name, count: fc.nat() }), { maxLength: 12 }),
      largest: fc.array(name, { maxLength: 12 }),
    }),
    budgets: fc.array(
      fc.record({
        name,
        amount: fc.constantFrom('1', '1000.5'),
        currency: fc.constant('USD'),
        span: fc.constant('quarter'),
        spent: fc.option(amount, { nil: undefined }),
        forecast: fc.option(amount, { nil: undefined }),
        problem: name,
      }),
      { maxLength: 3 },
    ),
    anomalies: fc.array(fc.record({ reason: name, status: fc.constantFrom('open', 'expected') }), { maxLength: 12 }),
    energy: fc.record({
      kwh: fc.double({ min: 0, max: 1e9, noNaN: true }),
      co2e: fc.double({ min: 0, max: 1e6, noNaN: true }),
      coverage: fc.double({ min: 0, max: 1, noNaN: true }),
    }),
    rates: fc.array(
      fc.record({ currency: fc.constant('CHF'), rate: fc.constantFrom('0.9321', '12.000000001'), day: fc.constant('2026-07-31') }),
      { maxLength: 2 },
    ),
    hidden: fc.constantFrom([], ['budgets', 'unusual costs']),
    until: fc.option(fc.constant('2026-07-12'), { nil: undefined }),
  })
  fc.assert(
    fc.property(report, (facts) => {
      for (const line of pageOf(facts).split('\n')) expect([...line].length).toBeLessThanOrEqual(width)
    }),
    { seed: 7, numRuns: 200 },
  )
})
