import { beforeAll, expect, test } from 'vitest'
import type { Client } from '../../../test/support/client.ts'
import { bringMonth, costAccount, idOf } from '../../../test/support/cost-charges.ts'
import { until } from '../../../test/support/newcomers.ts'
import { fresh, member, organization, role, scenario } from '../../../test/support/scenario.ts'
import { useServer } from '../../../test/support/server.ts'
import { must } from '../../../test/support/workshop.ts'
import { dayOf, monthAfter } from '../cost-budgets/spans.ts'
import { mailAllReports } from './report-mail.ts'

const server = useServer({ worker: true })
const path = { organization_canonical: fresh('acme') }
const [ada, ben, eve] = [fresh('ada'), fresh('ben'), fresh('eve')]
/** The last month and the present one, which are of different years in January alone. */
const present = monthAfter(dayOf(new Date()), 0)
const last = monthAfter(present, -1)
const actions = 'organization:cloud_cost_management'
let cast: Readonly<Record<string, Client>>

beforeAll(async () => {
  cast = await scenario(
    server,
    organization(
      path.organization_canonical,
      role('reader', [`${actions}:read`]),
      role('planner', [`${actions}:read`], [`${actions}:budget:update`]),
      member(ada),
      member(ben, 'reader'),
      member(eve, 'planner'),
    ),
  )
  const organizationId = await idOf(server, path.organization_canonical)
  const account = await costAccount({ database: server.platform.database, organizationId }, 'bills')
  await bringMonth(server.platform, organizationId, account, last, [{ day: last, billed: '40' }])
  await bringMonth(server.platform, organizationId, account, present, [{ day: present, billed: '1000' }])
  const body = { name: 'Secret plans', amount: '100', currency: 'USD', thresholds: [{ percent: 80, of: 'actual' }] }
  for (const span of ['year', 'quarter'] as const)
    await must(client(ada).createCostBudget({ path, body: { ...body, canonical: `plan-${span}`, span } as never }))
  await server.database.query(
    `insert into cost_anomalies (organization_id, day, provider, service, project, currency, cost, expected, reason)
     values ($1, $2, 'aws', 'AmazonEC2', 'shop', 'USD', 40, 0, 'A secret jump.')`,
    [organizationId, last],
  )
  await server.database.query('insert into cost_keeping (organization_id, report_mails) values ($1, true)', [organizationId])
})

function client(name: string): Client {
  const found = cast[name]
  if (!found) throw new Error(`${name} is in the cast`)
  return found
}

const report = async (name: string) => String((await client(name).getCloudCostReport({ path, query: { month: last.slice(0, 7) } })).body)

test('of a past month, budgets are told as they stood at its end', async () => {
  const text = await report(ada)
  expect(text).toMatch(/\nSecret plans \(year\) +40\.00 +100\.00 USD +40 %/)
  expect(text).toMatch(/\nSecret plans \(quarter\) +40\.00 +100\.00 USD +40 %/)
  expect(text).not.toContain('1,040')
  expect(text).toContain('A secret jump.')
  expect(text).not.toContain('Left out')
})

test('budgets and unusual costs are for who may list them', async () => {
  const text = await report(ben)
  expect(text).toContain('40.00')
  expect(text.toLowerCase()).not.toContain('secret')
  expect(text).toContain('Left out, since you may not list them: budgets and unusual costs.')
})

test('it is mailed to those alone who may list them', async () => {
  await mailAllReports(server.platform)
  const mails = () =>
    server.database.query<{ recipient: string }>(`select recipient from mails where recipient = any ($1)`, [
      [ada, ben, eve].map((name) => `${name}@example.com`),
    ])
  await until(async () => ((await mails()).length > 0 ? true : undefined))
  await until(async () => {
    const jobs = await server.database.query(`select 1 from graphile_worker.jobs where task_identifier like 'costMails.%'`)
    return jobs.length === 0 ? true : undefined
  })
  expect((await mails()).map(({ recipient }) => recipient)).toEqual([`${ada}@example.com`])
})

test('it is mailed once for a month, to all whose turn comes after an organization where that goes wrong as well', async () => {
  const open = async () => {
    const [org, owner] = [fresh('acme'), fresh('kim')]
    await scenario(server, organization(org, member(owner)))
    const organizationId = await idOf(server, org)
    const account = await costAccount({ database: server.platform.database, organizationId }, 'bills')
    await bringMonth(server.platform, organizationId, account, last, [{ day: last, billed: '40' }])
    await server.database.query('insert into cost_keeping (organization_id, report_mails) values ($1, true)', [organizationId])
    return { organizationId, owner }
  }
  const [first, second] = [await open(), await open()]
  const mailed = async () => {
    await until(async () => {
      const jobs = await server.database.query(`select 1 from graphile_worker.jobs where task_identifier like 'costMails.%'`)
      return jobs.length === 0 ? true : undefined
    })
    const to = [first, second].map(({ owner }) => `${owner}@example.com`)
    const mails = await server.database.query<{ recipient: string }>('select recipient from mails where recipient = any ($1)', [to])
    return to.map((address) => mails.filter(({ recipient }) => recipient === address).length)
  }
  await server.database.query(`create function refuse_costs() returns trigger language plpgsql as $$ begin raise 'no'; end $$`)
  await server.database.query(
    `create trigger refuse before update on cost_keeping for each row when (new.organization_id = ${first.organizationId}) execute function refuse_costs()`,
  )
  await expect(mailAllReports(server.platform)).rejects.toThrow('no')
  expect(await mailed()).toEqual([0, 1])
  await server.database.query('drop function refuse_costs cascade')
  await mailAllReports(server.platform)
  await mailAllReports(server.platform)
  expect(await mailed()).toEqual([1, 1])
})
