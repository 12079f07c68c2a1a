import { beforeAll, describe, expect, test } from 'vitest'
import type { Client } from '../../../test/support/client.ts'
import { bringMonth, costAccount, idOf } from '../../../test/support/cost-charges.ts'
import { fresh, member, organization, scenario } from '../../../test/support/scenario.ts'
import { useServer } from '../../../test/support/server.ts'
import { noRules } from '../../costs/attribution.ts'
import type { CostStore } from '../../costs/types.ts'
import { OrgTx } from '../../db/organization-tx.ts'
import { insideOf } from '../../db/pool.ts'
import { reportText } from './report.ts'

const server = useServer()
const path = { organization_canonical: fresh('acme') }
const quarter = { begin: '2026-04-01', end: '2026-07-01', currency: 'USD', granularity: 'day' } as const
let ada: Client
let organizationId: number

/** 400 projects on each day of a quarter, as attribution would leave them: 36,400 sums. */
beforeAll(async () => {
  ;({ ada } = await scenario(server, organization(path.organization_canonical, member('ada'))))
  organizationId = await idOf(server, path.organization_canonical)
  const account = await costAccount({ database: server.platform.database, organizationId }, 'bills')
  const charges = ['2026-04-01', '2026-06-30', '2026-06-30'].map((day, index) => ({ day, billed: '1', service: `Service ${index}` }))
  await bringMonth(server.platform, organizationId, account, '2026-04-01', charges, noRules)
  await server.database.query(
    `insert into cost_daily (organization_id, month_id, day, dimension_id, project, environment, component, tagged, lines, billed, effective, kwh, co2e, covered)
     select organization_id, month_id, on_day::date, dimension_id, 'p-' || n, '', '', true, 1, n, n, 0, 0, 0
     from (select * from cost_daily where organization_id = $1 order by day limit 1) d, generate_series(1, 400) n,
       generate_series(timestamp '2026-04-01', '2026-06-30', '1 day') on_day`,
    [organizationId],
  )
  await server.database.query(
    `insert into cost_monthly (organization_id, month_id, month, dimension_id, project, environment, component, tagged, lines, billed, effective, kwh, co2e, covered)
     select organization_id, month_id, date_trunc('month', day::timestamp), dimension_id, project, '', '', true, 1, sum(billed), sum(effective), 0, 0, 0
     from cost_daily where organization_id = $1 and project <> '' group by 1, 2, 3, 4, 5`,
    [organizationId],
  )
})

describe('400 projects, day by day over a quarter', () => {
  test('are a dashboard of its five largest', async () => {
    const answer = await ada.getCloudCostManagementDashboard({ path, query: quarter })
    expect(answer).toHaveStatus(200)
    const { projects, project_resources, total_cost, providers } = answer.body.data
    expect(total_cost).toBe(91 * 200 * 401 + 3)
    expect(providers.buckets[0]?.buckets).toHaveLength(91)
    expect(projects.buckets).toHaveLength(91)
    expect(projects.buckets[90]?.buckets?.map(({ value, cost }) => [value, cost])).toEqual(
      [400, 399, 398, 397, 396].map((n) => [`p-${n}`, n]),
    )
    expect(project_resources).toHaveLength(400)
    expect(project_resources[0]).toMatchObject({ project: 'p-400', cost: 400 * 91 })
  })

  test('are a dashboard of all projects, and of too many days nothing is said of keys that nobody chose', async () => {
    const answer = await ada.getCloudCostManagementProjectsDashboard({ path, query: quarter })
    expect(answer).toHaveStatus(200)
    expect(answer.body.data.projects.buckets[0]?.buckets).toHaveLength(401)
    expect(answer.body.data.project_providers.buckets).toHaveLength(401)
    await server.database.query(
      `insert into cost_daily (organization_id, month_id, day, dimension_id, project, environment, component, tagged, lines, billed, effective, kwh, co2e, covered)
       select organization_id, month_id, day, dimension_id, 'q-' || project, '', '', true, 1, 0, 0, 0, 0, 0 from cost_daily where organization_id = $1`,
      [organizationId],
    )
    const refused = await ada.getCloudCostManagementProjectsDashboard({ path, query: quarter })
    expect(refused.status).toBe(422)
    expect(JSON.stringify(refused.body)).toMatch(/choose week or month.*query\.projects.*choose a shorter period/)
    expect(JSON.stringify(refused.body)).not.toContain('group_by')
  })
})

test('a report tells what more names than are read cost together', async () => {
  const { database, costs } = server.platform
  const sums: CostStore['sums'] = (tx, question) => costs.sums(tx, question.dearest === undefined ? question : { ...question, dearest: 2 })
  const text = await OrgTx.read(database, insideOf(organizationId), (tx) => reportText(tx, { ...costs, sums }, { month: '2026-06' }))
  expect(text).toMatch(/Services .*\n-+\nService 0 +2,406,000\.00 +2,486,200\.00 .*\n\(the others\) +2\.00 +0\.00/)
})
