import { expect, test } from 'vitest'
import { bringMonth, type Charge, costAccount, idOf } from '../../../test/support/cost-charges.ts'
import { fresh, member, organization, scenario } from '../../../test/support/scenario.ts'
import { useServer } from '../../../test/support/server.ts'
import { noRules } from '../../costs/attribution.ts'
import { AccountTx } from '../../db/account-tx.ts'
import { clearAllCosts } from '../cloud-cost-imports/due.ts'
import { listOrganizations } from '../cost-budgets/queries.ts'

const server = useServer()
const charges = Array.from(
  { length: 40 },
  (_, n): Charge => ({ day: '2026-07-01', billed: '1', resource: `i-${n}`, service: `Service ${n}`, tags: { Name: `web-${n}` } }),
)
const tables = [
  ...['cost_lines', 'cost_days', 'cost_daily', 'cost_monthly', 'cost_month_resources', 'cost_month_tag_sets', 'cost_months'],
  ...['cost_dimensions', 'cost_kinds', 'cost_tag_groups', 'cost_tag_sets', 'cost_resources', 'cost_tag_keys'],
]

async function open() {
  const org = fresh('acme')
  const { ada } = await scenario(server, organization(org, member('ada')))
  const organizationId = await idOf(server, org)
  const scope = { database: server.platform.database, organizationId }
  const query = <R>(text: string) => server.database.query<R & object>(text.replaceAll(':org', String(organizationId)))
  await bringMonth(server.platform, organizationId, await costAccount(scope, 'bills'), '2026-07-01', charges, noRules)
  return {
    ada,
    path: { organization_canonical: org },
    scope,
    query,
    rows: async () => {
      const found: Record<string, number> = {}
      for (const table of tables) {
        const [row] = await query<{ count: number }>(`select count(*)::int as count from ${table} where organization_id = :org`)
        if (row && row.count > 0) found[table] = row.count
      }
      return found
    },
    jobs: () =>
      query<{ seconds: number }>(
        `select extract(epoch from run_at - created_at)::int as seconds from graphile_worker._private_jobs j join graphile_worker._private_tasks t on t.id = j.task_id
         where t.identifier = 'costs.clear' and payload ->> 'organizationId' = ':org'`,
      ),
    /** Does the clock still ask for it? */
    isKnown: async () => (await AccountTx.read(server.platform.database, { kind: 'platform' }, listOrganizations)).includes(organizationId),
    clear: async () => {
      await query(`update cost_months set ended_at = ended_at - interval '11 minutes' where organization_id = :org`)
      while (!(await server.platform.costs.clear(scope)).done);
    },
  }
}

test('an organization with bills is deleted at once, and a job removes what they were when nobody can be in the middle of them', async () => {
  const { ada, path, query, rows, jobs, isKnown, clear } = await open()
  const before = await rows()
  expect(before).toMatchObject({ cost_lines: 40, cost_resources: 40, cost_months: 1 })
  expect(await ada.deleteOrg({ path })).toHaveStatus(204)
  // With a month of ten million lines the statement would never come to its end.
  const { cost_tag_keys, ...outliving } = before
  expect(await rows()).toEqual(outliving)
  expect(await query('select state, cost_account_id from cost_months where organization_id = :org')).toEqual([
    { state: 'replaced', cost_account_id: null },
  ])
  expect((await jobs()).at(-1)?.seconds).toBeGreaterThan(600)
  expect(await isKnown()).toBe(true)
  await clear()
  expect(await rows()).toEqual({})
  expect(await isKnown()).toBe(false)
})

test('what a gone organization left is removed at night, also when only names are left of it', async () => {
  const { ada, path, query, isKnown, clear, rows, jobs } = await open()
  // Too old to be kept: it is remembered that they were charged for.
  await query(`update cost_months set state = 'replaced', activated_at = now(), ended_at = now() where organization_id = :org`)
  await clear()
  expect(await rows()).toEqual({ cost_resources: 40 })
  expect(await ada.deleteOrg({ path })).toHaveStatus(204)
  expect(await isKnown()).toBe(true)
  const before = (await jobs()).length
  await clearAllCosts(server.platform)
  expect(await jobs()).toHaveLength(before + 1)
  await clear()
  expect(await rows()).toEqual({})
  expect(await isKnown()).toBe(false)
})

test('the bills of the last account that is deleted are removed, and the tag keys that were only on them', async () => {
  const { ada, path, rows, jobs, isKnown, clear } = await open()
  expect((await ada.getCloudCostManagementTags({ path })).body.data).toEqual(['Name'])
  expect(await ada.deleteCloudCostManagementAccount({ path: { ...path, cloud_cost_management_account_canonical: 'bills' } })).toHaveStatus(
    204,
  )
  expect((await jobs()).at(-1)?.seconds).toBeGreaterThan(600)
  expect(await isKnown()).toBe(true)
  await clear()
  expect(await rows()).toEqual({})
  expect((await ada.getCloudCostManagementTags({ path })).body.data).toEqual([])
})
