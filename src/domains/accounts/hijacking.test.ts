/** Whoever makes an account with somebody else's address must not be in it when its reader comes. */
import { expect, test } from 'vitest'
import { newcomersOf, password, profile } from '../../../test/support/newcomers.ts'
import { fresh, member, organization, person, scenario } from '../../../test/support/scenario.ts'
import { useSignInWorld } from '../../../test/support/sign-in-world.ts'

const world = useSignInWorld({ worker: true })
const { tokenFor } = newcomersOf(world)

const exchange = async (type: 'google' | 'azuread', account: string) =>
  (await world.client().getOAuthUser({ path: { social_type: type }, query: { oauth_code: await world.code(type, account) } })).body.data

/** An account of Azure AD, whose tenant may write any address. @returns the attacker's token */
async function accountInWait(name: string, email: string): Promise<string> {
  world.azureAccount(name, { email })
  const { user } = await exchange('azuread', name)
  if (!user) throw new Error('there is an account already')
  const made = await world.client().createOAuthUser({ path: { social_type: 'azuread' }, body: { ...user, username: name } })
  expect(made).toHaveStatus(200)
  return made.body.data.token
}

async function reset(email: string, count = 1): Promise<void> {
  expect(await world.client().passwordResetReq({ body: { email } })).toHaveStatus(204)
  const token = await tokenFor(email, count)
  expect(await world.client().passwordResetUpdate({ body: { token, password } })).toHaveStatus(204)
}

const idOf = async (name: string) =>
  Number((await world.database.query<{ id: string }>('select id from users where username = $1', [name]))[0]?.id)

test('a reset of an address that nobody had confirmed leaves nothing else that signs in', async () => {
  // The first account of an installation is in use at once.
  await scenario(world, person(fresh('ada')))
  const [mallory, victim] = [fresh('mallory'), `${fresh('victim')}@example.com`]
  const token = await accountInWait(mallory, victim)
  const id = await idOf(mallory)
  for (const statement of [
    `insert into user_emails (user_id, email, purpose, verified_at) values ($1, 'mallory' || $2 || '@example.org', 'backup', now())`,
    `insert into passkeys (user_id, credential_id, public_key, counter, name, backed_up) values ($1, 'c' || $2, '', 0, '', false)`,
    `insert into totp_secrets (user_id, sealed, confirmed_at) values ($1, $2, now())`,
    `insert into recovery_codes (user_id, code_hash) values ($1, $2)`,
    `insert into login_challenges (purpose, user_id, nonce, expires_at) values ('second_factor', $1, $2, now() + interval '1 hour')`,
    `update users set mfa_enabled = true where id = $1 and $2 <> ''`,
  ])
    await world.database.query(statement, [id, String(id)])

  // The verification goes to the address before: mails that are sent at once come in any order.
  await tokenFor(victim)
  await reset(victim, 2)
  expect(await world.client(token).getUserAccount()).toHaveStatus(401)
  for (const table of ['identities', 'passkeys', 'totp_secrets', 'recovery_codes', 'sessions', 'login_challenges'])
    expect(await world.database.query(`select * from ${table} where user_id = $1`, [id]), table).toEqual([])
  const { token: own } = (await world.client().login({ body: { email: victim, password } })).body.data
  const account = (await world.client(own).getUserAccount()).body.data
  expect(account).toMatchObject({ mfa_enabled: false, emails: [{ email: victim, verified: true }] })
  expect(account.emails).toHaveLength(1)
  expect((await exchange('azuread', mallory)).token).toBeUndefined()

  // And now it is the person's: their own provider opens it.
  const name = world.googleAccount(fresh('victim'), { email: victim })
  expect((await exchange('google', name)).token).toBeTruthy()
  const events = await world.database.query<{ message: string }>(
    `select message from account_events where user_id = $1 and action = 'password_changed'`,
    [id],
  )
  expect(events.map(({ message }) => message)).toEqual([expect.stringContaining('nobody had confirmed before')])
})

test('a reset of a confirmed address leaves what signs in besides, and ends the sessions', async () => {
  const name = world.googleAccount(fresh('ada'))
  await scenario(world, person(name))
  const { token = '' } = await exchange('google', name)
  await reset(`${name}@example.com`)
  expect(await world.client(token).getUserAccount()).toHaveStatus(401)
  expect((await exchange('google', name)).token).toBeTruthy()
})

test('what an organization’s own provider says of its member stays through a reset: it opens that organization alone', async () => {
  const [acme, name] = [fresh('acme'), fresh('ada')]
  await scenario(world, organization(acme, member(name, 'organization-member')))
  const id = await idOf(name)
  await world.database.query('update user_emails set verified_at = null where user_id = $1', [id])
  await world.database.query(
    `with p as (insert into identity_providers (organization_id, canonical, name, public_id, metadata, entity_id, sso_url, certificates, default_role_id)
       select o.id, 'idp', 'Acme', $2, '', 'https://i', 'https://i', '{}', r.id from organizations o join roles r on r.organization_id = o.id and r.canonical = 'organization-member'
       where o.canonical = $1 returning organization_id, id)
     insert into identities (user_id, provider, issuer, subject, confined_to, identity_provider_id) select $3, 'saml2', 'https://i', $2, organization_id, id from p`,
    [acme, fresh('public-id'), id],
  )
  await reset(`${name}@example.com`)
  expect(await world.database.query('select provider from identities where user_id = $1', [id])).toEqual([{ provider: 'saml2' }])
})

test('following the link of a sign-up keeps what the person signed up with', async () => {
  const name = fresh('ada')
  const token = await accountInWait(name, `${name}@example.com`)
  expect(await world.client().emailVerification({ path: { verification_token: await tokenFor(`${name}@example.com`) } })).toHaveStatus(204)
  expect(await world.client(token).getUserAccount()).toHaveStatus(200)
  expect((await exchange('azuread', name)).token).toBeTruthy()
})

test('an account without a password takes none to sign in, nor to set one: a reset does', async () => {
  const name = world.googleAccount(fresh('ada'))
  await scenario(world, person(name))
  const me = world.client((await exchange('google', name)).token)
  for (const guess of ['', 'null', 'undefined', password])
    expect(await world.client().login({ body: { username: name, password: guess } })).not.toHaveStatus(200)
  const change = (current: string) =>
    me.updateUserAccount({ body: { ...profile(name), password_update: { current, new: 'battery staple' } } })
  expect(await change('nobody has this password')).toBeError('Invalid', 'no password yet')
  await reset(`${name}@example.com`)
  expect(await world.client().login({ body: { username: name, password } })).toHaveStatus(200)
})

test('a changed password is written down for its owner', async () => {
  const name = fresh('ada')
  await scenario(world, person(name))
  await reset(`${name}@example.com`)
  const me = world.client((await world.client().login({ body: { username: name, password } })).body.data.token)
  const body = { ...profile(name), password_update: { current: password, new: 'battery staple' } }
  expect(await me.updateUserAccount({ body })).toHaveStatus(200)
  const events = await world.database.query<{ message: string }>(
    `select message from account_events where user_id = $1 and action = 'password_changed' order by id`,
    [await idOf(name)],
  )
  expect(events.map(({ message }) => message)).toEqual([
    "A new password was set by a mail to the account's address",
    `${name} changed the password`,
  ])
})
