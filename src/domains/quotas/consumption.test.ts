/** Components against the quotas of their project's team. */
import { describe, expect, test } from 'vitest'
import { addResources, giveTeam, openQuotaWorld, organizationId, sized, switchQuotas } from '../../../test/support/quota-world.ts'
import { useRepositories } from '../../../test/support/repositories.ts'
import { useServer } from '../../../test/support/server.ts'
import { gitIn, must } from '../../../test/support/workshop.ts'
import { recoverChange } from '../components/recover.ts'

const repositories = useRepositories()
const server = useServer({ config: gitIn(repositories) })
const open = (cpu = 10, memory = 100, storage = 100) => openQuotaWorld(server, repositories, { cpu, memory, storage })

describe('creating a component', () => {
  test('takes value × count of its team’s quota, and is refused with figures beyond it', async () => {
    const { ada, create, used, path, quotaId, org } = await open()
    expect(await create('one', sized({ cores: 3, count: 2, memory: 10.5, disk: 20 }))).toHaveStatus(200)
    expect(await used()).toEqual({ cpu: 6, memory: 11, storage: 20 })
    const refused = await create('two', sized({ cores: 5, memory: 90 }))
    expect(refused).toBeError('Invalid', 'needs 5 CPU units, 90 MB of memory')
    expect(refused).toBeError('Invalid', '4 CPU units, 89 MB of memory and 80 MB of storage are left for the team ops in the pool metal')
    expect(JSON.stringify(refused.body)).toContain(`quota ${quotaId} (pool metal): cpu: 5 asked, 4 left`)
    expect(
      await ada
        .getComponents({ path: { ...path, project_canonical: 'shop', environment_canonical: 'prod' } })
        .then(({ body }) => body.data),
    ).toHaveLength(1)
    const consumed = (await must(ada.listQuotaConsumptions({ path: { ...path, quota_id: quotaId } }))).body
    expect(consumed.data).toMatchObject({
      cpu: 6,
      memory: 11,
      storage: 20,
      project: { canonical: 'shop' },
      environment: { canonical: 'prod' },
    })
    expect(consumed.consumptions).toEqual([consumed.data])
    const pool = (await must(ada.getResourcePool({ path: { ...path, resource_pool_canonical: 'metal' } }))).body.data
    expect(pool).toMatchObject({ used_cpu: 6, allocated_cpu: 10, cpu: 1000 })
    expect(org).toBe(path.organization_canonical)
  })

  test('that takes nothing needs neither quota nor team', async () => {
    const { ada, create, path, quotaId } = await open()
    await must(ada.deleteQuota({ path: { ...path, quota_id: quotaId } }))
    expect(await create('free', sized({ count: 3 }))).toHaveStatus(200)
    expect(await create('paid', sized({ cores: 1 }))).toBeError('Invalid', 'the team ops has none')
  })

  test('in a project without a team is refused when it takes something', async () => {
    const { ada, create, org } = await open()
    await switchQuotas(ada, org, false)
    await server.database.query(
      `update projects set team_id = null from organizations o where o.id = projects.organization_id and o.canonical = $1`,
      [org],
    )
    await switchQuotas(ada, org, true)
    expect(await create('paid')).toBeError('Invalid', 'the project shop has no team')
    expect(await create('free', sized({}))).toHaveStatus(200)
  })

  test('uses the first quota of the team that has room', async () => {
    const { ada, create, used, path, org, quotaId } = await open(2)
    await addResources(server, await organizationId(ada, org), 'more', { cpu: 50, memory: 50, storage: 50 })
    await must(ada.createResourcePool({ path, body: { name: 'More', label: 'more' } }))
    const second = await must(
      ada.createQuota({ path, body: { team_canonical: 'ops', resource_pool_canonical: 'more', cpu: 5, memory: 0, storage: 0 } }),
    )
    for (const name of ['one', 'two', 'three']) await must(create(name))
    expect((await used(quotaId)).cpu).toBe(2)
    expect((await used(second.body.data.id)).cpu).toBe(1)
    expect(await create('four', sized({ cores: 5 }))).toBeError('Invalid', 'more than any quota has left')
  })

  test('cannot make room with negative numbers', async () => {
    const { create, used } = await open()
    expect(await create('one', sized({ cores: -5, count: -3, memory: -100, disk: 5 }))).toHaveStatus(200)
    expect(await used()).toEqual({ cpu: 0, memory: 0, storage: 5 })
    expect(await create('two', sized({ cores: 1e300, count: 1e300 }))).toHaveStatus(422)
  })

  test('that git refuses gives everything back', async () => {
    const { create, used } = await open()
    const { git } = server.platform
    const { commit } = git
    git.commit = async () => {
      git.commit = commit
      throw Object.assign(new Error('no'), { name: 'Refused' })
    }
    expect((await create('one')).status).toBeGreaterThanOrEqual(400)
    expect((await used()).cpu).toBe(0)
  })
})

describe('a component that is there', () => {
  const named = (world: { at: object }, component_canonical = 'one') => ({ ...world.at, component_canonical }) as never

  test('grows within the quota, shrinks always, and gives back what it had when it goes', async () => {
    const world = await open()
    const { ada, create, used, path, quotaId } = world
    await must(create('one', sized({ cores: 4 })))
    const resize = (cores: number) =>
      ada.updateComponent({ path: named(world), body: { name: 'one', use_case: 'default', vars: sized({ cores }) } })
    expect(await resize(11)).toBeError('Invalid', '10 CPU units')
    expect(await resize(10)).toHaveStatus(200)
    expect((await used()).cpu).toBe(10)
    await must(ada.updateQuota({ path: { ...path, quota_id: quotaId }, body: { cpu: 5, memory: 0, storage: 0 } }))
    expect(await resize(9)).toHaveStatus(200)
    expect((await used()).cpu).toBe(9)
    expect(await resize(10)).toHaveStatus(422)
    expect(await ada.deleteQuota({ path: { ...path, quota_id: quotaId } })).toBeError('Conflict', 'in use')
    await must(ada.deleteComponent({ path: named(world) }))
    expect((await used()).cpu).toBe(0)
    expect(await ada.deleteQuota({ path: { ...path, quota_id: quotaId } })).toHaveStatus(204)
  })

  test('counts what its files say, whoever wrote them', async () => {
    const world = await open()
    const { ada, create, used, config, org } = world
    await must(create('one', sized({ cores: 2 })))
    const file = `${org}/shop/prod/one/terraform/main.tf`
    const text = String(repositories.files(config, 'config')[file])
    const byHand = (cores: number) =>
      repositories.commit(config, 'config', { [file]: text.replace(/cores(\s*)=(\s*)2/, `cores$1=$2${cores}`) })
    byHand(6)
    const rename = () => ada.updateComponent({ path: named(world), body: { name: 'Renamed', use_case: 'default' } })
    expect(await rename()).toHaveStatus(200)
    expect((await used()).cpu).toBe(6)
    byHand(11)
    expect(await rename()).toBeError('Invalid', 'needs 11 CPU units')
  })

  test('does not take more than was reserved when its files change under its hands', async () => {
    const world = await open()
    const { ada, create, used, config, org } = world
    await must(create('one', sized({ cores: 2 })))
    const file = `${org}/shop/prod/one/terraform/main.tf`
    const text = String(repositories.files(config, 'config')[file])
    const { git } = server.platform
    const { commit } = git
    git.commit = async (...call) => {
      git.commit = commit
      repositories.commit(config, 'config', { [file]: text.replace(/cores(\s*)=(\s*)2/, 'cores$1=$29') })
      return commit(...call)
    }
    const answer = await ada.updateComponent({ path: named(world), body: { name: 'Renamed', use_case: 'default' } })
    expect(answer).toBeError('Conflict', 'changed meanwhile')
    expect((await used()).cpu).toBe(2)
  })

  test('moves from one team’s quota to the other’s', async () => {
    const world = await open()
    const { ada, create, used, path, org } = world
    await must(create('one', sized({ cores: 3 })))
    await must(ada.createTeam({ path, body: { name: 'Web', canonical: 'web', roles_canonical: ['organization-member'] } }))
    expect(await ada.createProject({ path, body: { name: 'Site', canonical: 'site', config_repository_canonical: 'config' } })).toBeError(
      'Invalid',
      'belongs to a team',
    )
    await must(
      ada.createProject({ path, body: { name: 'Site', canonical: 'site', config_repository_canonical: 'config', team_canonical: 'web' } }),
    )
    await must(
      ada.createEnvironment({ path: { ...path, project_canonical: 'site' }, body: { name: 'prod', canonical: 'prod', color: 'blue' } }),
    )
    const move = () =>
      ada.migrateComponent({
        path: named(world),
        body: { destination_project_canonical: 'site', destination_environment_canonical: 'prod' },
      })
    expect(await move()).toBeError('Invalid', 'the team web has none')
    const theirs = await must(
      ada.createQuota({ path, body: { team_canonical: 'web', resource_pool_canonical: 'metal', cpu: 3, memory: 0, storage: 0 } }),
    )
    expect(await move()).toHaveStatus(200)
    expect((await used()).cpu).toBe(0)
    expect((await used(theirs.body.data.id)).cpu).toBe(3)
    const site = { ...path, project_canonical: 'site' }
    const { data } = (await must(ada.getProject({ path: site }))).body
    const other = await ada.updateProject({ path: site, body: { name: 'Site', updated_at: data.updated_at, team_canonical: 'ops' } })
    expect(other).toBeError('Conflict', 'use quotas of its team')
    expect(org).toBe(path.organization_canonical)
  })

  test('that was made before quotas were on stays, and counts when it grows', async () => {
    const world = await open(2)
    const { ada, create, used, org } = world
    await switchQuotas(ada, org, false)
    await must(create('one', sized({ cores: 8 })))
    expect((await used()).cpu).toBe(0)
    await switchQuotas(ada, org, true)
    const resize = (cores: number) =>
      ada.updateComponent({ path: named(world), body: { name: 'one', use_case: 'default', vars: sized({ cores }) } })
    expect(await resize(8)).toHaveStatus(200)
    expect(await resize(7)).toHaveStatus(200)
    expect((await used()).cpu).toBe(0)
    expect(await resize(9)).toHaveStatus(422)
    expect(await ada.migrateComponent({ path: named(world), body: { destination_environment_canonical: 'staging' } })).toHaveStatus(200)
  })

  test('whose change was never pushed holds again what it held', async () => {
    const world = await open()
    const { ada, create, used, org } = world
    await must(create('one', sized({ cores: 2 })))
    const { git } = server.platform
    const { commit } = git
    let wake = () => {}
    const stopped = new Promise<void>((resolve) => {
      git.commit = async (...call) => {
        git.commit = commit
        resolve()
        await new Promise<void>((go) => {
          wake = go
        })
        return commit(...call)
      }
    })
    const answer = ada.updateComponent({ path: named(world), body: { name: 'one', use_case: 'default', vars: sized({ cores: 9 }) } })
    await stopped
    expect((await used()).cpu).toBe(9)
    const [job] = await server.database.query<{ organization_id: string; component_id: string; change: string }>(
      'select x.* from component_changes x join organizations o on o.id = x.organization_id where o.canonical = $1',
      [org],
    )
    await recoverChange(server.platform, {
      organizationId: Number(job?.organization_id),
      componentId: Number(job?.component_id),
      change: job?.change ?? '',
    })
    expect((await used()).cpu).toBe(2)
    wake()
    expect((await answer).status).toBeGreaterThanOrEqual(400)
  })
})

test('a project without a team gets one with its next update', async () => {
  const { ada, org, path } = await open()
  await switchQuotas(ada, org, false)
  await must(ada.createProject({ path, body: { name: 'Old', canonical: 'old', config_repository_canonical: 'config' } }))
  await switchQuotas(ada, org, true)
  const old = { ...path, project_canonical: 'old' }
  const { data } = (await must(ada.getProject({ path: old }))).body
  expect(await ada.updateProject({ path: old, body: { name: 'Old', updated_at: data.updated_at } })).toBeError(
    'Invalid',
    'belongs to a team',
  )
  await giveTeam(ada, org, 'old', 'ops')
  expect((await must(ada.getProject({ path: old }))).body.data.team?.canonical).toBe('ops')
})

test('a team whose quota is in use stays', async () => {
  const { ada, create, path } = await open()
  await must(create('one'))
  expect(await ada.deleteTeam({ path: { ...path, team_canonical: 'ops' } })).toHaveStatus(409)
})
