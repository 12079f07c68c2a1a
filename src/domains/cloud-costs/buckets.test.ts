import { beforeAll, describe, expect, test } from 'vitest'
import type { Client } from '../../../test/support/client.ts'
import { bringMonth, type Charge, costAccount, idOf } from '../../../test/support/cost-charges.ts'
import { fresh, member, organization, scenario } from '../../../test/support/scenario.ts'
import { useServer } from '../../../test/support/server.ts'
import { noRules } from '../../costs/attribution.ts'
import { TooManySums } from '../../costs/types.ts'
import { OrgTx } from '../../db/organization-tx.ts'
import { insideOf } from '../../db/pool.ts'

const server = useServer()
const path = { organization_canonical: fresh('acme') }
const july = { begin: '2026-07-01', end: '2026-08-01', currency: 'USD' } as const
let ada: Client
let organizationId: number

beforeAll(async () => {
  ;({ ada } = await scenario(server, organization(path.organization_canonical, member('ada'))))
  organizationId = await idOf(server, path.organization_canonical)
  const account = await costAccount({ database: server.platform.database, organizationId }, 'bills')
  const rules = { ...noRules, project: { keys: ['project'], regex: '' }, environment: { keys: ['env'], regex: '' } }
  // 420 accounts on 28 days: 11,760 sums.
  const charges = Array.from({ length: 420 * 28 }, (_, index): Charge => {
    const day = `2026-07-${String((index % 28) + 1).padStart(2, '0')}`
    return { day, billed: '0.25', linked_account: `account-${Math.floor(index / 28)}`, tags: { project: 'Web.API', env: 'Prod' } }
  })
  await bringMonth(server.platform, organizationId, account, '2026-07-01', charges, rules)
})

const ask = (query: object) =>
  ada.getCloudCostManagementProviderDetails({
    path: { ...path, provider_canonical: 'aws' },
    query: { ...july, granularity: 'day', ...query } as never,
  })

describe('an answer of more buckets than anybody looks at', () => {
  const finest = ['linked_account', 'service', 'location', 'category', 'instance_type', 'project', 'environment', 'record_type']

  test('is refused, saying what to ask for instead', async () => {
    const refused = await ask({ group_by: finest })
    // Said by hand: the answer would be megabytes of a message.
    expect(refused.status).toBe(422)
    expect(JSON.stringify(refused.body)).toContain('more than 100,000 buckets')
    expect(JSON.stringify(refused.body)).toMatch(/choose week or month.*name fewer keys.*choose a shorter period/)
    expect((await ask({ group_by: finest, granularity: 'month' })).status).toBe(200)
    expect((await ask({ group_by: finest, end: '2026-07-20' })).status).toBe(200)
    const coarser = await ask({ group_by: ['linked_account'] })
    expect(coarser.body.data).toMatchObject({ cost: 2940 })
  })

  test('is not even read', async () => {
    const sums = (most: number) =>
      OrgTx.read(server.platform.database, insideOf(organizationId), (tx) =>
        server.platform.costs.sums(tx, {
          ...july,
          granularity: 'day',
          filters: {},
          groupBy: ['time'],
          costType: 'billed',
          currency: 'USD',
          most,
        }),
      )
    await expect(sums(27)).rejects.toThrow(TooManySums)
    expect(await sums(28)).toHaveLength(28)
  })
})

test('projects and environments are asked for as they are called, or as filters offer them', async () => {
  for (const query of [
    { projects: ['Web.API'], environments: ['PROD'] },
    { projects: ['web-api'], environments: ['prod'] },
  ])
    expect((await ask({ ...query, granularity: 'month' })).body.data).toMatchObject({ cost: 2940 })
  for (const projects of [['web'], ['...']]) expect((await ask({ projects, granularity: 'month' })).body.data).toMatchObject({ cost: 0 })
})
