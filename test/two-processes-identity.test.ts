/**
 * Whatever ends a sign-in on one process ends it on the very next request to another, which had remembered it as good; and
 * it ends no other. Each sentence is tried several times in a row, as in two-processes.test.ts.
 */
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { hashPassword } from '../src/access/password.ts'
import type { NewSession } from '../src/access/sessions.ts'
import type { Client } from './support/client.ts'
import { apiKey, child, fresh, member, organization, scenario, sessionToken } from './support/scenario.ts'
import { openTestServer, type TestServer, useServer } from './support/server.ts'

vi.setConfig({ testTimeout: 120_000 })
const config = { rateLimitFactor: 0 }
const first = useServer({ config })
let second: TestServer & AsyncDisposable
beforeAll(async () => {
  second = await openTestServer({ beside: first, config })
})
afterAll(() => second[Symbol.asyncDispose]())

const rounds = 5
const password = 'correct horse'
const hashed = hashPassword(password)

interface Place {
  organization_canonical: string
}

/** Two organizations with the same two people; ada administers the first. */
async function stage() {
  const [acme, globex] = [fresh('acme'), fresh('globex')]
  const [ada, bob] = [fresh('ada'), fresh('bob')]
  const robot = fresh('robot')
  const cast: Record<string, Client> = await scenario(
    first,
    organization(acme, member(ada), member(bob, 'default-project-viewer'), apiKey(robot), child(`${acme}-kid`)),
    organization(globex, member(ada), member(bob, 'organization-admin')),
  )
  const home: Place = { organization_canonical: acme }
  return {
    home,
    below: { organization_canonical: `${acme}-kid` },
    elsewhere: { organization_canonical: globex },
    ada,
    bob,
    adaHere: cast[ada] as Client,
    robot: cast[robot] as Client,
  }
}

async function userId(username: string): Promise<number> {
  const [row] = await first.database.query<{ id: string }>('select id from users where username = $1', [username])
  return Number(row?.id)
}

/** One sign-in of a person, as a client of each process. */
async function signIn(username: string, how: Partial<NewSession> = {}): Promise<{ here: Client; there: Client }> {
  const token = await sessionToken(first, { id: await userId(username), username }, how)
  return { here: first.client(token), there: second.client(token) }
}

/** What is remembered afterwards: in these organizations, and for the account. */
async function good(client: Client, ...places: Place[]): Promise<void> {
  for (const path of places) {
    expect(await client.getOrg({ path })).toHaveStatus(200)
    expect(await client.getOrg({ path })).toHaveStatus(200)
  }
  expect(await client.getUserAccount()).toHaveStatus(200)
}

async function over(client: Client, ...places: Place[]): Promise<void> {
  for (const path of places) expect(await client.getOrg({ path })).toHaveStatus(401)
  expect(await client.getUserAccount()).toHaveStatus(401)
  expect(await client.refreshToken()).toHaveStatus(401)
}

const currentOf = async (client: Client): Promise<number> => {
  const { data } = (await client.listSessions()).body
  return data.find(({ current }) => current)?.id ?? 0
}

async function memberId(ada: Client, path: Place, username: string): Promise<number> {
  const { data } = (await ada.getOrgMembers({ path })).body
  return data.find((one) => one.username === username)?.id ?? 0
}

describe('on the very next request to another process', () => {
  test('a session that was revoked is over, and the person’s others are not', async () => {
    const { home, elsewhere, ada, bob } = await stage()
    const [kept, others] = [await signIn(bob), await signIn(ada)]
    for (let round = 0; round < rounds; round++) {
      const lost = await signIn(bob)
      await good(lost.there, home, elsewhere)
      await good(kept.there, home)
      const session_id = await currentOf(lost.there)
      expect(await kept.here.revokeSession({ path: { session_id } })).toHaveStatus(204)
      await over(lost.there, home, elsewhere)
      await good(kept.there, home, elsewhere)
    }
    await good(others.there, home)
  })

  test('a session that revoked itself is over', async () => {
    const { home, bob } = await stage()
    for (let round = 0; round < rounds; round++) {
      const { here, there } = await signIn(bob)
      await good(there, home)
      expect(await here.revokeSession({ path: { session_id: await currentOf(here) } })).toHaveStatus(204)
      await over(there, home)
    }
  })

  test('all other sessions are over, and the one that asked for it is not', async () => {
    const { home, ada, bob } = await stage()
    const others = await signIn(ada)
    for (let round = 0; round < rounds; round++) {
      const [one, asking, two] = [await signIn(bob), await signIn(bob), await signIn(bob, { method: 'google' })]
      for (const { there } of [one, asking, two, others]) await good(there, home)
      expect(await asking.here.revokeOtherSessions()).toHaveStatus(204)
      for (const { there } of [one, two]) await over(there, home)
      await good(asking.there, home)
      await good(others.there, home)
    }
  })

  test('nobody revokes what is somebody else’s', async () => {
    const { home, ada, bob } = await stage()
    const [mine, theirs] = [await signIn(bob), await signIn(ada)]
    await good(theirs.there, home)
    expect(await mine.there.revokeSession({ path: { session_id: await currentOf(theirs.here) } })).toHaveStatus(404)
    expect(await mine.there.revokeOtherSessions()).toHaveStatus(204)
    await good(theirs.there, home)
  })

  test('a changed password ends every session of the person, and nobody else’s', async () => {
    const { home, elsewhere, ada, bob, robot } = await stage()
    await first.database.query('update users set password_hash = $2 where username = $1', [bob, await hashed])
    const others = await signIn(ada)
    await good(others.there, home)
    let current = password
    for (let round = 0; round < rounds; round++) {
      const [changing, other] = [await signIn(bob), await signIn(bob, { method: 'google' })]
      for (const { there } of [changing, other]) await good(there, home, elsewhere)
      const renewed = `${password} ${round}`
      const body = { username: bob, given_name: 'Bob', family_name: 'Tester', locale: 'en' as const, mfa_enabled: false }
      expect(await changing.here.updateUserAccount({ body: { ...body, password_update: { current, new: renewed } } })).toHaveStatus(200)
      for (const { there } of [changing, other]) await over(there, home, elsewhere)
      current = renewed
    }
    await good(others.there, home)
    expect(await second.client(robot.token).getOrg({ path: home })).toHaveStatus(200)
  })

  test('who was removed from an organization is out of it, and still signed in elsewhere', async () => {
    for (let round = 0; round < rounds; round++) {
      const { home, elsewhere, ada, bob, adaHere } = await stage()
      const [removed, others] = [await signIn(bob), await signIn(ada)]
      for (const { there } of [removed, others]) await good(there, home, elsewhere)
      expect(await adaHere.removeOrgMember({ path: { ...home, member_id: await memberId(adaHere, home, bob) } })).toHaveStatus(204)
      expect(await removed.there.getOrg({ path: home })).toBeError('Unauthorized', 'There is no organization')
      expect(await removed.there.refreshToken({ query: home })).toHaveStatus(401)
      await good(removed.there, elsewhere)
      await good(others.there, home, elsewhere)
    }
  })

  test('who was removed has lost what the organization’s own provider began, also when they come back', async () => {
    for (let round = 0; round < rounds; round++) {
      const { home, elsewhere, bob, adaHere } = await stage()
      const vouched = await vouchedFor(await addProvider(home), bob)
      const own = await signIn(bob)
      expect(await vouched.there.getOrg({ path: home })).toHaveStatus(200)
      await good(own.there, home)
      const member_id = await memberId(adaHere, home, bob)
      expect(await adaHere.removeOrgMember({ path: { ...home, member_id } })).toHaveStatus(204)
      expect(await vouched.there.getOrg({ path: home })).toHaveStatus(401)
      await first.database.query(
        `insert into members (organization_id, user_id, role_id, invitation_state) select o.id, u.id, r.id, 'accepted' from organizations o, users u, roles r
         where o.canonical = $1 and u.username = $2 and r.organization_id = o.id and r.canonical = 'organization-admin'`,
        [home.organization_canonical, bob],
      )
      expect(await vouched.there.getOrg({ path: home })).toHaveStatus(401)
      expect(await vouched.there.refreshToken()).toHaveStatus(401)
      await good(own.there, home, elsewhere)
    }
  })

  test('a deleted account is signed in nowhere, and the others are', async () => {
    for (let round = 0; round < rounds; round++) {
      const { home, elsewhere, ada, bob } = await stage()
      // Nobody may leave an organization without an administrator.
      const [going, also, others] = [await signIn(bob), await signIn(bob, { method: 'github' }), await signIn(ada)]
      for (const { there } of [going, also, others]) await good(there, home, elsewhere)
      expect(await going.here.deleteUserAccount()).toHaveStatus(204)
      for (const { there } of [going, also]) await over(there, home, elsewhere)
      await good(others.there, home, elsewhere)
    }
  })

  test('an organization that asks for a second factor is closed to sessions without one, with everything below it', async () => {
    const { home, below, elsewhere, ada, bob, robot } = await stage()
    const turning = await signIn(ada, { secondFactor: 'totp' })
    const [without, mailed] = [await signIn(bob), await signIn(bob, { secondFactor: 'email' })]
    const vouched = await vouchedFor(await addProvider(home), bob)
    const administrator = await signIn(ada)
    const turn = (mfa_enabled: boolean) => turning.here.updateOrg({ path: home, body: { name: home.organization_canonical, mfa_enabled } })
    for (let round = 0; round < rounds; round++) {
      expect(await turn(false)).toHaveStatus(200)
      for (const { there } of [without, mailed]) await good(there, home, elsewhere)
      await good(administrator.there, home, below, elsewhere)
      expect(await turn(true)).toHaveStatus(200)
      for (const path of [home, below])
        expect(await administrator.there.getOrg({ path }), `round ${round}`).toBeError('Unauthorized', 'asks for a second factor')
      expect(await without.there.getOrg({ path: home })).toBeError('Unauthorized', 'asks for a second factor')
      for (const { there } of [without, administrator]) await good(there, elsewhere)
      await good(mailed.there, home, elsewhere)
      await good(turning.there, home, below, elsewhere)
      // Its own provider asks by itself, and a key is nobody's sign-in.
      expect(await vouched.there.getOrg({ path: home })).toHaveStatus(200)
      expect(await second.client(robot.token).getOrg({ path: home })).toHaveStatus(200)
    }
  })

  test('an organization’s provider that was turned off or removed has vouched for nobody, and for whom another one did stays', async () => {
    for (let round = 0; round < rounds; round++) {
      const { home, elsewhere, ada, bob, adaHere } = await stage()
      const [provider, kept] = [await addProvider(home), await addProvider(home)]
      const path = { ...home, identity_provider_canonical: provider }
      const [by, other, own] = [await vouchedFor(provider, bob), await vouchedFor(kept, ada), await signIn(bob)]
      for (const { there } of [by, other, own]) expect(await there.getOrg({ path: home })).toHaveStatus(200)
      if (round % 2 === 0) expect(await adaHere.updateIdentityProvider({ path, body: { ...settings, enabled: false } })).toHaveStatus(200)
      else expect(await adaHere.deleteIdentityProvider({ path })).toHaveStatus(204)
      expect(await by.there.getOrg({ path: home }), `round ${round}`).toHaveStatus(401)
      expect(await by.there.refreshToken()).toHaveStatus(401)
      expect(await other.there.getOrg({ path: home })).toHaveStatus(200)
      await good(own.there, home, elsewhere)
    }
  })

  test('an organization that requires its provider is closed to every other sign-in, with everything below it', async () => {
    const { home, below, elsewhere, ada, bob, robot } = await stage()
    const provider = await addProvider(home)
    const path = { ...home, identity_provider_canonical: provider }
    const [administrator, vouched] = [await signIn(ada), await vouchedFor(provider, ada)]
    const strong = await signIn(bob, { method: 'passkey', secondFactor: 'passkey' })
    const require = (required: boolean) => vouched.here.updateIdentityProvider({ path, body: { ...settings, required } })
    for (let round = 0; round < rounds; round++) {
      await good(administrator.there, home, below, elsewhere)
      await good(strong.there, home, elsewhere)
      expect(await require(true)).toHaveStatus(200)
      for (const place of [home, below])
        expect(await administrator.there.getOrg({ path: place }), `round ${round}`).toBeError('Unauthorized', 'identity provider')
      expect(await strong.there.getOrg({ path: home })).toBeError('Unauthorized', 'identity provider')
      for (const { there } of [administrator, strong]) await good(there, elsewhere)
      for (const place of [home, below]) expect(await vouched.there.getOrg({ path: place })).toHaveStatus(200)
      expect(await second.client(robot.token).getOrg({ path: home })).toHaveStatus(200)
      expect(await require(false)).toHaveStatus(200)
    }
  })
})

const settings = {
  name: 'Provider',
  default_role_canonical: 'organization-member',
  enabled: true,
  required: false,
  idp_initiated: true,
  provision: true,
}

/** Of the organization; known by its canonical. */
async function addProvider({ organization_canonical }: Place): Promise<string> {
  const canonical = fresh('provider')
  await first.database.query(
    `insert into identity_providers (organization_id, canonical, name, public_id, metadata, entity_id, sso_url, certificates, default_role_id)
     select o.id, $2, 'Provider', $2, '', $2, 'https://idp.example.com', '{}', r.id from organizations o
     join roles r on r.organization_id = o.id and r.canonical = 'organization-member' where o.canonical = $1`,
    [organization_canonical, canonical],
  )
  return canonical
}

/** A session that the provider of an organization began. */
async function vouchedFor(provider: string, username: string): Promise<{ here: Client; there: Client }> {
  const [row] = await first.database.query<{ id: string; organization_id: string }>(
    `insert into identities (user_id, provider, issuer, subject, confined_to, identity_provider_id)
     select u.id, 'saml2', p.entity_id, u.username, p.organization_id, p.id from identity_providers p, users u
     where p.canonical = $1 and u.username = $2 returning id, confined_to as organization_id`,
    [provider, username],
  )
  return signIn(username, { method: 'saml2', confinedTo: Number(row?.organization_id), identityId: Number(row?.id) })
}
