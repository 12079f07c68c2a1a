import { Client } from 'pg'
import { expect, test } from 'vitest'
import { giveTeam, openQuotaWorld, sized, switchQuotas } from '../../../test/support/quota-world.ts'
import { useRepositories } from '../../../test/support/repositories.ts'
import { useServer } from '../../../test/support/server.ts'
import { gitIn, must } from '../../../test/support/workshop.ts'
import { OrgTx } from '../../db/organization-tx.ts'
import { insideOf } from '../../db/pool.ts'
import { reserve } from './reserve.ts'

const repositories = useRepositories()
const server = useServer({ config: gitIn(repositories) })

test('of 100 components that are created at once against a quota for 10, exactly 10 are there', { timeout: 120_000 }, async () => {
  const { create, used, ada, at } = await openQuotaWorld(server, repositories, { cpu: 10, memory: 0, storage: 0 })
  const answers = await Promise.all(Array.from({ length: 100 }, (_, index) => create(`c${index}`)))
  const refused = answers.filter(({ status }) => status !== 200)
  expect(answers.filter(({ status }) => status === 200)).toHaveLength(10)
  expect(refused).toHaveLength(90)
  for (const answer of refused) {
    expect(answer).toBeError('Invalid', 'needs 1 CPU unit, 0 MB of memory and 0 MB of storage')
    expect(answer).toBeError('Invalid', '0 CPU units, 0 MB of memory and 0 MB of storage are left for the team ops in the pool metal')
  }
  expect((await used()).cpu).toBe(10)
  expect((await ada.getComponents({ path: at })).body.data).toHaveLength(10)
})

test('a project keeps its team while a component reserves of what the team may use', async () => {
  const { create, ada, org, path } = await openQuotaWorld(server, repositories, { cpu: 10, memory: 0, storage: 0 })
  await must(create('free', sized({})))
  await must(ada.createTeam({ path, body: { name: 'Others', canonical: 'others', roles_canonical: ['organization-member'] } }))
  const [row] = await server.database.query<{ organization_id: string; id: string; environment_id: string }>(
    'select c.* from components c join organizations o on o.id = c.organization_id where o.canonical = $1',
    [org],
  )
  const asking = { environmentId: Number(row?.environment_id), amounts: { cpu: 2, memory: 0, storage: 0 }, present: null }
  const changed = await OrgTx.write(server.platform.database, insideOf(Number(row?.organization_id)), async (tx) => {
    await reserve(tx, Number(row?.id), asking)
    const change = giveTeam(ada, org, 'shop', 'others').catch((error: unknown) => String(error))
    await waiting()
    return { change }
  })
  expect(await changed.change).toContain('Components of the project shop use quotas of its team')
})

test('quotas that are switched on while a component changes take nothing from what it holds', async () => {
  const { create, used, ada, org, at } = await openQuotaWorld(server, repositories, { cpu: 10, memory: 0, storage: 0 })
  await must(create('one', sized({ cores: 4 })))
  await switchQuotas(ada, org, false)
  const holder = new Client({ connectionString: server.database.url })
  await holder.connect()
  try {
    await holder.query('begin')
    await holder.query(
      `select from components c, organizations o where o.id = c.organization_id and o.canonical = '${org}' for update of c`,
    )
    const change = ada.updateComponent({ path: { ...at, component_canonical: 'one' }, body: { name: 'Renamed', use_case: 'default' } })
    await waiting()
    await switchQuotas(ada, org, true)
    await holder.query('rollback')
    expect(await change).toBeError('Conflict', 'Quotas were switched on meanwhile')
  } finally {
    await holder.end()
  }
  expect((await used()).cpu).toBe(4)
})

/** Until somebody waits for what another transaction has locked. */
async function waiting(): Promise<void> {
  const asleep = `select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`
  await expect.poll(async () => (await server.database.query(asleep)).length, { timeout: 5000 }).toBeGreaterThan(0)
}
