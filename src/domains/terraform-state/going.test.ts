/** Components and external backends that go while a state is there: who may still work with it, and what is left of it. */
import { Client } from 'pg'
import { expect, test } from 'vitest'
import { useRepositories } from '../../../test/support/repositories.ts'
import { useServer } from '../../../test/support/server.ts'
import { openStateWorld, stateOf } from '../../../test/support/state-world.ts'
import { gitIn, must } from '../../../test/support/workshop.ts'
import { OrgTx } from '../../db/organization-tx.ts'
import { insideOf } from '../../db/pool.ts'
import { insertCounts } from './queries.ts'
import { tidyLeftStates } from './tidy.ts'

const repositories = useRepositories()
const server = useServer({ config: gitIn(repositories) })
const open = () => openStateWorld(server, repositories)

test('the token of a component that another one replaced opens nothing of that, nor the token of the place that one left', async () => {
  const { backend, ada, path, make, backendOf, tokenOf, workshop } = await open()
  await must(ada.migrateComponent({ path, body: { destination_environment_canonical: 'staging' } }))
  await make('front', 'other')
  expect(await (await backend.push(stateOf(1))).text()).toContain('replaced by a newer one')
  expect((await backendOf(tokenOf('front', 2)).push(stateOf(1, ['new']))).status).toBe(204)
  const files = repositories.files(workshop.config, 'config')
  expect(files[`${workshop.org}/shop/prod/front/pipeline/variables.yml`]).toContain(`jwt=${tokenOf('front', 2)}'`)
  await must(ada.deleteComponent({ path }))
  await make('front')
  expect((await backendOf(tokenOf('front', 2)).ask('GET', '/inventory')).status).toBe(403)
  expect((await backendOf(tokenOf('front', 3)).ask('GET', '/inventory')).status).toBe(404)
})

test('a component whose state is locked is neither moved nor deleted, until the lock is gone', async () => {
  const { backend, ada, path } = await open()
  await backend.push(stateOf(1, ['a']))
  await backend.lock('x', 'bob@ci')
  const sentence = /its Terraform state is locked by bob@ci since 20.*: wait, or break the lock/
  const moved = await ada.migrateComponent({ path, body: { destination_environment_canonical: 'staging' } })
  expect([moved.status, JSON.stringify(moved.body)]).toEqual([409, expect.stringMatching(sentence)])
  const deleted = await ada.deleteComponent({ path })
  expect([deleted.status, JSON.stringify(deleted.body)]).toEqual([409, expect.stringMatching(sentence)])
  expect((await backend.push(stateOf(2), 'x')).status).toBe(204)
  await must(ada.breakStateLock({ path }))
  expect(await ada.deleteComponent({ path })).toHaveStatus(204)
})

test('without any external backend the state of a component is read and unlocked, but neither written nor locked', async () => {
  const { backend, organizationId } = await open()
  await backend.push(stateOf(1, ['a']))
  await backend.lock('x')
  await server.database.query('delete from external_backends where organization_id = $1', [organizationId])
  expect((await backend.ask('GET', '/inventory')).status).toBe(200)
  const refused = await backend.push(stateOf(2), 'x')
  expect([refused.status, await refused.text()]).toEqual([403, expect.stringContaining('No external backend keeps the state')])
  expect((await backend.unlock('x')).status).toBe(204)
  expect((await backend.lock('y')).status).toBe(403)
})

/** What waits for somebody's lock is given up, as after the seconds that a statement has. */
const giveUpWaiting = () =>
  expect
    .poll(
      async () =>
        (
          await server.database.query(
            `select pg_cancel_backend(pid) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
          )
        ).length,
      { timeout: 10_000, interval: 50 },
    )
    .toBe(1)

test('what was left is removed, the oldest first, though one of them cannot be removed now', { timeout: 60_000 }, async () => {
  const worlds = [await open(), await open()]
  for (const { backend, ada, path } of worlds) {
    await backend.push(stateOf(1, ['a', 'b']))
    await must(ada.deleteComponent({ path }))
  }
  const ids = worlds.map(({ organizationId }) => organizationId)
  await server.database.query(`update terraform_states set left_at = now() - interval '40 days' where organization_id = any ($1)`, [ids])
  await server.database.query(`update terraform_states set left_at = now() - interval '50 days' where organization_id = $1`, [ids[0]])
  const holder = new Client({ connectionString: server.database.url })
  await holder.connect()
  try {
    await holder.query('begin')
    await holder.query(`select from terraform_states where organization_id = ${ids[0]} for update`)
    const tidied = tidyLeftStates(server.platform)
    await giveUpWaiting()
    await tidied
  } finally {
    await holder.end()
  }
  const left = () =>
    server.database.query<{ id: string }>(
      `select organization_id as id from terraform_states where organization_id = any ($1)
       union all select organization_id from inventory_resources where organization_id = any ($1)`,
      [ids],
    )
  expect((await left()).map(({ id }) => Number(id))).toEqual([ids[0], ids[0], ids[0]])
  await tidyLeftStates(server.platform)
  expect(await left()).toEqual([])
})

test('of the numbers of a state the newest 1,000 moments stay', async () => {
  const { backend, organizationId } = await open()
  await backend.push(stateOf(1, ['a']))
  await server.database.query(
    `insert into inventory_counts (organization_id, state_id, counted_at, counts)
     select organization_id, id, now() - make_interval(hours => n), '{}' from terraform_states, generate_series(1, 1200) n where organization_id = $1`,
    [organizationId],
  )
  const [state] = await server.database.query<{ id: string }>('select id from terraform_states where organization_id = $1', [
    organizationId,
  ])
  await OrgTx.write(server.platform.database, insideOf(organizationId), (tx) => insertCounts(tx, Number(state?.id), '{"t": 7}'))
  const [counts] = await server.database.query(
    `select count(*)::int as n, count(*) filter (where counts ? 't')::int as mine, extract(epoch from now() - min(counted_at))::int / 3600 as hours
     from inventory_counts where organization_id = $1`,
    [organizationId],
  )
  expect(counts).toEqual({ n: 1000, mine: 1, hours: 998 })
})
