import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Client } from '../../../test/support/client.ts'
import { licenceKey, placeLicence, placeSubscription, removeLicence } from '../../../test/support/licences.ts'
import { child, fresh, member, organization, person, scenario } from '../../../test/support/scenario.ts'
import { openTestServer, type TestServer, useServer } from '../../../test/support/server.ts'
import { mintInvitationToken } from '../members/invitation-token.ts'

const stripe = { secretKey: 'sk_test_none', webhookSecret: 'whsec_none', apiUrl: 'http://127.0.0.1:9' }
const options = { config: { developmentLicences: true, rateLimitFactor: 1000 } }
const server = useServer(options)
/** Other processes on the same database: one like the first, and one that collects payments. */
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
const addressOf = (name: string) => `${name}@example.com`
const invite = (who: Client, canonical: string, email: string) =>
  who.inviteUserToOrgMember({ ...at(canonical), body: { email, role_canonical: 'organization-member' } })

/** The token of the pending invitation, as it is mailed. */
async function tokenFor(canonical: string, email: string): Promise<string> {
  const [row] = await server.database.query<{ organization: string; id: string; nonce: string }>(
    `select m.organization_id as organization, m.id, m.invitation_nonce as nonce from members m join organizations o on o.id = m.organization_id
     where o.canonical = $1 and m.invitation_email = $2`,
    [canonical, email],
  )
  if (!row) throw new Error(`${email} is not invited to ${canonical}`)
  return mintInvitationToken(server.platform, { organizationId: Number(row.organization), memberId: Number(row.id), nonce: row.nonce })
}

/** An organization with ada, and people whom she invited before there was a limit. */
async function withInvited(count: number, more: Parameters<typeof organization>[1][] = []) {
  const root = acme()
  const names = Array.from({ length: count }, () => fresh('guest'))
  const cast = await scenario(server, organization(root, member('ada'), ...more), ...names.map((name) => person(name)))
  const { ada } = cast as { ada: Client }
  for (const name of names) expect(await invite(ada, root, addressOf(name))).toHaveStatus(200)
  const guests = await Promise.all(
    names.map(async (name) => ({ name, who: cast[name] as Client, verification_token: await tokenFor(root, addressOf(name)) })),
  )
  return { root, ada, guests }
}

const accept = ({ who, verification_token }: { who: Client; verification_token: string }, on: TestServer = server) =>
  on.client(who.token).acceptInvitation({ path: { verification_token } })
const people = async (canonical: string) =>
  (
    await server.database.query<{ count: number }>(`select people_below(id)::int as count from organizations where canonical = $1`, [
      canonical,
    ])
  )[0]?.count

describe('seats', () => {
  test('when all are taken nobody joins, and the refusal says how many there are and what to do', async () => {
    const { root, ada, guests } = await withInvited(3)
    const [one, two, three] = guests as [(typeof guests)[0], (typeof guests)[0], (typeof guests)[0]]
    await placeLicence(server, root, { seats: 2 })
    expect(await accept(one)).toHaveStatus(204)
    expect(await accept(two)).toBeError('Conflict', 'All 2 seats are taken: 2 people are members')
    expect(await accept(two)).toBeError('Conflict', 'Remove somebody')
    expect(await two.who.getOrg(at(root))).toHaveStatus(403)
    // Somebody leaves: the invitation is still good.
    const { data } = (await ada.getOrgMembers({ ...at(root), query: { user_canonical: one.name } })).body
    expect(await ada.removeOrgMember({ path: { organization_canonical: root, member_id: data[0]?.id ?? 0 } })).toHaveStatus(204)
    expect(await accept(two)).toHaveStatus(204)
    expect(await accept(three)).toHaveStatus(409)
    await removeLicence(server, root)
    expect(await accept(three)).toHaveStatus(204)
  })

  test('are refused at the invitation already, as long as none is free', async () => {
    const { root, ada } = await withInvited(0)
    await placeLicence(server, root, { seats: 1 })
    const address = addressOf(fresh('new'))
    expect(await invite(ada, root, address)).toBeError('Conflict', 'The only seat is taken')
    // Who is a member already is returned as they are.
    expect(await invite(ada, root, addressOf('ada'))).toHaveStatus(200)
    await placeLicence(server, root, { seats: 2 })
    expect(await invite(ada, root, address)).toHaveStatus(200)
  })

  test('are one for each person, in however many organizations under the root they are', async () => {
    const below = fresh('child')
    const bob = fresh('bob')
    const { root, ada } = await withInvited(0, [member(bob), child(below, child(fresh('grandchild')))])
    await placeLicence(server, root, { seats: 2 })
    expect(await people(root)).toBe(2)
    const bobs = (await scenario(server, person(bob)))[bob] as Client
    expect(await invite(ada, below, addressOf(bob))).toHaveStatus(200)
    expect(await accept({ who: bobs, verification_token: await tokenFor(below, addressOf(bob)) })).toHaveStatus(204)
    expect(await people(root)).toBe(2)
    expect(await invite(ada, below, addressOf(fresh('new')))).toBeError('Conflict', 'All 2 seats')
  })

  test('in a child are those of its root, and those of another root are not', async () => {
    const [below, stranger] = [fresh('child'), fresh('stranger')]
    const { root, ada } = await withInvited(0, [child(below)])
    const elsewhere = acme()
    const cast = await scenario(server, organization(elsewhere, member(stranger)))
    await invite(ada, below, addressOf(stranger))
    const joining = { who: cast[stranger] as Client, verification_token: await tokenFor(below, addressOf(stranger)) }
    await placeLicence(server, root, { seats: 1 })
    await placeLicence(server, elsewhere, { seats: 50 })
    expect(await accept(joining)).toHaveStatus(409)
    await placeLicence(server, root, { seats: 2 })
    expect(await accept(joining)).toHaveStatus(204)
  })

  test('are asked for by who signs up with an invitation; without a seat there is no account', async () => {
    const { root, ada } = await withInvited(0)
    const username = fresh('newcomer')
    const email = addressOf(username)
    await invite(ada, root, email)
    await placeLicence(server, root, { seats: 1 })
    const signUp = async () =>
      server.client().signUp({
        body: {
          username,
          email,
          given_name: 'New',
          family_name: 'Comer',
          password: 'a-long-password',
          invitation_token: await tokenFor(root, email),
        },
      })
    expect(await signUp()).toBeError('Conflict', 'seat')
    expect(await server.database.query('select 1 from users where username = $1', [username])).toEqual([])
    await placeLicence(server, root, { seats: 2 })
    expect(await signUp()).toHaveStatus(204)
    expect(await people(root)).toBe(2)
  })

  test('founding organizations takes none: the founder of a child has one', async () => {
    const { root, ada } = await withInvited(0)
    await placeLicence(server, root, { seats: 1 })
    expect(await ada.createChild({ ...at(root), body: { name: fresh('child') } })).toHaveStatus(200)
    expect(await people(root)).toBe(1)
  })

  test('still count while a licence is in its grace', async () => {
    const { root, guests } = await withInvited(1)
    await placeLicence(server, root, { seats: 1, expiresIn: -24 * 3600 })
    expect(await accept(guests[0] as (typeof guests)[0])).toBeError('Conflict', 'The only seat')
  })

  test('there are none while the organization is blocked', async () => {
    const { root, guests } = await withInvited(1)
    await placeLicence(server, root, { seats: 100, expiresIn: -15 * 24 * 3600 })
    expect(await accept(guests[0] as (typeof guests)[0])).toBeError('Conflict', 'blocked: its licence has expired')
  })

  test('of a plan count where this installation collects payments, and nowhere else', async () => {
    const { root, guests } = await withInvited(2)
    const [one, two] = guests as [(typeof guests)[0], (typeof guests)[0]]
    await placeSubscription(server, root, { seats: 1 })
    expect(await accept(one, billing)).toBeError('Conflict', 'The only seat')
    expect(await accept(one)).toHaveStatus(204)
    await placeSubscription(server, root, { seats: null })
    expect(await accept(two, billing)).toHaveStatus(204)
  })

  test('of licence and plan are those of the larger one', async () => {
    const { root, guests } = await withInvited(1)
    await placeSubscription(server, root, { provider: 'aws_marketplace', seats: 1 })
    await placeLicence(server, root, { seats: 2 })
    expect(await accept(guests[0] as (typeof guests)[0])).toHaveStatus(204)
  })
})

describe('at the same moment, in two processes', () => {
  test('the last seat is taken once', async () => {
    for (let round = 0; round < 8; round++) {
      const { root, guests } = await withInvited(4)
      await placeLicence(server, root, { seats: 2 })
      const answers = await Promise.all(guests.map((guest, index) => accept(guest, index % 2 ? second : server)))
      expect(answers.map(({ status }) => status).sort()).toEqual([204, 409, 409, 409])
      expect(await people(root)).toBe(2)
    }
  })

  test('so it is when they join different organizations under the root', async () => {
    for (let round = 0; round < 5; round++) {
      const [left, right] = [fresh('left'), fresh('right')]
      const names = [fresh('guest'), fresh('guest')]
      const root = acme()
      const cast = await scenario(
        server,
        organization(root, member('ada'), child(left), child(right)),
        ...names.map((name) => person(name)),
      )
      const joining = await Promise.all(
        [left, right].map(async (canonical, index) => {
          const email = addressOf(names[index] ?? '')
          await invite((cast as { ada: Client }).ada, canonical, email)
          return { who: cast[names[index] ?? ''] as Client, verification_token: await tokenFor(canonical, email) }
        }),
      )
      await placeLicence(server, root, { seats: 2 })
      const answers = await Promise.all(joining.map((one, index) => accept(one, index % 2 ? second : server)))
      expect(answers.map(({ status }) => status).sort()).toEqual([204, 409])
      expect(await people(root)).toBe(2)
    }
  })

  test('a licence that comes while people join never finds more than it has seats', async () => {
    for (let round = 0; round < 8; round++) {
      const { root, guests } = await withInvited(3)
      const key = await licenceKey({ members_count: 2 })
      const [activated, ...joined] = await Promise.all([
        second.client().activateLicence({ ...at(root), body: { key } }),
        ...guests.map((guest) => accept(guest)),
      ])
      const there = (await people(root)) ?? 0
      expect(joined.filter(({ status }) => status === 204)).toHaveLength(there - 1)
      if (activated.status === 204) expect(there).toBeLessThanOrEqual(2)
      else expect(there).toBeGreaterThan(2)
    }
  })
})

describe('who collects payments counts again', () => {
  const jobs = async () =>
    (
      await server.database.query<{ payload: { organizationId: number } }>(
        `select j.payload from graphile_worker._private_jobs j join graphile_worker._private_tasks t on t.id = j.task_id where t.identifier = 'billing.sync' order by j.id`,
      )
    ).map(({ payload }) => payload.organizationId)

  test('after somebody joined, was removed or left, also in a child; and never where Stripe is not asked', async () => {
    const below = fresh('child')
    const { root, ada, guests } = await withInvited(2, [child(below, member('ada'))])
    const [one, two] = guests as [(typeof guests)[0], (typeof guests)[0]]
    const [row] = await server.database.query<{ id: number }>('select id::int from organizations where canonical = $1', [root])
    const id = row?.id ?? 0
    const sinceThen = async () => (await jobs()).filter((organization) => organization === id).length
    await placeLicence(server, root, { seats: 50 })
    expect(await accept(one)).toHaveStatus(204)
    expect(await sinceThen()).toBe(0)
    await placeSubscription(server, root, { provider: 'aws_marketplace' })
    expect(await accept(two)).toHaveStatus(204)
    expect(await sinceThen()).toBe(0)
    await placeSubscription(server, root)
    const { data } = (await ada.getOrgMembers({ ...at(root), query: { user_canonical: one.name } })).body
    expect(await ada.removeOrgMember({ path: { organization_canonical: root, member_id: data[0]?.id ?? 0 } })).toHaveStatus(204)
    expect(await sinceThen()).toBe(1)
    expect(await invite(ada, below, addressOf(one.name))).toHaveStatus(200)
    expect(await accept({ who: one.who, verification_token: await tokenFor(below, addressOf(one.name)) })).toHaveStatus(204)
    expect(await sinceThen()).toBe(2)
    expect(await two.who.deleteUserAccount()).toHaveStatus(204)
    expect(await sinceThen()).toBe(3)
    expect(await ada.deleteOrg(at(below))).toHaveStatus(204)
    expect(await sinceThen()).toBe(4)
  })
})
