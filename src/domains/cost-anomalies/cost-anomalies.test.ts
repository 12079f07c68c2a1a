import { describe, expect, test } from 'vitest'
import { bringMonth, type Charge, costAccount } from '../../../test/support/cost-charges.ts'
import { until } from '../../../test/support/newcomers.ts'
import { fresh, member, organization, role, scenario } from '../../../test/support/scenario.ts'
import { openTestServer, useServer } from '../../../test/support/server.ts'
import { must } from '../../../test/support/workshop.ts'
import type { TagRules } from '../../costs/attribution.ts'
import { noRules } from '../../costs/attribution.ts'
import { addDays, daysOf } from '../cost-budgets/spans.ts'
import { mailAnomalies } from './letters.ts'
import { watchAnomalies } from './watch.ts'

const server = useServer({ worker: true, config: { consoleUrl: 'https://console.example.com' } })
const rules: TagRules = { ...noRules, project: { keys: ['project'], regex: '' } }
const now = new Date('2026-07-18T12:00:00Z')
const query = <R>(text: string, ...values: unknown[]) => server.database.query<R & object>(text, values)

async function open() {
  const org = fresh('acme')
  const [ada, ben, eve] = [fresh('ada'), fresh('ben'), fresh('eve')]
  const cast = await scenario(
    server,
    organization(
      org,
      role('looking', ['organization:cloud_cost_management:anomaly:list']),
      role('planning', ['organization:cloud_cost_management:budget:update']),
      member(ada),
      member(ben, 'looking'),
      member(eve, 'planning'),
    ),
  )
  const [row] = await query<{ id: string }>('select id from organizations where canonical = $1', org)
  const organizationId = Number(row?.id)
  const path = { organization_canonical: org }
  const account = await costAccount({ database: server.platform.database, organizationId }, 'bills')
  const [client, other] = [cast[ada], cast[ben]]
  if (!client || !other) throw new Error('they are in the cast')
  return {
    org,
    path,
    organizationId,
    client,
    other,
    bring: (period: string, charges: readonly Charge[]) => bringMonth(server.platform, organizationId, account, period, charges, rules),
    /** Months from May to July, with what is charged on each day. */
    bringAll: async (on: (day: string) => Charge[]) => {
      for (const [begin, end] of [
        ['2026-05-01', '2026-06-01'],
        ['2026-06-01', '2026-07-01'],
        ['2026-07-01', '2026-07-18'],
      ] as const)
        await bringMonth(server.platform, organizationId, account, begin, daysOf({ begin, end }).flatMap(on), rules)
    },
    watch: (platform = server.platform, when = now) => watchAnomalies(platform, organizationId, when),
    list: async (more: object = {}) => (await must(client.listCostAnomalies({ path, query: more }))).body.data,
    judge: (anomaly_id: number, status: 'open' | 'expected' | 'closed') =>
      client.updateCostAnomaly({ path: { ...path, anomaly_id }, body: { status } }),
    events: () =>
      query<{ title: string; message: string }>(
        `select title, message from events where organization_id = $1 and operation = 'anomaly:found' order by id`,
        organizationId,
      ),
    mails: () =>
      query<{ subject: string; body: string; recipient: string }>(
        'select subject, body, recipient from mails where recipient in ($1, $2, $3) order by id',
        `${ada}@example.com`,
        `${ben}@example.com`,
        `${eve}@example.com`,
      ),
    ada,
    eve,
    quiet: () =>
      until(async () =>
        (await query<{ n: string }>(`select count(*) as n from graphile_worker.jobs where task_identifier like 'costMails.%'`))[0]?.n ===
        '0'
          ? true
          : undefined,
      ),
  }
}

const web = { tags: { project: 'web' }, instance_type: 'm5.large' }
const usual = (day: string): Charge[] => [
  { day, billed: '100', ...web },
  { day, billed: '20.4', ...web, region: 'us-east-1' },
  { day, billed: '3', service: 'AmazonS3' },
]
const jump = '2026-07-14'
const jumping = (day: string): Charge[] => [
  ...usual(day),
  ...(day === jump ? [{ day, billed: '291.7', ...web, instance_type: 'm5.24xlarge' }] : []),
]

describe('a day that costs far more than those before', () => {
  test('is listed with what it was, what was usual, and what made the difference, and is told', async () => {
    const { bringAll, watch, list, events, mails, quiet, ada, eve, org, organizationId } = await open()
    await bringAll(jumping)
    await watch()
    await watch()
    const [found, ...more] = await list()
    expect(more).toEqual([])
    expect(found).toMatchObject({
      day: jump,
      provider: 'aws',
      service: 'AmazonEC2',
      project: 'web',
      currency: 'USD',
      cost: '412.1',
      expected: '120.4',
      status: 'open',
      reason:
        'AmazonEC2 of project web cost 412.10 USD on 14 July 2026; the days before it were about 120.40 USD. Most of the difference is instance type m5.24xlarge in eu-west-1 (+291.70).',
    })
    expect(found?.causes).toEqual([
      { what: 'instance type m5.24xlarge in eu-west-1', cost: '291.7', expected: '0' },
      { what: 'region eu-west-1', cost: '391.7', expected: '100' },
      { what: 'account 222222222222', cost: '412.1', expected: '120.4' },
    ])
    expect(await events()).toEqual([{ title: 'An unusual cost on 14 July 2026', message: found?.reason }])
    const [mail] = await until(async () => ((await mails()).length > 0 ? mails() : undefined))
    await quiet()
    expect(await mails()).toHaveLength(1)
    expect(mail).toMatchObject({ recipient: `${ada}@example.com`, subject: `1 unusual cost of ${org}` })
    expect(mail?.body).toContain(`  - ${found?.reason}`)
    expect(mail?.body).toContain(`https://console.example.com/organizations/${org}/cloud-cost-management/anomalies`)
    // Nor when the right to see it is taken after the mail was ordered.
    const [person] = await query<{ id: string }>('select id from users where username = $1', eve)
    await mailAnomalies(server.platform, { organizationId, userId: Number(person?.id), anomalyIds: [found?.id ?? 0] })
    expect(await mails()).toHaveLength(1)
  })

  test('is told once by two processes that look at the same time, and all of a run in one mail', async () => {
    const { bringAll, watch, list, events, mails, quiet } = await open()
    await bringAll((day) => [...jumping(day), { day, billed: day === '2026-07-15' ? '90' : '30', service: 'AmazonRDS' }])
    await using beside = await openTestServer({ beside: server })
    await Promise.all(Array.from({ length: 6 }, (_, index) => watch(index % 2 === 0 ? server.platform : beside.platform)))
    expect((await list()).map(({ service }) => service)).toEqual(['AmazonRDS', 'AmazonEC2'])
    expect(await events()).toHaveLength(2)
    await until(async () => ((await mails()).length > 0 ? true : undefined))
    await quiet()
    const all = await mails()
    expect(all.map(({ subject }) => subject.slice(0, 15))).toEqual(['2 unusual costs'])
    expect(all[0]?.body).toMatch(/not attributed to a project, cost 90\.00 USD on 15 July 2026/)
  })

  test('is not mailed where nobody wants that, and listed all the same', async () => {
    const { bringAll, watch, list, mails, quiet, organizationId, events } = await open()
    await query('insert into cost_keeping (organization_id, anomaly_mails) values ($1, false)', organizationId)
    await bringAll(jumping)
    await watch()
    await quiet()
    expect(await list()).toHaveLength(1)
    expect(await events()).toHaveLength(1)
    expect(await mails()).toEqual([])
  })

  test('is over when a corrected bill takes it away, and is shown as the bill now says it otherwise', async () => {
    const { bringAll, bring, watch, list, events } = await open()
    await bringAll(jumping)
    await watch()
    const days = daysOf({ begin: '2026-07-01', end: '2026-07-18' })
    await bring(
      '2026-07-01',
      days.flatMap((day) => [...jumping(day), ...(day === jump ? [{ day, billed: '8.3', ...web }] : [])]),
    )
    await watch()
    expect(await list()).toMatchObject([{ cost: '420.4', status: 'open' }])
    await bring('2026-07-01', days.flatMap(usual))
    await watch()
    expect(await list({ status: 'open' })).toEqual([])
    expect(await list()).toMatchObject([{ status: 'closed' }])
    expect(await events()).toHaveLength(1)
  })

  test('is not told when such a jump was expected within the last month, unless it is much larger', async () => {
    const { bringAll, bring, watch, list, judge } = await open()
    await bringAll(jumping)
    await watch()
    const [found] = await list()
    expect(await judge(found?.id ?? 0, 'expected')).toHaveStatus(200)
    await query(`update cost_anomalies set judged_at = '2026-07-15' where id = $1`, found?.id)
    const again = (billed: string) => (day: string) => [...jumping(day), ...(day === '2026-07-28' ? [{ day, billed, ...web }] : [])]
    const days = daysOf({ begin: '2026-07-01', end: '2026-08-01' })
    await bring('2026-07-01', days.flatMap(again('290')))
    await watch(server.platform, new Date('2026-07-31T12:00:00Z'))
    expect((await list()).map(({ day, status }) => [day, status])).toEqual([[jump, 'expected']])
    await bring('2026-07-01', days.flatMap(again('900')))
    await watch(server.platform, new Date('2026-07-31T12:00:00Z'))
    expect((await list()).map(({ day, status }) => [day, status])).toEqual([
      ['2026-07-28', 'open'],
      [jump, 'expected'],
    ])
  })
})

describe('nothing is told', () => {
  const only = (on: (day: string) => Charge[]) => async () => {
    const { bringAll, watch, list } = await open()
    await bringAll((day) => [...usual(day), ...on(day)])
    await watch()
    return list()
  }
  test.each<[string, () => Promise<unknown[]>]>([
    [
      'of what is bought, taxed and credited',
      only((day) =>
        day === jump ? (['purchase', 'tax', 'credit'] as const).map((record_type) => ({ day, billed: '5000', record_type, ...web })) : [],
      ),
    ],
    ['of the last day that is billed', only((day) => (day === '2026-07-17' ? [{ day, billed: '900', ...web }] : []))],
    ['of fees on the first of the month', only((day) => (day.endsWith('-01') ? [{ day, billed: '700', ...web }] : []))],
    ['of small amounts', only((day) => (day === jump ? [{ day, billed: '4', service: 'AWSLambda' }] : []))],
  ])('%s', async (_, found) => {
    expect(await found()).toEqual([])
  })

  test('of an organization without costs', async () => {
    const { watch, list } = await open()
    await watch()
    expect(await list()).toEqual([])
  })
})

test('a service that was never there before is told as new, once', async () => {
  const { bringAll, watch, list } = await open()
  await bringAll((day) => [
    ...usual(day),
    ...(day >= '2026-07-10' ? [{ day, billed: '60', service: 'AmazonSageMaker', tags: { project: 'ml' } }] : []),
  ])
  await watch()
  expect(await list()).toMatchObject([
    { day: '2026-07-10', service: 'AmazonSageMaker', project: 'ml', expected: '0', reason: expect.stringContaining('so it is new there') },
  ])
})

test('names on a bill may be anything: they stay one line, and whole letters', async () => {
  const { bringAll, watch, list, mails, events } = await open()
  const service = `__proto__\n\nDear reader, ${'🚀'.repeat(201)}`
  await bringAll((day) => [
    ...usual(day),
    { day, billed: day === jump ? '900' : '30', service, instance_type: `\r\n${'é🚀'.repeat(120)}`, region: '__proto__' },
  ])
  await watch()
  const [found] = await list()
  expect(found).toMatchObject({ service: expect.stringMatching(/^__proto__\n/), cost: '900', expected: '30' })
  expect(found?.reason).not.toMatch(/[\n\r\p{Surrogate}]/u)
  expect(found?.causes).toHaveLength(3)
  expect(await events()).toHaveLength(1)
  await until(async () => ((await mails()).length > 0 ? true : undefined))
})

test('anomalies are listed by day and status, judged by who may, and are of one organization', async () => {
  const { bringAll, watch, list, judge, client, other, path } = await open()
  await bringAll(jumping)
  await watch()
  const [found] = await list()
  const id = found?.id ?? 0
  expect(await list({ begin: jump, end: addDays(jump, 1) })).toHaveLength(1)
  expect(await list({ end: jump })).toEqual([])
  expect(await list({ begin: addDays(jump, 1) })).toEqual([])
  expect(await client.listCostAnomalies({ path, query: { begin: '2026-02-30' } })).toHaveStatus(422)
  expect(await client.listCostAnomalies({ path, query: { begin: '2026-07-02', end: '2026-07-01' } })).toHaveStatus(422)
  const judged = (await must(judge(id, 'closed'))).body.data
  expect(judged).toMatchObject({ id, status: 'closed', judged_by: expect.objectContaining({ username: expect.stringContaining('ada') }) })
  expect((await must(other.listCostAnomalies({ path }))).body.data).toHaveLength(1)
  expect(await other.updateCostAnomaly({ path: { ...path, anomaly_id: id }, body: { status: 'open' } })).toHaveStatus(403)
  const stranger = await open()
  expect(await stranger.list()).toEqual([])
  expect(await stranger.judge(id, 'open')).toHaveStatus(404)
  // What a person closed stays so, whatever is found again.
  await watch()
  expect(await list()).toMatchObject([{ status: 'closed' }])
})

test('an anomaly is shown by its number, before and after somebody judged it; to who may see one, of this organization', async () => {
  const { bringAll, watch, list, judge, client, other, path } = await open()
  await bringAll(jumping)
  await watch()
  const [found] = await list()
  const one = { path: { ...path, anomaly_id: found?.id ?? 0 } }
  expect((await must(client.getCostAnomaly(one))).body.data).toEqual(found)
  await must(judge(found?.id ?? 0, 'closed'))
  expect((await must(client.getCostAnomaly(one))).body.data).toMatchObject({ id: found?.id, status: 'closed', causes: found?.causes })
  expect(await other.getCostAnomaly(one)).toHaveStatus(403)
  const stranger = await open()
  expect(await stranger.client.getCostAnomaly({ path: { ...stranger.path, anomaly_id: found?.id ?? 0 } })).toHaveStatus(404)
})
