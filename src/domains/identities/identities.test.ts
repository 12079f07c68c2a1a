import { describe, expect, test } from 'vitest'
import type { Client } from '../../../test/support/client.ts'
import { fresh, organization, person, scenario, sessionToken } from '../../../test/support/scenario.ts'
import { openTestServer } from '../../../test/support/server.ts'
import { useSignInWorld } from '../../../test/support/sign-in-world.ts'
import { AccountTx } from '../../db/account-tx.ts'
import { issueCode } from '../sso/codes.ts'

const world = useSignInWorld()

async function somebody(): Promise<{ name: string; id: number; me: Client }> {
  const name = fresh('ada')
  const { [name]: me } = await scenario(world, person(name))
  const [row] = await world.database.query<{ id: string }>('select id from users where username = $1', [name])
  if (!me) throw new Error('nobody entered the stage')
  return { name, id: Number(row?.id), me }
}

/** A sign-in at the provider, whose code is not exchanged but sent to be linked. */
const link = async (me: Client, account: string, code?: string) =>
  me.linkIdentity({ body: { social_type: 'google', oauth_code: code ?? (await world.code('google', account)) } })

const signIn = async (account: string) =>
  (await world.client().getOAuthUser({ path: { social_type: 'google' }, query: { oauth_code: await world.code('google', account) } })).body
    .data

const setPassword = (id: number) => world.database.query(`update users set password_hash = 'some hash' where id = $1`, [id])
const eventsOf = async (id: number, action: string) =>
  (
    await world.database.query<{ message: string }>('select message from account_events where user_id = $1 and action = $2', [id, action])
  ).map(({ message }) => message)

describe('linking', () => {
  test('an identity of another address lets the person sign in with it', async () => {
    const { name, id, me } = await somebody()
    const account = world.googleAccount(fresh('private'))
    const linked = await link(me, account)
    expect(linked).toHaveStatus(200)
    expect(linked.body.data).toMatchObject({
      social_type: 'google',
      issuer: world.google.issuer,
      subject: account,
      email: `${account}@example.com`,
    })
    expect((await me.listIdentities()).body.data).toEqual([linked.body.data])
    expect(await eventsOf(id, 'identity_linked')).toEqual([`${name} can sign in with Google from now on`])
    const { token = '' } = await signIn(account)
    expect((await world.client(token).getUserAccount()).body.data.username).toBe(name)
  })

  test('takes each identity for one account only, also when two ask at once', async () => {
    const [ada, eve] = [await somebody(), await somebody()]
    const account = world.googleAccount(fresh('shared'))
    const codes = [await world.code('google', account), await world.code('google', account)]
    const answers = await Promise.all([link(ada.me, account, codes[0]), link(eve.me, account, codes[1])])
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 409])
    expect(await link(ada.me, account)).toBeError('AlreadyExists', 'identity')
  })

  test('takes a code once, and none that is not one', async () => {
    const { me } = await somebody()
    const code = await world.code('google', world.googleAccount(fresh('ada')))
    expect(await me.linkIdentity({ body: { social_type: 'azuread', oauth_code: code } })).toHaveStatus(401)
    expect(await link(me, '', 'made up')).toHaveStatus(401)
    expect(await link(me, '', code)).toHaveStatus(200)
    expect(await link(me, '', code)).toBeError('Unauthenticated', 'used already')
  })

  test('needs a sign-in of the last hour, with the second factor of the account, and keeps the code for it', async () => {
    const { name: username, id, me } = await somebody()
    const code = await world.code('google', world.googleAccount(fresh('ada')))
    await world.database.query(`update sessions set created_at = now() - interval '61 minutes' where user_id = $1`, [id])
    expect(await link(me, '', code)).toBeError('StaleSignIn', 'Sign in again')
    await world.database.query('update users set mfa_enabled = true where id = $1', [id])
    const first = world.client(await sessionToken(world, { id, username }))
    expect(await link(first, '', code)).toBeError('StaleSignIn', 'second factor')
    const both = world.client(await sessionToken(world, { id, username }, { secondFactor: 'totp' }))
    expect(await link(both, '', code)).toHaveStatus(200)
  })

  test('needs a verified address', async () => {
    const { id, me } = await somebody()
    await world.database.query('update user_emails set verified_at = null where user_id = $1', [id])
    expect(await link(me, world.googleAccount(fresh('ada')))).toBeError('Unauthorized', 'Confirm your e-mail address')
  })

  test('does not take what an organization’s own provider says', async () => {
    const { id, me } = await somebody()
    const identity = {
      provider: 'saml2',
      issuer: 'https://idp.example.com',
      subject: 'ada',
      identityProvider: { organizationId: 1, id: 1 },
    } as const
    const said = {
      email: null,
      emailVerified: false,
      username: null,
      givenName: null,
      familyName: null,
      pictureUrl: null,
      locale: null,
      groups: [],
    }
    const code = await AccountTx.write(world.platform.database, { kind: 'platform' }, (tx) => issueCode(tx, { ...identity, ...said }))
    expect(await me.linkIdentity({ body: { social_type: 'saml2', oauth_code: code } })).toBeError('Invalid', 'of an organization')
    expect(await eventsOf(id, 'identity_linked')).toEqual([])
  })

  test('is not for sessions of an organization’s own provider, nor for strangers', async () => {
    const { name: username, id } = await somebody()
    const acme = fresh('acme')
    await scenario(world, organization(acme))
    const [home] = await world.database.query<{ id: string }>('select id from organizations where canonical = $1', [acme])
    const confined = world.client(await sessionToken(world, { id, username }, { method: 'saml2', confinedTo: Number(home?.id) }))
    for (const [client, status] of [
      [confined, 403],
      [world.client(), 401],
    ] as const) {
      expect(await client.listIdentities()).toHaveStatus(status)
      expect(await link(client, '', 'some code')).toHaveStatus(status)
      expect(await client.deleteIdentity({ path: { identity_id: 1 } })).toHaveStatus(status)
    }
  })
})

describe('unlinking', () => {
  test('ends the sessions that began with the identity, at once and on every process, and no other', async () => {
    await using other = await openTestServer({ beside: world, config: world.config })
    const { name, id, me } = await somebody()
    await setPassword(id)
    const account = world.googleAccount(fresh('private'))
    const { id: identity_id } = (await link(me, account)).body.data
    const { token = '' } = await signIn(account)
    expect(await other.client(token).getUserAccount()).toHaveStatus(200)
    expect(await me.deleteIdentity({ path: { identity_id } })).toHaveStatus(204)
    for (const on of [world, other]) expect(await on.client(token).getUserAccount()).toHaveStatus(401)
    expect(await me.getUserAccount()).toHaveStatus(200)
    expect((await me.listIdentities()).body.data).toEqual([])
    expect(await eventsOf(id, 'identity_unlinked')).toEqual([`${name} can no longer sign in with Google`])
    // The provider's account is a stranger's again, until the person links it.
    expect((await signIn(account)).user?.email).toBe(`${account}@example.com`)
  })

  test('is refused when nothing would be left to sign in with', async () => {
    const { id, me } = await somebody()
    const { id: identity_id } = (await link(me, world.googleAccount(fresh('private')))).body.data
    const unlink = (on = world.client(me.token)) => on.deleteIdentity({ path: { identity_id } })
    expect(await unlink()).toBeError('Conflict', 'could not sign in any more')
    expect((await me.listIdentities()).body.data).toHaveLength(1)

    // A password that no sign-in takes is none, nor is an identity of a provider that is gone.
    await setPassword(id)
    await using other = await openTestServer({ beside: world, config: { ...world.config, passwordLogin: false } })
    expect(await unlink(other.client(me.token))).toBeError('Conflict', 'could not sign in any more')
    await world.database.query('update user_emails set verified_at = null where user_id = $1', [id])
    expect(await unlink()).toBeError('Conflict', 'could not sign in any more')
    await world.database.query('update user_emails set verified_at = now() where user_id = $1', [id])
    expect(await unlink()).toHaveStatus(204)
  })

  test.each([
    ['another identity', `insert into identities (user_id, provider, issuer, subject) values ($1, 'azuread', 'https://x', 'u' || $1)`, 204],
    [
      'a passkey',
      `insert into passkeys (user_id, credential_id, public_key, counter, name, backed_up) values ($1, 'c' || $1, '', 0, '', false)`,
      204,
    ],
    [
      'an identity of an organization',
      `with p as (insert into identity_providers (organization_id, canonical, name, public_id, metadata, entity_id, sso_url, certificates, default_role_id)
         select o.id, 'idp', 'Acme', 'p' || $1, '', 'https://i', 'https://i', '{}', r.id from organizations o join roles r on r.organization_id = o.id and r.canonical = 'organization-member'
         order by o.id desc limit 1 returning organization_id, id)
       insert into identities (user_id, provider, issuer, subject, confined_to, identity_provider_id) select $1, 'saml2', 'https://i', 'u', organization_id, id from p`,
      409,
    ],
  ])('with %s left', async (_, statement, status) => {
    await scenario(world, organization(fresh('acme')))
    const { id, me } = await somebody()
    const { id: identity_id } = (await link(me, world.googleAccount(fresh('private')))).body.data
    await world.database.query(statement.replaceAll('|| $1', `|| ${id}`), [id])
    expect(await me.deleteIdentity({ path: { identity_id } })).toHaveStatus(status)
  })

  test('needs a sign-in of the last hour, and takes only one’s own', async () => {
    const [ada, eve] = [await somebody(), await somebody()]
    await setPassword(ada.id)
    const { id: identity_id } = (await link(ada.me, world.googleAccount(fresh('private')))).body.data
    expect(await eve.me.deleteIdentity({ path: { identity_id } })).toHaveStatus(404)
    await world.database.query(`update sessions set created_at = now() - interval '61 minutes' where user_id = $1`, [ada.id])
    expect(await ada.me.deleteIdentity({ path: { identity_id } })).toBeError('StaleSignIn', 'Sign in again')
  })
})
