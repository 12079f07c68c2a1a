/** Who somebody is, whom an organization's own identity provider sent here. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openIdentityProvider, type TestIdentityProvider } from '../../../test/support/saml-idp.ts'
import {
  answerOf,
  bringProvider,
  employee,
  openCompany,
  type Provider,
  postAnswer,
  redeem,
  samlConfig,
  settingsOf,
  signInThrough,
  walk,
} from '../../../test/support/saml-world.ts'
import { fresh, member, organization, person, scenario } from '../../../test/support/scenario.ts'
import { openTestServer, useServer } from '../../../test/support/server.ts'

const server = useServer({ config: samlConfig })
let idp: TestIdentityProvider
beforeAll(async () => {
  idp = await openIdentityProvider({ users: [] })
})
afterAll(() => idp[Symbol.asyncDispose]())

const acme = (body: Parameters<typeof bringProvider>[3] = {}) => openCompany(server, idp, body)

function hire(name: string, more: Parameters<typeof employee>[1] = {}): string {
  idp.options.users.push(employee(name, more))
  return name
}
const change = (name: string, more: Parameters<typeof employee>[1]) => {
  const index = idp.options.users.findIndex((user) => user.name === name)
  idp.options.users[index] = { ...(idp.options.users[index] ?? employee(name)), ...more }
}

const refusal = async (provider: Provider, name: string) => {
  const { code } = await walk(server, provider, idp, name)
  return redeem(server, code)
}

const accounts = async (email: string) =>
  server.database.query<{ username: string; given_name: string; family_name: string; verified: boolean; password_hash: string | null }>(
    `select username, given_name, family_name, verified_at is not null as verified, password_hash from users u join user_emails e on e.user_id = u.id where email = $1`,
    [email],
  )

describe('somebody new', () => {
  test('gets an account and the default role; the address is theirs only when they show that they read it', async () => {
    const { provider, ada, path, events, memberNamed } = await acme({ default_role_canonical: 'reader' })
    const zoe = hire(fresh('zoe'), { attributes: { givenName: ['Zoë'], sn: ['Ng'], uid: ['Zoë.Ng!'] } })
    await signInThrough(server, provider, idp, zoe)
    const [account, ...others] = await accounts(`${zoe}@example.com`)
    expect(others).toEqual([])
    expect(account).toEqual({
      username: expect.stringMatching(/^zoe-ng(-\w+)?$/),
      given_name: 'Zoë',
      family_name: 'Ng',
      verified: false,
      password_hash: null,
    })
    const username = account?.username ?? ''
    expect(await memberNamed(username)).toMatchObject({ role: { canonical: 'reader' }, invitation_state: 'accepted' })
    expect(await events('member:create')).toEqual([`${username} joined the organization by signing in through Company login`])
    const one = { ...path, identity_provider_canonical: provider.canonical }
    const { last_sign_in_at = 0 } = (await ada.getIdentityProvider({ path: one })).body.data
    expect(Math.abs(last_sign_in_at - Date.now() / 1000)).toBeLessThan(60)
  })

  test('comes back as the same person, whatever their address is by then', async () => {
    const { provider, ada, path } = await acme()
    const zoe = hire(fresh('zoe'))
    await signInThrough(server, provider, idp, zoe)
    change(zoe, { email: `${zoe}@example.org` })
    await signInThrough(server, provider, idp, zoe)
    expect((await ada.getOrgMembers({ path })).body.data).toHaveLength(2)
    expect(await accounts(`${zoe}@example.org`)).toEqual([])
  })

  test('has names and a username that the contract allows, however little is known', async () => {
    const { provider } = await acme()
    const names: Record<string, string>[] = []
    for (const [email, attributes] of [
      [`x@${fresh('a')}.example`, {}],
      [`._-@${fresh('b')}.example`, { givenName: ['李'], sn: [' '] }],
      [`${'y'.repeat(64)}@${fresh('c')}.example`, { username: ['Ab'] }],
      [`${fresh('ø')}@x.example`.replace('ø', 'o'), { uid: ['admin@example.com'] }],
      [`${fresh('p')}@x.example`, { uid: ['admin'] }],
    ] as const) {
      const name = hire(fresh('somebody'), {
        email,
        attributes: Object.fromEntries(Object.entries(attributes).map(([key, values]) => [key, [...values]])),
      })
      const client = await signInThrough(server, provider, idp, name)
      expect(await client.getUserAccount()).toHaveStatus(200)
      const [account] = await accounts(email)
      names.push({ username: account?.username ?? '', given: account?.given_name ?? '', family: account?.family_name ?? '' })
    }
    for (const { username, given, family } of names) {
      expect(username).toMatch(/^[a-z0-9]+[a-z0-9\-_]+[a-z0-9]+$/)
      expect([...(given ?? '')].length).toBeGreaterThan(1)
      expect([...(family ?? '')].length).toBeGreaterThan(1)
    }
    expect(names.map(({ username }) => username?.slice(0, 8))).toEqual(['x-member', 'member-m', 'yyyyyyyy', 'admin', 'admin-2'])
    expect(names[1]).toMatchObject({ given: '李.', family: 'member-member' })
  })

  test('needs an address: the refusal says where it was looked for', async () => {
    const { provider } = await acme()
    expect(await refusal(provider, hire(fresh('zoe'), { email: '' }))).toBeError('Unauthenticated', 'attribute email, mail, emailAddress')
    const named = await acme({ attributes: { email: 'contact' } })
    expect(await refusal(named.provider, hire(fresh('zoe')))).toBeError('Unauthenticated', 'attribute contact')
    const zoe = hire(fresh('zoe'), { email: '', attributes: { Contact: [`${fresh('zoe')}@example.net`] } })
    expect(await refusal(named.provider, zoe)).toHaveStatus(200)
  })

  test('may be known by the name that the provider gives, if it says that this is an address', async () => {
    const { provider } = await acme()
    const [email, other] = [`${fresh('zoe')}@example.net`, `${fresh('eve')}@example.net`]
    const nameIdFormat = 'urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress'
    await signInThrough(server, provider, idp, hire(fresh('zoe'), { nameId: email, nameIdFormat, email: '' }))
    expect(await accounts(email)).toHaveLength(1)
    const spoilt = hire(fresh('eve'), { nameId: other, nameIdFormat: 'urn:oasis:names:tc:SAML:2.0:nameid-format:persistent', email: '' })
    expect(await refusal(provider, spoilt)).toBeError('Unauthenticated', 'did not say')
  })

  test('is refused where the provider adds nobody by itself, and let in by an invitation', async () => {
    const { provider, ada, path, memberNamed, events } = await acme({ provision: false })
    const zoe = hire(fresh('zoe'))
    expect(await refusal(provider, zoe)).toBeError('Unauthenticated', 'ask for an invitation')
    expect(await accounts(`${zoe}@example.com`)).toEqual([])
    expect(await events('member:sign_in_failed')).toEqual([
      `${zoe}@example.com came through Company login and was not let in: ${zoe}@example.com is not a member of the organization yet, and Company login adds nobody by itself: ask for an invitation`,
    ])
    await ada.inviteUserToOrgMember({ path, body: { email: `${zoe.toUpperCase()}@EXAMPLE.com`, role_canonical: 'deployer' } })
    await signInThrough(server, provider, idp, zoe)
    expect(await memberNamed(zoe)).toMatchObject({ role: { canonical: 'deployer' }, invitation_state: 'accepted' })
    expect((await ada.getOrgMembers({ path, query: { invitation_state: ['pending'] } })).body.data).toEqual([])
    expect(await events('member:accept')).toHaveLength(1)
  })

  test('is not let in by an invitation whose mail is too old', async () => {
    const { provider, ada, path } = await acme({ provision: false })
    const zoe = hire(fresh('zoe'))
    await ada.inviteUserToOrgMember({ path, body: { email: `${zoe}@example.com`, role_canonical: 'deployer' } })
    await server.database.query(`update members set invited_at = now() - interval '15 days' where invitation_email = $1`, [
      `${zoe}@example.com`,
    ])
    expect(await refusal(provider, zoe)).toBeError('Unauthenticated', 'ask for an invitation')
  })

  test('who comes twice at once becomes one person', async () => {
    await using second = await openTestServer({ beside: server, config: samlConfig })
    const { provider, ada, path } = await acme()
    const other = await bringProvider(ada, path.organization_canonical, idp, { canonical: 'second' })
    const zoe = fresh('zoe')
    const attributes = { email: [`${zoe}@example.com`] }
    const codes: string[] = []
    for (const at of [provider, provider, provider, other])
      codes.push((await postAnswer(server, at, answerOf(idp, at, { nameId: zoe, attributes }))).code)
    const answers = await Promise.all(codes.map((code, index) => redeem(index % 2 === 0 ? server : second, code)))
    // Whoever was first by the other provider finds, or is found as, the account that nobody but this organization made.
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200])
    expect(await accounts(`${zoe}@example.com`)).toHaveLength(1)
    expect((await ada.getOrgMembers({ path })).body.data).toHaveLength(2)
  })

  test('needs a seat', async () => {
    const { provider, canonical, ada, path } = await acme()
    await server.database.query(
      `insert into licences (organization_id, key, jti, company_name, email_address, members_count, version, on_prem, expires_at)
       select id, 'key', $1, 'Acme', 'a@example.com', 1, '1', true, now() + interval '1 year' from organizations where canonical = $1`,
      [canonical],
    )
    const zoe = hire(fresh('zoe'))
    expect(await refusal(provider, zoe)).toBeError('Conflict', 'seat')
    expect(await accounts(`${zoe}@example.com`)).toEqual([])
    expect((await ada.getOrgMembers({ path })).body.data).toHaveLength(1)
  })
})

describe('somebody with an account', () => {
  test('is recognized as a member by an address that they have verified, whatever its case', async () => {
    const { provider, admin, ada, path } = await acme()
    await signInThrough(server, provider, idp, hire(fresh('x'), { email: `${admin.toUpperCase()}@Example.com` }))
    expect((await ada.getOrgMembers({ path })).body.data).toHaveLength(1)
    const events = await server.database.query(
      `select action, confined_to is not null as confined from account_events a join users u on u.id = a.user_id where username = $1 and action = 'identity_linked'`,
      [admin],
    )
    expect(events).toEqual([{ action: 'identity_linked', confined: true }])
  })

  test('who is no member is not taken over: not by a provider that adds people, nor by an invitation', async () => {
    const { provider, ada, path } = await acme()
    const [globex, vic] = [fresh('globex'), fresh('vic')]
    await scenario(server, organization(globex, member(vic)))
    hire(vic)
    expect(await refusal(provider, vic)).toBeError('Unauthenticated', 'is not a member of the organization: sign in with that account')
    await ada.inviteUserToOrgMember({ path, body: { email: `${vic}@example.com`, role_canonical: 'reader' } })
    expect(await refusal(provider, vic)).toBeError('Unauthenticated', 'accept an invitation first')
    expect((await ada.getOrgMembers({ path })).body.data).toHaveLength(1)
    expect(
      await server.database.query('select i.id from identities i join users u on u.id = i.user_id where username = $1', [vic]),
    ).toEqual([])
  })

  test('who is a member of a child organization only is no member here', async () => {
    const { provider, canonical } = await acme()
    const vic = fresh('vic')
    await scenario(server, person(vic))
    const kid = fresh('kid')
    await scenario(server, organization(kid, member(vic)))
    await server.database.query(
      `update organizations k set parent_id = p.id, path = p.path || k.id from organizations p where k.canonical = $1 and p.canonical = $2`,
      [kid, canonical],
    )
    hire(vic)
    expect(await refusal(provider, vic)).toBeError('Unauthenticated', 'is not a member')
  })

  test('is not found by an address that a member only claims', async () => {
    const { provider, canonical, ada, path } = await acme()
    const eve = fresh('eve')
    await scenario(server, person(eve))
    await server.database.query(
      `insert into members (organization_id, user_id, role_id, invitation_state)
       select o.id, u.id, r.id, 'accepted' from organizations o join roles r on r.organization_id = o.id and r.canonical = 'reader', users u
       where o.canonical = $1 and u.username = $2`,
      [canonical, eve],
    )
    const bob = hire(fresh('bob'))
    await server.database.query(
      `insert into user_emails (user_id, email, purpose) select id, $2, 'backup' from users where username = $1`,
      [eve, `${bob}@example.com`],
    )
    expect(await refusal(provider, bob)).toBeError('Unauthenticated', 'not verified it yet')
    expect((await ada.getOrgMembers({ path })).body.data).toHaveLength(2)
  })

  test('cannot become another member by changing their address at the provider', async () => {
    const { provider } = await acme()
    const [bob, mallory] = [hire(fresh('bob')), hire(fresh('mallory'))]
    await signInThrough(server, provider, idp, bob)
    change(mallory, { email: `${bob}@example.com` })
    expect(await refusal(provider, mallory)).toBeError('Unauthenticated', 'under another name')
  })

  test('is found again after the provider was removed and brought anew, though nobody ever saw a mail', async () => {
    const { provider, ada, path, canonical } = await acme()
    const zoe = hire(fresh('zoe'))
    await signInThrough(server, provider, idp, zoe)
    await ada.deleteIdentityProvider({ path: { ...path, identity_provider_canonical: provider.canonical } })
    const again = await bringProvider(ada, canonical, idp)
    await signInThrough(server, again, idp, zoe)
    expect((await ada.getOrgMembers({ path })).body.data).toHaveLength(2)
    expect(await accounts(`${zoe}@example.com`)).toHaveLength(1)
  })

  test('who was removed stays out, until they accept an invitation themselves', async () => {
    const { provider, ada, path, memberNamed } = await acme()
    const zoe = hire(fresh('zoe'))
    const client = await signInThrough(server, provider, idp, zoe)
    const one = await memberNamed(zoe)
    await ada.removeOrgMember({ path: { ...path, member_id: 'id' in one ? one.id : 0 } })
    expect(await client.getOrg({ path })).toHaveStatus(401)
    expect(await refusal(provider, zoe)).toBeError('Unauthenticated', 'is not a member')
  })
})

describe('between the provider and the console', () => {
  test('a provider that was turned off, removed or became another one lets nobody in any more', async () => {
    const { provider, ada, path, canonical } = await acme()
    const one = { ...path, identity_provider_canonical: provider.canonical }
    const zoe = hire(fresh('zoe'))
    const off = (await walk(server, provider, idp, zoe)).code
    await ada.updateIdentityProvider({ path: one, body: settingsOf(provider, { enabled: false }) })
    expect(await redeem(server, off)).toBeError('Unauthenticated', 'begin again')
    await ada.updateIdentityProvider({ path: one, body: settingsOf(provider) })
    const other = (await walk(server, provider, idp, zoe)).code
    await ada.updateIdentityProvider({
      path: one,
      body: settingsOf(provider, { metadata: idp.metadata().replace(idp.entityId, 'https://other.example.com') }),
    })
    expect(await redeem(server, other)).toBeError('Unauthenticated', 'begin again')
    const again = await bringProvider(ada, canonical, idp, { canonical: 'again' })
    const gone = (await walk(server, again, idp, zoe)).code
    await ada.deleteIdentityProvider({ path: { ...path, identity_provider_canonical: 'again' } })
    expect(await redeem(server, gone)).toBeError('Unauthenticated', 'begin again')
  })

  test('an organization that was deleted lets nobody in', async () => {
    const { provider, ada, path } = await acme()
    const { code } = await walk(server, provider, idp, hire(fresh('zoe')))
    expect(await ada.deleteOrg({ path })).toHaveStatus(204)
    expect(await redeem(server, code)).toHaveStatus(401)
  })
})
