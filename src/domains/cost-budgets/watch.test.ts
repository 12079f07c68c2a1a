import { describe, expect, test } from 'vitest'
import { bringMonth, type Charge, costAccount } from '../../../test/support/cost-charges.ts'
import { until } from '../../../test/support/newcomers.ts'
import { fresh, member, organization, role, scenario } from '../../../test/support/scenario.ts'
import { openTestServer, useServer } from '../../../test/support/server.ts'
import { must } from '../../../test/support/workshop.ts'
import type { Schema } from '../../contract/operation.ts'
import { mailBudget } from './letters.ts'
import { addDays } from './spans.ts'
import { watchAllCosts, watchBudgets } from './watch.ts'

const server = useServer({ worker: true, config: { consoleUrl: 'https://console.example.com' } })

const now = new Date('2026-07-16T12:00:00Z')
const query = <R>(text: string, ...values: unknown[]) => server.database.query<R & object>(text, values)

async function open() {
  const org = fresh('acme')
  // Names are of the whole platform, and so are addresses: mails of other tests are not these.
  const [ada, ben, eve, kim] = [fresh('ada'), fresh('ben'), fresh('eve'), fresh('kim')]
  const cast = await scenario(
    server,
    organization(
      org,
      role('nothing'),
      role('planner', ['organization:cloud_cost_management:budget:update']),
      member(ada),
      member(ben, 'nothing'),
      member(eve, 'nothing'),
      member(kim, 'planner'),
    ),
  )
  const [row] = await query<{ id: string }>('select id from organizations where canonical = $1', org)
  const organizationId = Number(row?.id)
  const path = { organization_canonical: org }
  const account = await costAccount({ database: server.platform.database, organizationId }, 'bills')
  const client = cast[ada]
  if (!client) throw new Error('ada is in the cast')
  const mailsTo = (name: string) =>
    query<{ subject: string; body: string }>('select subject, body from mails where recipient = $1 order by id', `${name}@example.com`)
  return {
    org,
    path,
    organizationId,
    names: { ada, ben, eve, kim },
    client,
    bring: (charges: readonly Charge[], period = '2026-07-01') => bringMonth(server.platform, organizationId, account, period, charges),
    watch: (platform = server.platform, when = now) => watchBudgets(platform, organizationId, when),
    mailsTo,
    alerts: () =>
      query<{ percent: number; of: string; spent: string; amount: string; span_begin: string }>(
        `select percent, of, spent::text, amount::text, span_begin::text from cost_budget_alerts where organization_id = $1 order by id`,
        organizationId,
      ),
    events: () =>
      query<{ title: string; message: string; severity: string; tags: unknown }>(
        `select title, message, severity, tags from events where organization_id = $1 and operation = 'budget:alert' order by id`,
        organizationId,
      ),
    budget: (body: object = {}) =>
      must(
        client.createCostBudget({
          path,
          body: {
            name: 'Cloud',
            amount: '1000',
            currency: 'USD',
            span: 'month',
            thresholds: [{ percent: 80, of: 'actual' }],
            ...body,
          } as never,
        }),
      ),
    quiet: () =>
      until(async () =>
        (await query<{ n: string }>(`select count(*) as n from graphile_worker.jobs where task_identifier like 'costMails.%'`))[0]?.n ===
        '0'
          ? true
          : undefined,
      ),
  }
}

/** So much on each of the days. */
const days = (count: number, billed: string): Charge[] =>
  Array.from({ length: count }, (_, index) => ({ day: addDays('2026-07-01', index), billed }))

describe('a threshold that is crossed', () => {
  test('is told once: by an event, and by a mail to the owner and the recipients', async () => {
    const { names, bring, budget, watch, mailsTo, alerts, events, quiet, org } = await open()
    await budget({
      recipients: [`${names.ben}@example.com`],
      thresholds: [
        { percent: 50, of: 'actual' },
        { percent: 80, of: 'actual' },
        { percent: 81, of: 'actual' },
      ],
    })
    await bring(days(8, '100'))
    await watch()
    await watch()
    expect(await alerts()).toMatchObject([
      { percent: 50, of: 'actual', spent: '800', amount: '1000', span_begin: '2026-07-01' },
      { percent: 80, of: 'actual', spent: '800' },
    ])
    expect(await events()).toMatchObject([
      {
        severity: 'warn',
        message: '800.00 USD of the 1,000.00 USD of the budget Cloud were spent, 50 % or more in the month that began on 1 July 2026',
      },
      { severity: 'warn', title: 'A threshold of a budget was crossed' },
    ])
    const [mail] = await until(async () => ((await mailsTo(names.ben)).length > 0 ? mailsTo(names.ben) : undefined))
    await quiet()
    expect(mail?.subject).toBe(`Budget Cloud of ${org}: 80 % were spent`)
    expect(mail?.body).toContain('  - 800.00 USD of the 1,000.00 USD of the budget Cloud were spent, 80 % or more.')
    expect(mail?.body).toContain('Period:  1 July 2026 to 31 July 2026')
    expect(mail?.body).toContain('Counted: everything')
    expect(mail?.body).toContain(`https://console.example.com/organizations/${org}/cloud-cost-management/budgets/cloud`)
    expect(await mailsTo(names.ada)).toHaveLength(1)
    expect(await mailsTo(names.ben)).toHaveLength(1)
    expect(await mailsTo(names.eve)).toHaveLength(0)
  })

  test('is told once by two processes that look at the same time', async () => {
    const { budget, bring, watch, alerts, events, mailsTo, names, quiet } = await open()
    await budget()
    await bring(days(9, '100'))
    await using beside = await openTestServer({ beside: server })
    await Promise.all(Array.from({ length: 8 }, (_, index) => watch(index % 2 === 0 ? server.platform : beside.platform)))
    expect(await alerts()).toHaveLength(1)
    expect(await events()).toHaveLength(1)
    await until(async () => ((await mailsTo(names.ada)).length > 0 ? true : undefined))
    await quiet()
    expect(await mailsTo(names.ada)).toHaveLength(1)
  })

  test('of a forecast is told before the money is spent, with what is forecast', async () => {
    const { budget, bring, watch, alerts, events } = await open()
    await budget({
      thresholds: [
        { percent: 100, of: 'forecast' },
        { percent: 150, of: 'forecast' },
        { percent: 90, of: 'actual' },
      ],
    })
    await bring(days(15, '40'))
    await watch()
    expect(await alerts()).toMatchObject([{ percent: 100, of: 'forecast', spent: '1240' }])
    expect(await events()).toMatchObject([
      { title: 'A budget is forecast to cross a threshold', message: expect.stringContaining('1,240.00 USD') },
    ])
  })

  test('of a forecast is not told of what was shut down', async () => {
    const { budget, bring, watch, alerts } = await open()
    await budget({ filters: { services: ['AmazonRDS'] }, thresholds: [{ percent: 150, of: 'forecast' }] })
    const all = days(24, '1')
    await bring([...all, ...days(10, '100').map((charge) => ({ ...charge, service: 'AmazonRDS' }))])
    await watch(server.platform, new Date('2026-07-25T12:00:00Z'))
    expect(await alerts()).toEqual([])
  })

  test('is told again in the next span, of another amount, and of other filters, but not when it is saved as it was', async () => {
    const { budget, bring, watch, alerts, client, path } = await open()
    const { data } = (await budget()).body
    const at = { ...path, budget_canonical: data.canonical }
    const body: Schema<'NewCostBudget'> = {
      name: 'Cloud',
      amount: '1000',
      currency: 'USD',
      span: 'month',
      thresholds: [{ percent: 80, of: 'actual' }],
      enabled: true,
    }
    await bring(days(9, '100'))
    await watch()
    await must(client.updateCostBudget({ path: at, body }))
    await watch()
    expect(await alerts()).toHaveLength(1)
    await must(client.updateCostBudget({ path: at, body: { ...body, amount: '1100' } }))
    await watch()
    expect((await alerts()).map(({ amount }) => amount)).toEqual(['1000', '1100'])
    expect((await client.getCostBudget({ path: at })).body.data.alerts.map(({ amount }) => amount)).toEqual(['1100', '1000'])
    await bring([{ day: '2026-08-01', billed: '2000' }], '2026-08-01')
    await watch(server.platform, new Date('2026-08-02T12:00:00Z'))
    expect((await alerts()).map(({ span_begin }) => span_begin)).toEqual(['2026-07-01', '2026-07-01', '2026-08-01'])
  })

  test('is told by nobody while the budget is off, and of nothing that cannot be converted', async () => {
    const { budget, bring, watch, alerts } = await open()
    await budget({ enabled: false })
    await budget({ name: 'Euros', currency: 'EUR' })
    await bring(days(10, '500'))
    await watch()
    expect(await alerts()).toEqual([])
  })

  test('is told to those who may list and change budgets, when its owner is gone', async () => {
    const { budget, bring, watch, names, mailsTo, organizationId, quiet } = await open()
    await budget({ owner: names.ben })
    await query(
      'delete from members m using users u where u.id = m.user_id and u.username = $1 and m.organization_id = $2',
      names.ben,
      organizationId,
    )
    await bring(days(9, '100'))
    await watch()
    await until(async () => ((await mailsTo(names.ada)).length > 0 ? true : undefined))
    await quiet()
    for (const other of ['ben', 'eve', 'kim'] as const) expect(await mailsTo(names[other])).toEqual([])
  })

  test('is not told to a recipient who was taken off the budget before the mail went out', async () => {
    const { budget, bring, watch, client, path, names, mailsTo, organizationId, quiet } = await open()
    const { data } = (await budget({ recipients: [`${names.ben}@example.com`] })).body
    const { name, amount, currency, span, thresholds } = data
    await bring(days(9, '100'))
    await watch()
    await quiet()
    expect(await mailsTo(names.ben)).toHaveLength(1)
    const body = { name, amount, currency, span, thresholds, recipients: [] } as never
    await must(client.updateCostBudget({ path: { ...path, budget_canonical: data.canonical }, body }))
    const [alert] = await query<{ id: string }>('select id from cost_budget_alerts where organization_id = $1', organizationId)
    const [ben] = await query<{ id: string }>('select id from users where username = $1', names.ben)
    await mailBudget(server.platform, { organizationId, alertIds: [Number(alert?.id)], userId: Number(ben?.id) })
    expect(await mailsTo(names.ben)).toHaveLength(1)
  })

  test('goes to proven addresses alone', async () => {
    const { budget, bring, watch, names, mailsTo, alerts, quiet } = await open()
    await budget()
    await query('update user_emails set verified_at = null where email = $1', `${names.ada}@example.com`)
    await bring(days(9, '100'))
    await watch()
    expect(await alerts()).toHaveLength(1)
    await quiet()
    expect(await mailsTo(names.ada)).toEqual([])
  })
})

describe('a mail that cannot be sent', () => {
  test('is tried again by itself, and repeats no other', async () => {
    const refusing = new Set<string>()
    const sent: string[] = []
    const { budget, bring, watch, names, organizationId } = await open()
    const platform = {
      ...server.platform,
      mailer: {
        send: async ({ to }: { to: string }) => {
          if (refusing.has(to)) throw new Error('the mail server says no')
          sent.push(to)
        },
      },
    }
    await budget({ recipients: [`${names.ben}@example.com`] })
    await bring(days(9, '100'))
    await watch()
    const jobs = (await query<{ id: string }>('select id from cost_budget_alerts where organization_id = $1', organizationId)).map(
      ({ id }) => Number(id),
    )
    const people = await query<{ id: string; username: string }>('select id, username from users where username = any ($1)', [
      names.ada,
      names.ben,
    ])
    refusing.add(`${names.ben}@example.com`)
    const send = (name: string) =>
      mailBudget(platform, { organizationId, alertIds: jobs, userId: Number(people.find(({ username }) => username === name)?.id) })
    await send(names.ada)
    await expect(send(names.ben)).rejects.toThrow('says no')
    refusing.clear()
    await send(names.ben)
    expect(sent).toEqual([`${names.ada}@example.com`, `${names.ben}@example.com`])
  })
})

test('once a day every organization with costs is looked at', async () => {
  const { organizationId, budget, bring, alerts } = await open()
  await budget({ span: 'year', amount: '1' })
  const today = new Date().toISOString().slice(0, 10)
  await bring([{ day: today, billed: '5' }], `${today.slice(0, 7)}-01`)
  await watchAllCosts(server.platform)
  expect(await until(async () => ((await alerts()).length > 0 ? alerts() : undefined))).toHaveLength(1)
  expect(organizationId).toBeGreaterThan(0)
})
