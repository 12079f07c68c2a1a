import { appendFileSync } from 'node:fs'
import { test } from 'vitest'
import { OrgTx } from '../src/db/organization-tx.ts'
import { insideOf } from '../src/db/pool.ts'
import { addResources, giveTeam, openQuotaWorld, organizationId, sized, switchQuotas } from './support/quota-world.ts'
import { useRepositories } from './support/repositories.ts'
import { useServer } from './support/server.ts'
import { gitIn, must } from './support/workshop.ts'

const say = (...what: unknown[]) => appendFileSync('/tmp/r1/e.out', what.map((w) => (typeof w === 'string' ? w : JSON.stringify(w))).join(' ') + '\n')
const repositories = useRepositories()
const server = useServer({ config: gitIn(repositories) })

const update = (w: any, name: string, vars: any) => w.ada.updateComponent({ path: { ...w.at, component_canonical: name }, body: { name, use_case: 'default', vars } })

test('team changes while an update reserves', async () => {
  const w = await openQuotaWorld(server, repositories, { cpu: 10, memory: 100, storage: 100 })
  await must(w.ada.createTeam({ path: w.path, body: { name: 'Dev', canonical: 'dev', roles_canonical: ['organization-member'] } }))
  await must(w.create('one', sized({ cores: 0 })))
  // the update stands in git, before it settles: reserved and committed. Here: stop it between reserve and commit of its transaction, by locking component_changes
  const { git } = server.platform
  const { commit } = git
  const real = OrgTx
  let released: () => void = () => {}
  // Hold the insert of the change note: an exclusive lock on the table from another connection.
  const pool = server.platform.database.pool
  const blocker = await (await import('pg')).default.Client
  const client = new blocker({ connectionString: server.database.url })
  await client.connect()
  await client.query('begin')
  await client.query('lock table component_changes in exclusive mode')
  const up = update(w, 'one', sized({ cores: 8 }))
  await new Promise((r) => setTimeout(r, 1500))
  const team = giveTeam(w.ada, w.org, 'shop', 'dev').then(() => 'team changed', (e) => String(e))
  const early = await Promise.race([team, new Promise((r) => setTimeout(() => r('waits'), 3000))])
  await client.query('rollback'); await client.end()
  say('RACE team change while update has reserved, before commit:', String(early), '; update', String((await up).status), await team)
  const { data } = (await must(w.ada.getProject({ path: { ...w.path, project_canonical: 'shop' } }))).body as any
  say('RACE project team now', data.team?.canonical ?? data, 'quota of ops used', await w.used())
  await must(w.ada.createQuota({ path: w.path, body: { team_canonical: 'dev', resource_pool_canonical: 'metal', cpu: 5, memory: 0, storage: 0 } }))
  say('RACE later: update to 9', String((await update(w, 'one', sized({ cores: 9 }))).status), 'to 8', String((await update(w, 'one', sized({ cores: 8 }))).status))
})

test('grandfathered: hand edit, quotas off and on', async () => {
  const w = await openQuotaWorld(server, repositories, { cpu: 10, memory: 100, storage: 100 })
  await switchQuotas(w.ada, w.org, false)
  await must(w.create('big', sized({ cores: 500 })))
  await switchQuotas(w.ada, w.org, true)
  say('OLD same', String((await update(w, 'big', sized({ cores: 500 }))).status), await w.used())
  say('OLD migrate to staging of same team', String((await w.ada.migrateComponent({ path: { ...w.at, component_canonical: 'big' }, body: { destination_environment_canonical: 'staging' } as any })).status), await w.used())
})

test('labels of a component state: capacity may fall below what was given', async () => {
  const w = await openQuotaWorld(server, repositories, { cpu: 10, memory: 100, storage: 100 })
  const rows = (await must(w.ada.listInventoryResources({ path: w.path }))).body.data
  const r = await w.ada.deleteInventoryResource({ path: { ...w.path, inventory_resource_id: rows[0]!.id! } })
  const pool = (await must(w.ada.getResourcePool({ path: { ...w.path, resource_pool_canonical: 'metal' } }))).body.data
  say('POOL after its only resource went', String(r.status), pool)
  say('POOL create', String((await w.create('x', sized({ cores: 1 }))).status))
  say('POOL rename with label kept', String((await w.ada.updateResourcePool({ path: { ...w.path, resource_pool_canonical: 'metal' }, body: { name: 'M', label: 'metal' } })).status))
  say('QUOTA same amounts', String((await w.ada.updateQuota({ path: { ...w.path, quota_id: w.quotaId }, body: { cpu: 10, memory: 100, storage: 100 } })).status), 'one more', String((await w.ada.updateQuota({ path: { ...w.path, quota_id: w.quotaId }, body: { cpu: 11, memory: 100, storage: 100 } })).status))
  for (const cpu of [2 ** 53, 1e300, -1, 0.5]) say('QUOTA', String(cpu), String((await w.ada.updateQuota({ path: { ...w.path, quota_id: w.quotaId }, body: { cpu, memory: 0, storage: 0 } })).status))
  say('TEAM delete with quota', String((await w.ada.deleteTeam({ path: { ...w.path, team_canonical: 'ops' } })).status))
  const big = await w.ada.createResourcePool({ path: w.path, body: { name: 'a\u0000bcd', label: 'x' } }); say('POOL nul', String(big.status))
  const lone = await w.ada.createResourcePool({ path: w.path, body: { name: 'abc\ud800d', label: '\udfff' } }); say('POOL lone', String(lone.status), lone.body)
})

test('values that are no numbers', async () => {
  const w = await openQuotaWorld(server, repositories, { cpu: 10, memory: 100, storage: 100 })
  for (const [name, vars] of Object.entries({ text: { Server: { Size: { cores: '500' } } }, token: { Server: { Size: { cores: '($ .project $)' } } }, list: { Server: { Size: { cores: [500] } } }, infinite: { Server: { Size: { cores: 1e400 } } }, other: { server: { size: { cores: 500 } }, Server: { Size: { Cores: 500 } } } }))
    { const a = await w.create(`v-${name}`, vars as any); say('VALUES', name, String(a.status), JSON.stringify(a.body).slice(0, 150), await w.used()) }
})
