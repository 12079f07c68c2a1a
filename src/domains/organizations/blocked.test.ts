import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Client } from '../../../test/support/client.ts'
import { licenceKey, placeLicence, placeSubscription, removeLicence } from '../../../test/support/licences.ts'
import { apiKey, child, fresh, member, organization, project, role, scenario } from '../../../test/support/scenario.ts'
import { openTestServer, type TestServer, useServer } from '../../../test/support/server.ts'
import { allowedWhenBlocked, licenceGraceDays } from '../../access/standing.ts'

const day = 24 * 3600
const over = -(licenceGraceDays + 1) * day
const stripe = { secretKey: 'sk_test_none', webhookSecret: 'whsec_none', apiUrl: 'http://127.0.0.1:9' }
const options = { config: { developmentLicences: true, rateLimitFactor: 1000 } }

const server = useServer(options)
/** Two more processes on the same database: one like the first, and one that collects payments. */
let second: TestServer & AsyncDisposable
let billing: TestServer & AsyncDisposable
beforeAll(async () => {
  second = await openTestServer({ beside: server, ...options })
  billing = await openTestServer({ beside: server, config: { ...options.config, stripe } })
})
afterAll(async () => {
  await second[Symbol.asyncDispose]()
  await billing[Symbol.asyncDispose]()
})

const acme = () => fresh('acme')
const at = (organization_canonical: string) => ({ path: { organization_canonical } })
const newProject = (who: Client, canonical: string) =>
  who.createProject({ ...at(canonical), body: { name: fresh('project'), config_repository_canonical: 'config' } })
const blockedOf = async (who: Client, canonical: string) => (await who.getOrg(at(canonical))).body.data.blocked
const expired = 'its licence has expired more than 14 days ago: activate a new one'
const unpaid = 'it is not paid for: subscribe to a plan or pay what is open'

/** A root with a child and a grandchild, all of them with somebody in, blocked unless told otherwise. */
async function stage({ expiresIn = over, seats = 5 } = {}) {
  const [root, below, lowest] = [acme(), fresh('child'), fresh('grandchild')]
  const cast = await scenario(
    server,
    organization(
      root,
      role('owner', ['organization:read']),
      member('ada'),
      member('olga', 'owner'),
      apiKey('robot'),
      project('web', { owner: 'olga' }),
      child(below, member('bob'), project('api'), child(lowest, member('cid'))),
    ),
  )
  await placeLicence(server, root, { expiresIn, seats })
  return { ...cast, root, below, lowest }
}

describe('a blocked organization', () => {
  test('says so, with the reasons, in every answer about it', async () => {
    const { ada, bob, cid, root, below, lowest } = await stage()
    expect(await blockedOf(ada, root)).toEqual(['licence_expired'])
    expect(await blockedOf(bob, below)).toEqual(['licence_expired'])
    expect(await blockedOf(cid, lowest)).toEqual(['licence_expired'])
    const of = (list: { canonical?: string; blocked: string[] }[], canonical: string) =>
      list.find((one) => one.canonical === canonical)?.blocked
    expect(of((await ada.getOrgs({ search: `organization_canonical[eq]=${root}` })).body.data, root)).toEqual(['licence_expired'])
    expect(of((await ada.getChildren(at(root))).body.data, below)).toEqual(['licence_expired'])
    expect((await ada.getAncestors(at(lowest))).body.data.map(({ canonical, blocked }) => [canonical, blocked])).toEqual([
      [below, ['licence_expired']],
      [root, ['licence_expired']],
    ])
    const elsewhere = acme()
    await scenario(server, organization(elsewhere, member('ada')))
    expect(await blockedOf(ada, elsewhere)).toEqual([])
  })

  test('refuses what it does not allow, and says why, to people and keys', async () => {
    const { ada, robot, root } = await stage()
    const because = `The organization ${root} is blocked: ${expired}`
    expect(await newProject(ada, root)).toBeError('Unauthorized', because)
    expect(await ada.listCredentials(at(root))).toBeError('Unauthorized', because)
    expect(await ada.getProjects(at(root))).toBeError('Unauthorized', because)
    expect(await ada.getProject({ path: { organization_canonical: root, project_canonical: 'web' } })).toBeError('Unauthorized', because)
    expect(await ada.updateOrg({ ...at(root), body: { name: 'Other' } })).toBeError('Unauthorized', because)
    expect(await ada.createChild({ ...at(root), body: { name: fresh('child') } })).toBeError('Unauthorized', because)
    expect(
      await ada.inviteUserToOrgMember({ ...at(root), body: { email: 'new@example.com', role_canonical: 'organization-member' } }),
    ).toBeError('Unauthorized', because)
    expect(await robot.getProjects(at(root))).toBeError('Unauthorized', because)
    expect(await robot.getOrg(at(root))).toHaveStatus(200)
    expect(await robot.createAPIKey({ ...at(root), body: { name: 'more', rules: [] } })).toBeError('Unauthorized', because)
  })

  test('tells a stranger nothing of it', async () => {
    const { root } = await stage()
    const { mallory } = await scenario(server, organization(acme(), member('mallory')))
    const answer = await mallory.getProjects(at(root))
    expect(answer).toHaveStatus(403)
    expect(JSON.stringify(answer.body)).not.toContain('blocked')
  })

  test('can be read, and left', async () => {
    const { ada, root } = await stage()
    expect(await ada.getOrg(at(root))).toHaveStatus(200)
    expect(await ada.getLicence(at(root))).toHaveStatus(200)
    const { data } = (await ada.getOrgMembers(at(root))).body
    const olga = data.find(({ username }) => username === 'olga')?.id ?? 0
    expect(await ada.getOrgMember({ path: { organization_canonical: root, member_id: olga } })).toHaveStatus(200)
    expect(await ada.removeOrgMember({ path: { organization_canonical: root, member_id: olga } })).toHaveStatus(204)
    expect(await ada.canDo({ ...at(root), body: { action: 'organization:member:delete', entity_canonicals: [] } })).toHaveStatus(200)
  })

  test('works again at once when a licence is activated, in all below it, on every process', async () => {
    const { ada, bob, root, below } = await stage()
    const [adaThere, bobThere] = [second.client(ada.token), second.client(bob.token)]
    for (let round = 0; round < 5; round++) {
      expect(await newProject(adaThere, root)).toHaveStatus(403)
      expect(await newProject(bobThere, below)).toHaveStatus(403)
      const key = await licenceKey({ members_count: 10 })
      expect(await server.client().activateLicence({ ...at(round % 2 ? below : root), body: { key } })).toHaveStatus(204)
      expect(await adaThere.getProjects(at(root))).toHaveStatus(200)
      expect(await bobThere.getProjects(at(below))).toHaveStatus(200)
      expect(await blockedOf(bobThere, below)).toEqual([])
      await placeLicence(server, root, { expiresIn: over })
    }
  })

  test('is not let go by taking the expired licence away', async () => {
    const { ada, root } = await stage()
    expect(await ada.deleteLicence(at(root))).toBeError('Unauthorized', expired)
    expect(await blockedOf(ada, root)).toEqual(['licence_expired'])
  })

  test('leaves an administrator of an ancestor the same in a child as at home', async () => {
    const { ada, root, below, lowest } = await stage()
    for (const canonical of [root, below, lowest]) {
      expect(await ada.getOrg(at(canonical))).toHaveStatus(200)
      expect(await ada.getOrgMembers(at(canonical))).toHaveStatus(200)
      expect(await newProject(ada, canonical)).toBeError('Unauthorized', `The organization ${canonical} is blocked`)
    }
  })

  test('gives owners no more than others: what they own is not reached by owning it', async () => {
    const { olga, root } = await stage()
    const web = { path: { organization_canonical: root, project_canonical: 'web' } }
    const may = async () =>
      (await olga.canDo({ ...at(root), body: { action: 'organization:project:read', entity_canonicals: ['web'] } })).body.data.ok
    expect(await olga.getProject(web)).toBeError('Unauthorized', expired)
    expect(await olga.getProjects(at(root))).toBeError('Unauthorized', expired)
    expect(await may()).toBe(false)
    await removeLicence(server, root)
    expect(await olga.getProject(web)).toHaveStatus(200)
    expect(await may()).toBe(true)
  })

  test('shows in a session what is left: rules that the platform made, with the number 0', async () => {
    const { ada, olga, robot, root, below } = await stage()
    for (const [who, child_canonical] of [[ada], [robot], [ada, below], [robot, below]] as const) {
      const { permissions, owns } = (
        await who.refreshToken({ query: { organization_canonical: root, ...(child_canonical ? { child_canonical } : {}) } })
      ).body.data
      expect(Object.keys(permissions).sort()).toEqual([...allowedWhenBlocked].sort())
      expect(new Set(Object.values(permissions).map(({ id }) => id))).toEqual(new Set([0]))
      expect(owns).toEqual([])
    }
    const { permissions, owns } = (await olga.refreshToken({ query: { organization_canonical: root } })).body.data
    expect(permissions).toEqual({ 'organization:read': { id: 0, action: 'organization:read', effect: 'allow', resources: [] } })
    expect(owns).toEqual([])
    await removeLicence(server, root)
    const after = (await olga.refreshToken({ query: { organization_canonical: root } })).body.data
    expect(after.owns).toEqual([`organization:${root}:project:web`])
    expect(after.permissions['organization:read']?.id).toBeGreaterThan(0)
  })
})

describe('time alone blocks', () => {
  test('on the next request of every process, without anything being written', async () => {
    const { ada, bob, robot, root, below } = await stage({ expiresIn: -licenceGraceDays * day + 4 })
    const [adaThere, robotThere] = [second.client(ada.token), second.client(robot.token)]
    const asked = () =>
      Promise.all([
        ada.getProjects(at(root)),
        adaThere.getProjects(at(root)),
        bob.getProjects(at(below)),
        robot.getProjects(at(root)),
        robotThere.getProjects(at(below)),
      ]).then((answers) => answers.map(({ status }) => status))
    expect(await asked()).toEqual([200, 200, 200, 200, 200])
    expect(await blockedOf(ada, root)).toEqual([])
    await expect.poll(async () => (await ada.getProjects(at(root))).status, { timeout: 10_000, interval: 100 }).toBe(403)
    expect(await asked()).toEqual([403, 403, 403, 403, 403])
    expect(await blockedOf(bob, below)).toEqual(['licence_expired'])
  })

  test('an expired licence goes on in its grace', async () => {
    const { ada, root } = await stage({ expiresIn: -licenceGraceDays * day + 3600 })
    expect(await newProject(ada, root)).not.toHaveStatus(403)
    expect(await blockedOf(ada, root)).toEqual([])
  })
})

describe('where this installation collects payments', () => {
  const paying = ({ token }: Client) => billing.client(token)

  test('an organization without plan and licence is blocked, and may subscribe', async () => {
    const root = acme()
    const cast = await scenario(server, organization(root, member('ada')))
    const ada = paying(cast.ada)
    expect(await blockedOf(ada, root)).toEqual(['require_payment'])
    expect(await ada.getProjects(at(root))).toBeError('Unauthorized', `The organization ${root} is blocked: ${unpaid}`)
    for (const answer of [
      await ada.getSubscription(at(root)),
      await ada.listPlans(at(root)),
      await ada.createSubscription({ ...at(root), body: { plan_canonical: 'team' } }),
    ])
      expect(answer.status).not.toBe(403)
    await placeSubscription(server, root)
    expect(await ada.getProjects(at(root))).toHaveStatus(200)
    await placeSubscription(server, root, { status: 'past_due', dueFor: 6 * day })
    expect(await ada.getProjects(at(root))).toHaveStatus(200)
    await placeSubscription(server, root, { status: 'past_due', dueFor: 8 * day })
    expect(await ada.getProjects(at(root))).toBeError('Unauthorized', unpaid)
    const key = await licenceKey()
    expect(await billing.client().activateLicence({ ...at(root), body: { key } })).toHaveStatus(204)
    expect(await ada.getProjects(at(root))).toHaveStatus(200)
  })

  test('both reasons are named when both apply', async () => {
    const { ada, root } = await stage()
    expect(await blockedOf(paying(ada), root)).toEqual(['licence_expired', 'require_payment'])
    expect(await paying(ada).getProjects(at(root))).toBeError('Unauthorized', `${expired}, and ${unpaid}`)
  })

  test('answers about the organization and its children show the plan', async () => {
    const { ada, bob, root, below } = await stage({ expiresIn: day })
    expect((await paying(ada).getOrg(at(root))).body.data.subscription).toBeUndefined()
    await placeSubscription(server, root, { seats: 20, expiresIn: 10 * day })
    const { subscription } = (await paying(ada).getOrg(at(root))).body.data
    expect(subscription).toEqual({
      plan: { canonical: 'team', name: 'Team' },
      members_count: 20,
      current_members: 4,
      expires_at: expect.any(Number),
    })
    expect(Math.abs((subscription?.expires_at ?? 0) - Date.now() / 1000 - 10 * day)).toBeLessThan(60)
    expect((await paying(bob).getOrg(at(below))).body.data.subscription).toEqual(subscription)
    expect((await paying(ada).getChildren(at(root))).body.data[0]?.subscription).toEqual(subscription)
    expect((await paying(ada).getAncestors(at(below))).body.data[0]?.subscription).toEqual(subscription)
    const own = (await paying(bob).getOrgs({ search: `organization_canonical[eq]=${below}` })).body.data
    expect(own.map((one) => one.subscription)).toEqual([subscription])
    // Elsewhere nobody is held to it.
    expect((await ada.getOrg(at(root))).body.data.subscription).toBeUndefined()
  })
})

describe('what was bought on the marketplace', () => {
  test('blocks when it has ended, also where Stripe is not configured; without an end it goes on', async () => {
    const root = acme()
    const { ada } = await scenario(server, organization(root, member('ada')))
    await placeSubscription(server, root, { provider: 'aws_marketplace', expiresIn: -8 * day })
    expect(await blockedOf(ada, root)).toEqual(['require_payment'])
    expect(await ada.getProjects(at(root))).toHaveStatus(403)
    await placeSubscription(server, root, { provider: 'aws_marketplace', expiresIn: null })
    expect(await ada.getProjects(at(root))).toHaveStatus(200)
    expect((await ada.getOrg(at(root))).body.data.subscription).toMatchObject({ expires_at: Date.parse('9999-12-31T23:59:59Z') / 1000 })
  })
})
