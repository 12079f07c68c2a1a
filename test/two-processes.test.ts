/**
 * Two API processes on one database behave as one: what is decided on the first holds on the very next request to the
 * second. Each sentence is tried many times in a row, because remembered rules go wrong rarely, and then badly.
 */
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { hashPassword } from '../src/access/password.ts'
import type { Client } from './support/client.ts'
import { formValues } from './support/full-house-stacks.ts'
import { useRepositories } from './support/repositories.ts'
import { apiKey, configRepository, fresh, member, organization, person, project, role, scenario, team } from './support/scenario.ts'
import { openTestServer, type TestServer, useServer } from './support/server.ts'
import { webStack } from './support/web-stack.ts'
import { gitIn, must, openWorkshop } from './support/workshop.ts'

vi.setConfig({ testTimeout: 120_000 })
const repositories = useRepositories()
const first = useServer({ config: gitIn(repositories) })
let second: TestServer & AsyncDisposable
beforeAll(async () => {
  second = await openTestServer({ beside: first, config: gitIn(repositories) })
})
afterAll(() => second[Symbol.asyncDispose]())

const rounds = 20
const onSecond = ({ token }: Client): Client => second.client(token)

/** An organization, its administrator on the first process, and somebody on both. */
async function stage(...parts: Parameters<typeof organization>[1][]) {
  const canonical = fresh('acme')
  const cast = (await scenario(first, organization(canonical, member('ada'), configRepository(), project('web'), ...parts))) as Record<
    string,
    Client
  >
  return {
    path: { organization_canonical: canonical },
    web: { organization_canonical: canonical, project_canonical: 'web' },
    ada: cast['ada'] as Client,
    cast,
  }
}
const memberIdOf = async (ada: Client, path: { organization_canonical: string }, username: string) => {
  const { data } = (await ada.getOrgMembers({ path })).body
  return data.find((one) => one.username === username)?.id ?? 0
}
const reading = (action: string) => ({ action, effect: 'allow' as const, resources: [] })

describe('on the very next request to another process', () => {
  test('what somebody has just come to hold they may hand on', async () => {
    const { path, ada, cast } = await stage(role('granter', ['organization:role:create']), member('bob', 'granter'))
    const bob = onSecond(cast['bob'] as Client)
    for (let round = 0; round < rounds; round++) {
      const grant = (...actions: string[]) =>
        ada.updateRole({
          path: { ...path, role_canonical: 'granter' },
          body: { name: 'granter', rules: ['organization:role:create', ...actions].map(reading) },
        })
      const handOn = () => bob.createRole({ path, body: { name: `copy ${round}`, rules: [reading('organization:team:read')] } })
      expect(await grant()).toHaveStatus(200)
      expect(await handOn()).toHaveStatus(403)
      expect(await grant('organization:team:read')).toHaveStatus(200)
      expect(await handOn()).toHaveStatus(200)
    }
  })

  test('an edited role gives and takes', async () => {
    const { path, web, ada, cast } = await stage(role('looker', ['organization:project:read']), member('bob', 'looker'))
    const bob = onSecond(cast['bob'] as Client)
    for (let round = 0; round < rounds; round++) {
      for (const [action, status] of [
        ['organization:team:read', 403],
        ['organization:project:read', 200],
      ] as const) {
        expect(
          await ada.updateRole({ path: { ...path, role_canonical: 'looker' }, body: { name: 'looker', rules: [reading(action)] } }),
        ).toHaveStatus(200)
        expect(await bob.getProject({ path: web }), `round ${round}, after ${action}`).toHaveStatus(status)
      }
    }
  })

  test('another role gives and takes', async () => {
    const { path, web, ada, cast } = await stage(member('bob', 'default-project-viewer'))
    const bob = onSecond(cast['bob'] as Client)
    const member_id = await memberIdOf(ada, path, 'bob')
    for (let round = 0; round < rounds; round++) {
      for (const [role_canonical, status] of [
        ['default-no-permissions', 403],
        ['default-project-viewer', 200],
      ] as const) {
        expect(await ada.updateOrgMember({ path: { ...path, member_id }, body: { role_canonical } })).toHaveStatus(200)
        expect(await bob.getProject({ path: web }), `round ${round}`).toHaveStatus(status)
      }
    }
  })

  test('a team gives while one is in it, and nothing once it is gone', async () => {
    const { path, web, ada, cast } = await stage(
      member('bob', 'default-no-permissions'),
      team('core', { roles: ['default-project-viewer'], members: [] }),
    )
    const bob = onSecond(cast['bob'] as Client)
    const inTeam = { ...path, team_canonical: 'core' }
    for (let round = 0; round < rounds; round++) {
      const joined = await ada.assignMemberToTeam({ path: inTeam, body: { username: 'bob' } })
      expect(joined).toHaveStatus(200)
      expect(await bob.getProject({ path: web }), `round ${round}, joined`).toHaveStatus(200)
      expect(await ada.unassignMemberFromTeam({ path: { ...inTeam, member_id: joined.body.data.id } })).toHaveStatus(204)
      expect(await bob.getProject({ path: web }), `round ${round}, left`).toHaveStatus(403)
    }
    await ada.assignMemberToTeam({ path: inTeam, body: { username: 'bob' } })
    expect(await bob.getProject({ path: web })).toHaveStatus(200)
    expect(await ada.deleteTeam({ path: inTeam })).toHaveStatus(204)
    expect(await bob.getProject({ path: web })).toHaveStatus(403)
  })

  test('who was removed is out, for reading and for writing', async () => {
    for (let round = 0; round < rounds / 2; round++) {
      const { path, web, ada, cast } = await stage(member('bob'))
      const bob = onSecond(cast['bob'] as Client)
      expect(await bob.getProject({ path: web })).toHaveStatus(200)
      expect(await ada.removeOrgMember({ path: { ...path, member_id: await memberIdOf(ada, path, 'bob') } })).toHaveStatus(204)
      const made = await bob.createProject({ path, body: { name: 'after', canonical: 'after', config_repository_canonical: 'config' } })
      expect(made).toHaveStatus(403)
      expect(await bob.getProject({ path: web })).toBeError('Unauthorized', 'There is no organization')
      expect(await ada.getProject({ path: { ...path, project_canonical: 'after' } })).toHaveStatus(404)
    }
  })

  test('a deleted key opens nothing', async () => {
    for (let round = 0; round < rounds / 2; round++) {
      const { path, web, ada, cast } = await stage(apiKey('robot'))
      const robot = onSecond(cast['robot'] as Client)
      expect(await robot.getProject({ path: web })).toHaveStatus(200)
      expect(await ada.deleteAPIKey({ path: { ...path, api_key_canonical: 'robot' } })).toHaveStatus(204)
      expect(await robot.createProject({ path, body: { name: 'after', config_repository_canonical: 'config' } })).toHaveStatus(401)
      expect(await robot.getProject({ path: web })).toHaveStatus(401)
    }
  })

  test('a key made on one is good on the other', async () => {
    const { path, web, ada } = await stage()
    for (let round = 0; round < rounds / 2; round++) {
      const canonical = `robot-${round}`
      const made = await ada.createAPIKey({ path, body: { name: canonical, canonical, rules: [reading('organization:project:read')] } })
      expect(made).toHaveStatus(200)
      expect(await second.client(made.body.data.token).getProject({ path: web })).toHaveStatus(200)
    }
  })

  test('a stack that one has just scanned is used by the other, as it is now', async () => {
    const { ada, at, org, catalogue, config } = await openWorkshop(first, repositories, webStack('web-0'))
    const there = onSecond(ada)
    const source = { organization_canonical: org, service_catalog_source_canonical: 'catalogue' }
    for (let round = 1; round <= rounds / 4; round++) {
      const canonical = `web-${round}`
      const files = Object.entries(webStack(canonical)).map(([path, text]) => [path, text.replace('untouched', `round-${round}`)])
      repositories.commit(catalogue, 'stacks', Object.fromEntries(files))
      await must(ada.refreshServiceCatalogSource({ path: source }))
      const body = { name: canonical, canonical, service_catalog_ref: `${org}:${canonical}`, use_case: 'default', vars: formValues('eu') }
      expect(await there.createComponent({ path: at, body })).toHaveStatus(200)
      const written = repositories.files(config, 'config')[`${org}/shop/prod/${canonical}/pipeline/variables.yml`]
      expect(written).toContain(`round-${round}`)
      expect(await ada.getComponent({ path: { ...at, component_canonical: canonical } })).toHaveStatus(200)
    }
  })

  test('a component that one has changed is changed further by the other', async () => {
    const { ada, at, org, config } = await openWorkshop(first, repositories, webStack('web-stack'))
    const body = { name: 'Front', canonical: 'front', service_catalog_ref: `${org}:web-stack`, use_case: 'default', vars: formValues('r0') }
    await must(ada.createComponent({ path: at, body }))
    const path = { ...at, component_canonical: 'front' }
    for (let round = 1; round <= rounds / 4; round++) {
      const [here, there] = round % 2 === 0 ? [ada, onSecond(ada)] : [onSecond(ada), ada]
      expect(
        await here.updateComponent({ path, body: { name: 'Front', use_case: 'default', vars: formValues(`r${round}`) } }),
      ).toHaveStatus(200)
      expect((await there.getComponentConfig({ path })).body.data, `round ${round}`).toMatchObject(formValues(`r${round}`))
    }
    expect(repositories.log(config, 'config')).toHaveLength(1 + rounds / 4)
  })

  test('a deleted organization is gone', async () => {
    const { path, web, ada } = await stage()
    const there = onSecond(ada)
    expect(await there.getProject({ path: web })).toHaveStatus(200)
    expect(await ada.deleteProject({ path: web })).toHaveStatus(204)
    expect(await ada.deleteOrg({ path })).toHaveStatus(204)
    expect(await there.getProject({ path: web })).toHaveStatus(403)
    expect(await there.getOrg({ path })).toHaveStatus(403)
  })

  test('a changed password ends the sessions of before', async () => {
    let password = 'correct horse 0'
    const username = fresh('eve')
    const { path, web } = await stage()
    await scenario(first, person(username))
    await first.database.query('update users set password_hash = $2 where username = $1', [username, await hashPassword(password)])
    await first.database.query(
      `insert into members (organization_id, user_id, role_id, invitation_state) select o.id, u.id, r.id, 'accepted' from organizations o, users u, roles r
       where o.canonical = $1 and u.username = $2 and r.organization_id = o.id and r.canonical = 'organization-admin'`,
      [path.organization_canonical, username],
    )
    for (let round = 1; round <= 4; round++) {
      const { token } = (await first.client().login({ body: { username, password } })).body.data
      const here = first.client(token)
      const there = second.client(token)
      expect(await there.getProject({ path: web })).toHaveStatus(200)
      expect(await there.getUserAccount()).toHaveStatus(200)
      const renewed = `correct horse ${round}`
      const body = {
        username,
        given_name: 'Eve',
        family_name: 'Tester',
        locale: 'en' as const,
        mfa_enabled: false,
        password_update: { current: password, new: renewed },
      }
      expect(await here.updateUserAccount({ body })).toHaveStatus(200)
      expect(await there.getProject({ path: web }), `round ${round}`).toHaveStatus(401)
      expect(await there.getUserAccount(), `round ${round}`).toHaveStatus(401)
      expect(await second.client().login({ body: { username, password } })).toHaveStatus(401)
      password = renewed
    }
  })
})

describe('while both are busy', () => {
  test('no request that starts after a change sees the rules of before', async () => {
    const { path, web, ada, cast } = await stage(role('looker', ['organization:project:read']), member('bob', 'looker'))
    const bob = onSecond(cast['bob'] as Client)
    let busy = true
    // Others keep the memory of the second process warm, and its connections in use.
    const noise = Array.from({ length: 4 }, async () => {
      while (busy) await bob.getProject({ path: web })
    })
    const wrong: number[] = []
    for (let round = 0; round < rounds * 2; round++) {
      const [action, status] = round % 2 === 0 ? (['organization:team:read', 403] as const) : (['organization:project:read', 200] as const)
      await ada.updateRole({ path: { ...path, role_canonical: 'looker' }, body: { name: 'looker', rules: [reading(action)] } })
      const answers = await Promise.all(Array.from({ length: 4 }, () => bob.getProject({ path: web })))
      if (answers.some((answer) => answer.status !== status)) wrong.push(round)
    }
    busy = false
    await Promise.all(noise)
    expect(wrong).toEqual([])
  })

  test('many changes of rules at once all succeed', async () => {
    const { path, ada } = await stage()
    const clients = [ada, onSecond(ada)]
    const answers = await Promise.all(
      Array.from({ length: 24 }, (_, index) =>
        (clients[index % 2] as Client).createRole({
          path,
          body: { name: `role ${index}`, canonical: `role-${index}`, rules: [reading('organization:project:read')] },
        }),
      ),
    )
    expect(answers.map(({ status }) => status)).toEqual(Array(24).fill(200))
  })
})

describe('limits on guessing', () => {
  test('are counted together', async () => {
    const username = fresh('victim')
    await scenario(first, person(username))
    const statuses: number[] = []
    for (let attempt = 0; attempt < 40 && !statuses.includes(429); attempt++)
      statuses.push((await (attempt % 2 === 0 ? first : second).client().login({ body: { username, password: 'wrong horse' } })).status)
    const used = statuses.indexOf(429)
    expect(used).toBeGreaterThan(2)
    // Had each process counted for itself, it would have taken twice as many.
    const another = fresh('victim')
    await scenario(first, person(another))
    const alone: number[] = []
    for (let attempt = 0; attempt < 40 && !alone.includes(429); attempt++)
      alone.push((await first.client().login({ body: { username: another, password: 'wrong horse' } })).status)
    expect(alone.indexOf(429)).toBe(used)
    for (const server of [first, second])
      expect(await server.client().login({ body: { username, password: 'wrong horse' } })).toHaveStatus(429)
  })
})
