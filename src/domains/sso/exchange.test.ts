import { randomBytes } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { type Newcomer, newcomersOf } from '../../../test/support/newcomers.ts'
import { fresh, member, organization, person, scenario } from '../../../test/support/scenario.ts'
import { openTestServer } from '../../../test/support/server.ts'
import { type Social, useSignInWorld } from '../../../test/support/sign-in-world.ts'
import { AccountTx } from '../../db/account-tx.ts'
import { issueCode } from '../sign-in/codes.ts'
import type { OutsideIdentity } from '../sign-in/types.ts'

const world = useSignInWorld({ worker: true })
const { tokenFor } = newcomersOf(world)

const exchange = (type: Social | 'saml2', oauth_code: string, on = world.client()) =>
  on.getOAuthUser({ path: { social_type: type }, query: { oauth_code } })

/** The form of somebody whom the provider confirmed and who has no account. */
async function formOf(type: Social, account: string) {
  const answer = await exchange(type, await world.code(type, account))
  expect(answer).toHaveStatus(200)
  const { user, token } = answer.body.data
  expect(token).toBeUndefined()
  if (!user) throw new Error('there is no form')
  return user
}

const create = (type: Social, body: Awaited<ReturnType<typeof formOf>> & Partial<Newcomer>) =>
  world.client().createOAuthUser({ path: { social_type: type }, body })

const identitiesOf = (username: string) =>
  world.database.query<{ id: string; provider: string; subject: string; email: string | null }>(
    'select i.id, i.provider, i.subject, i.email from identities i join users u on u.id = i.user_id where u.username = $1',
    [username],
  )
const eventsOf = async (username: string) =>
  (
    await world.database.query<{ action: string; message: string }>(
      'select e.action, e.message from account_events e join users u on u.id = e.user_id where u.username = $1 order by e.id',
      [username],
    )
  ).map(({ action, message }) => `${action}: ${message}`)
const addressesOf = (username: string) =>
  world.database.query<{ email: string; verified: boolean }>(
    'select e.email, e.verified_at is not null as verified from user_emails e join users u on u.id = e.user_id where u.username = $1 order by e.id',
    [username],
  )

describe('somebody new', () => {
  test('gets the form, filled with what the provider said, and an account by sending it back', async () => {
    const name = fresh('ada')
    world.googleAccount(name, { picture: 'https://pictures.example.com/ada.png', locale: 'fr-CA' })
    const form = await formOf('google', name)
    expect(form).toEqual({
      email: `${name}@example.com`,
      username: name,
      given_name: 'Ada',
      family_name: 'Lovelace',
      picture_url: 'https://pictures.example.com/ada.png',
      locale: 'fr',
      social_id: expect.stringMatching(/^\d+-[0-9a-f]+$/),
    })
    const made = await create('google', form)
    expect(made).toHaveStatus(200)
    expect([made.body.data.owns, made.body.data.permissions]).toEqual([[], {}])
    const account = (await world.client(made.body.data.token).getUserAccount()).body.data
    expect(account).toMatchObject({
      username: name,
      family_name: 'Lovelace',
      locale: 'fr',
      picture_url: form.picture_url,
      emails: [{ email: `${name}@example.com`, purpose: 'primary', verified: true }],
    })
    expect(await identitiesOf(name)).toMatchObject([{ provider: 'google', subject: name }])
    expect(await eventsOf(name)).toEqual([
      `identity_linked: ${name} can sign in with Google (${name}@example.com) from now on`,
      `sign_in: ${name} signed in with Google`,
    ])
  })

  test('comes again and is signed in, whatever their address is by then', async () => {
    const name = fresh('ada')
    world.googleAccount(name)
    const form = await formOf('google', name)
    await create('google', form)
    world.googleAccount(name, { email: `${name}@elsewhere.example.com`, email_verified: false })
    const { token = '', user } = (await exchange('google', await world.code('google', name))).body.data
    expect(user).toBeUndefined()
    expect((await world.client(token).getUserAccount()).body.data.username).toBe(form.username)
    expect(await identitiesOf(name)).toMatchObject([{ email: `${name}@elsewhere.example.com` }])
  })

  test('of GitHub has the confirmed primary address, and a number that stays when the login changes', async () => {
    const [login, id] = [fresh('mona'), Math.floor(Math.random() * 2 ** 40)]
    const account = {
      id,
      login,
      name: null,
      emails: [
        { email: `${login}@first.example.com`, primary: false, verified: true },
        { email: `${login}@example.com`, primary: true, verified: true },
      ],
    }
    world.githubAccount(login, account)
    const form = await formOf('github', login)
    expect(form).toEqual({ email: `${login}@example.com`, username: login, given_name: login, social_id: form.social_id })
    const { token } = (await create('github', form)).body.data
    const { family_name, emails } = (await world.client(token).getUserAccount()).body.data
    expect([family_name, emails[0]?.verified]).toEqual([login, true])
    world.githubAccount(login, { ...account, login: 'renamed' })
    expect((await exchange('github', await world.code('github', login))).body.data.token).toBeTruthy()
    const stranger = { ...account, id: id + 1, emails: [{ email: `${login}@new.example.com`, primary: true, verified: true }] }
    world.githubAccount(login, stranger)
    expect((await exchange('github', await world.code('github', login))).body.data.user?.email).toBe(`${login}@new.example.com`)
  })

  test('whose address the provider does not vouch for gets a mail, and is signed in meanwhile', async () => {
    const name = fresh('grace')
    world.azureAccount(name)
    const form = await formOf('azuread', name)
    expect(form).toMatchObject({ email: `${name}@example.com`, given_name: 'Grace', family_name: 'Brewster Hopper' })
    const { token } = (await create('azuread', form)).body.data
    expect((await world.client(token).getUserAccount()).body.data.emails[0]?.verified).toBe(false)
    expect(await world.client().emailVerification({ path: { verification_token: await tokenFor(form.email) } })).toHaveStatus(204)
    expect((await world.client(token).getUserAccount()).body.data.emails[0]?.verified).toBe(true)
  })

  test('who chooses another address than the confirmed one has to confirm that', async () => {
    const name = fresh('ada')
    world.googleAccount(name)
    const form = await formOf('google', name)
    const email = `${name}@other.example.com`
    expect(await create('google', { ...form, email })).toHaveStatus(200)
    expect(await addressesOf(form.username)).toEqual([{ email, verified: false }])
  })

  test('has a username that is free and fits, whatever the name is', async () => {
    const taken = fresh('taken')
    await scenario(world, person(taken))
    const proposals: [account: string, claims: Record<string, string>, proposal: RegExp][] = [
      [taken, { email: `${taken}@elsewhere.example.com` }, new RegExp(`^${taken}-2$`)],
      [fresh('dots'), { preferred_username: 'Élodie.O’Brien+news' }, /^elodie-o-brien-news$/],
      [fresh('long'), { email: `${'x'.repeat(60)}@example.com` }, /^x{26}$/],
      [fresh('short'), { email: 'a@example.com', given_name: 'Al', family_name: 'Bo' }, /^al-bo$/],
      [fresh('far'), { email: 'm@example.com', preferred_username: 'мария', given_name: 'Мария', family_name: 'Кюри' }, /^user/],
    ]
    for (const [account, claims, proposal] of proposals) {
      const { username } = await formOf('google', world.googleAccount(account, claims))
      expect(username).toMatch(proposal)
      expect(username).toMatch(/^[a-z0-9]+[a-z0-9\-_]+[a-z0-9]+$/)
    }
  })

  test('with a name that the contract does not know as one is asked for another, or called by the username', async () => {
    const name = fresh('ada')
    world.googleAccount(name, { given_name: '伟', family_name: undefined })
    const form = await formOf('google', name)
    expect(form).toMatchObject({ given_name: name })
    expect(form).not.toHaveProperty('family_name')
    expect(await create('google', { ...form, given_name: '伟' })).toBeError('Invalid', 'body.given_name')
    expect(await create('google', { ...form, family_name: 'X' })).toBeError('Invalid', 'body.family_name')
    expect(await create('google', { ...form, family_name: '' })).toHaveStatus(200)
    expect((await world.database.query('select family_name from users where username = $1', [name]))[0]).toEqual({ family_name: name })
  })

  test.each([undefined, 'ada', 'ada@example', 'мария@example.com', `${'a'.repeat(250)}@example.com`])(
    'with the address %s is told so',
    async (email) => {
      const name = world.googleAccount(fresh('ada'), { email })
      expect(await exchange('google', await world.code('google', name))).toBeError('Unauthenticated', 'e-mail address')
    },
  )

  test('joins the organization that invited the address, which is confirmed by that', async () => {
    const [acme, ada, name] = [fresh('acme'), fresh('ada'), fresh('grace')]
    const { [ada]: admin } = await scenario(world, organization(acme, member(ada)))
    const email = `${name}@example.com`
    await admin?.inviteUserToOrgMember({ path: { organization_canonical: acme }, body: { email, role_canonical: 'organization-member' } })
    const invitation_token = await invitationTokenFor(email)
    world.azureAccount(name)
    const form = await formOf('azuread', name)
    expect(await create('azuread', { ...form, invitation_token: '1.1-abc' })).toBeError('Invalid', 'body.invitation_token')
    expect(await create('azuread', { ...form, email: `x${email}`, invitation_token })).toBeError('Invalid', 'body.email')
    const made = await create('azuread', { ...form, invitation_token })
    expect(made).toHaveStatus(200)
    const { data } = (await world.client(made.body.data.token).getOrgs()).body
    expect(data.map(({ canonical }) => canonical)).toEqual([acme])
    expect(await addressesOf(name)).toEqual([{ email, verified: true }])
  })
})

async function invitationTokenFor(email: string): Promise<string> {
  for (let attempt = 0; attempt < 400; attempt++) {
    const [mail] = await world.database.query<{ body: string }>('select body from mails where recipient = $1', [email])
    if (mail) return /token=(\S+)/.exec(mail.body)?.[1] ?? ''
    await new Promise((wake) => setTimeout(wake, 25))
  }
  throw new Error(`${email} got no mail`)
}

describe('the form', () => {
  test('is good once, though it is sent twice at once to two processes', async () => {
    await using other = await openTestServer({ beside: world, config: world.config })
    world.googleAccount(fresh('x'))
    const name = world.googleAccount(fresh('ada'))
    const form = await formOf('google', name)
    const send = (on: typeof world | typeof other, username: string) =>
      on.client().createOAuthUser({ path: { social_type: 'google' }, body: { ...form, username, email: `${username}@example.com` } })
    const answers = await Promise.all([
      send(world, fresh('one')),
      send(other, fresh('two')),
      send(world, fresh('three')),
      send(other, fresh('four')),
    ])
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 401, 401, 401])
    expect(await send(world, fresh('five'))).toBeError('Unauthenticated', 'was used already')
  })

  test('stays open when the username is taken, or anything else is to be corrected', async () => {
    const [taken, name] = [fresh('taken'), world.googleAccount(fresh('ada'))]
    await scenario(world, person(taken))
    const form = await formOf('google', name)
    expect(await create('google', { ...form, username: taken })).toBeError('AlreadyExists', 'username')
    expect(await create('google', { ...form, country_code: 'XX' })).toBeError('Invalid', 'body.country_code')
    expect(await create('google', { ...form, picture_url: 'javascript:alert(1)' })).toHaveStatus(422)
    expect(await create('google', form)).toHaveStatus(200)
  })

  test('is no good for another provider, after fifteen minutes, changed, or made up', async () => {
    const form = await formOf('google', world.googleAccount(fresh('ada')))
    expect(await create('azuread', form)).toBeError('Unauthenticated', 'not confirmed')
    const [number = '', mac = ''] = form.social_id.split('-')
    const other = await formOf('google', world.googleAccount(fresh('eve')))
    const made = [
      `${number}-${mac.replace(/.$/, (last) => (last === '0' ? '1' : '0'))}`,
      `0${form.social_id}`,
      `${other.social_id.split('-')[0]}-${mac}`,
    ]
    for (const social_id of [...made, 'somebody', '', '1-', `${'9'.repeat(30)}-${mac}`, `${number}-${mac}\n`])
      expect(await create('google', { ...form, social_id })).toBeError('Unauthenticated', 'not confirmed')
    await world.database.query(`update pending_identities set expires_at = now() - interval '1 second' where id = $1`, [number])
    expect(await create('google', form)).toBeError('Unauthenticated', 'older than 15 minutes')
  })

  test('does not make a second account for an identity that has one by then', async () => {
    const name = world.googleAccount(fresh('ada'))
    const [first, second] = [await formOf('google', name), await formOf('google', name)]
    expect(await create('google', first)).toHaveStatus(200)
    const username = fresh('twin')
    expect(await create('google', { ...second, username, email: `${username}@example.com` })).toBeError('AlreadyExists', 'identity')
    expect(await addressesOf(username)).toEqual([])
  })
})

describe('the code', () => {
  test('is good once, though it is redeemed at once on two processes', async () => {
    await using other = await openTestServer({ beside: world, config: world.config })
    for (const account of [world.googleAccount(fresh('new')), await known()]) {
      const code = await world.code('google', account)
      const answers = await Promise.all([world, other, world, other, world, other].map((on) => exchange('google', code, on.client())))
      expect(answers.map(({ status }) => status).sort()).toEqual([200, 401, 401, 401, 401, 401])
      expect(await exchange('google', code)).toBeError('Unauthenticated', 'used already')
    }
  })

  test('is no good after a minute, for another provider, changed, or made up', async () => {
    const code = await world.code('google', world.googleAccount(fresh('ada')))
    for (const wrong of [code.toLowerCase(), code.slice(1), `${code}A`, '', 'x', randomBytes(32).toString('base64url'), '\0'])
      expect(await exchange('google', wrong)).toHaveStatus(401)
    for (const type of ['azuread', 'github', 'saml2'] as const)
      expect(await exchange(type, code)).toBeError('Unauthenticated', 'used already')
    await world.database.query(`update sign_in_codes set expires_at = now() - interval '1 second'`)
    expect(await exchange('google', code)).toBeError('Unauthenticated', 'older than a minute')
  })

  test('is not in the database', async () => {
    const code = await world.code('google', world.googleAccount(fresh('ada')))
    expect(JSON.stringify(await world.database.query('select * from sign_in_codes'))).not.toContain(code)
  })

  test('of a provider that is not configured is refused', async () => {
    await using bare = await openTestServer({ beside: world, config: { ...world.config, oauth: {} } })
    const code = await world.code('google', world.googleAccount(fresh('ada')))
    expect(await exchange('google', code, bare.client())).toBeError('Unauthenticated', 'does not sign in with Google')
    const form = { email: 'a@example.com', username: fresh('ada'), given_name: 'Ada', social_id: '1-a' }
    expect(await bare.client().createOAuthUser({ path: { social_type: 'google' }, body: form })).toHaveStatus(401)
  })
})

/** Somebody whose Google identity is linked. */
async function known(): Promise<string> {
  const name = world.googleAccount(fresh('known'))
  expect(await create('google', await formOf('google', name))).toHaveStatus(200)
  return name
}

describe('an account with the address', () => {
  test('is the person’s when both sides have confirmed it, by upper or lower case; from then on whatever the address is', async () => {
    const name = fresh('ada')
    await scenario(world, person(name))
    world.googleAccount(name, { email: `${name.toUpperCase()}@Example.com` })
    const { token = '' } = (await exchange('google', await world.code('google', name))).body.data
    expect((await world.client(token).getUserAccount()).body.data.username).toBe(name)
    expect(await eventsOf(name)).toEqual([
      expect.stringContaining(`identity_linked: ${name} can sign in with Google`),
      `sign_in: ${name} signed in with Google`,
    ])
    world.googleAccount(name, { email: 'someone@else.example.com', email_verified: false })
    expect((await exchange('google', await world.code('google', name))).body.data.token).toBeTruthy()
    expect(await identitiesOf(name)).toHaveLength(1)
  })

  test('is linked once when the person comes twice at the same time', async () => {
    const name = fresh('ada')
    await scenario(world, person(name))
    world.googleAccount(name)
    const codes = [await world.code('google', name), await world.code('google', name), await world.code('google', name)]
    const answers = await Promise.all(codes.map((code) => exchange('google', code)))
    expect(answers.map(({ body }) => typeof body.data.token)).toEqual(['string', 'string', 'string'])
    expect(await identitiesOf(name)).toHaveLength(1)
  })

  test('is not when the account never confirmed it: whoever made it may have been somebody else', async () => {
    const name = fresh('ada')
    await scenario(world, person(name))
    await world.database.query('update user_emails set verified_at = null where email = $1', [`${name}@example.com`])
    world.googleAccount(name)
    const form = await formOf('google', name)
    expect(await create('google', { ...form, username: fresh('ada') })).toBeError('AlreadyExists', 'e-mail address')
    expect(await identitiesOf(name)).toEqual([])
  })

  test('is not when the provider does not vouch for it', async () => {
    const name = fresh('ada')
    await scenario(world, person(name))
    world.googleAccount(name, { email_verified: false })
    world.azureAccount(name)
    world.githubAccount(name, {
      id: Math.floor(Math.random() * 2 ** 40),
      login: name,
      name,
      emails: [{ email: `${name}@example.com`, primary: true, verified: false }],
    })
    for (const type of ['google', 'azuread', 'github'] as const) expect((await formOf(type, name)).email).toBe(`${name}@example.com`)
    expect(await identitiesOf(name)).toEqual([])
  })

  test('is not by an address of GitHub that is not the primary one', async () => {
    const name = fresh('ada')
    await scenario(world, person(name))
    const emails = [
      { email: `${name}@example.com`, primary: false, verified: true },
      { email: `${name}@other.example.com`, primary: true, verified: true },
    ]
    world.githubAccount(name, { id: Math.floor(Math.random() * 2 ** 40), login: name, name, emails })
    expect((await formOf('github', name)).email).toBe(`${name}@other.example.com`)
  })

  test('is Azure AD’s when the tenant owns the domain', async () => {
    const name = fresh('grace')
    await scenario(world, person(name))
    world.azureAccount(name, { xms_edov: true })
    expect((await exchange('azuread', await world.code('azuread', name))).body.data.token).toBeTruthy()
  })

  test('still asks for its second factor', async () => {
    const name = fresh('ada')
    await scenario(world, person(name))
    await world.database.query('update users set mfa_enabled = true where username = $1', [name])
    world.googleAccount(name)
    for (let attempt = 1; attempt <= 2; attempt++) {
      const answer = await exchange('google', await world.code('google', name))
      expect(answer).toHaveStatus(401)
      expect((answer.body as unknown as { second_factor: object }).second_factor).toEqual({ factors: ['email'] })
    }
    const token = await tokenFor(`${name}@example.com`)
    const session = await world.client().emailAuthenticationVerification({ path: { authentication_token: token } })
    expect(session).toHaveStatus(200)
    const { data } = (await world.client(session.body.data.token).listSessions()).body
    expect(data[0]).toMatchObject({ method: 'google', second_factor: 'email' })
  })
})

describe('an identity of an organization’s own provider', () => {
  /** As SAML leaves it behind: the protocol has tests of its own. */
  async function comesFrom(acme: string, said: Partial<OutsideIdentity>): Promise<string> {
    const [row] = await world.database.query<{ organization_id: string; id: string }>(
      `insert into identity_providers (organization_id, canonical, name, public_id, metadata, entity_id, sso_url, certificates, default_role_id)
       select o.id, 'idp', 'Acme', $2, '', 'https://idp.example.com', 'https://idp.example.com/sso', '{}', r.id
       from organizations o join roles r on r.organization_id = o.id and r.canonical = 'organization-member' where o.canonical = $1
       returning organization_id, id`,
      [acme, randomBytes(16).toString('hex')],
    )
    const identity: OutsideIdentity = {
      provider: 'saml2',
      issuer: 'https://idp.example.com',
      subject: fresh('subject'),
      identityProvider: { organizationId: Number(row?.organization_id), id: Number(row?.id) },
      email: null,
      emailVerified: false,
      username: null,
      givenName: null,
      familyName: null,
      pictureUrl: null,
      locale: null,
      groups: [],
      ...said,
    }
    return AccountTx.write(world.platform.database, { kind: 'platform' }, (tx) => issueCode(tx, identity))
  }

  test('signs in to that organization, and to nothing else of the person', async () => {
    const [acme, globex, name] = [fresh('acme'), fresh('globex'), fresh('eve')]
    await scenario(world, organization(acme, member(name, 'organization-member')), organization(globex, member(name)))
    const { token = '' } = (await exchange('saml2', await comesFrom(acme, { email: `${name}@example.com` }))).body.data
    const eve = world.client(token)
    expect(await eve.getOrg({ path: { organization_canonical: acme } })).toHaveStatus(200)
    expect(await eve.getOrg({ path: { organization_canonical: globex } })).toHaveStatus(403)
    expect(await eve.listIdentities()).toHaveStatus(403)
  })

  test('never becomes a person’s by the address alone', async () => {
    const [acme, name] = [fresh('acme'), fresh('victim')]
    await scenario(world, organization(acme, member(fresh('boss'))), person(name))
    const code = await comesFrom(acme, { email: `${name}@example.com`, emailVerified: true })
    expect(await exchange('saml2', code)).toHaveStatus(401)
    expect(await identitiesOf(name)).toEqual([])
  })
})

describe('guessing', () => {
  test('is slowed down, of codes and of what stands for a person', async () => {
    await using limited = await openTestServer({ beside: world, config: { ...world.config, rateLimitFactor: 1 } })
    const code = randomBytes(32).toString('base64url')
    const statuses: number[] = []
    for (let attempt = 1; attempt <= 21; attempt++) statuses.push((await exchange('google', code, limited.client())).status)
    expect([statuses.slice(0, 20).every((status) => status === 401), statuses[20]]).toEqual([true, 429])
    const form = { email: 'a@example.com', username: fresh('ada'), given_name: 'Ada' }
    const guesses: number[] = []
    for (let attempt = 1; attempt <= 11; attempt++) {
      const body = { ...form, email: `${fresh('a')}@example.com`, social_id: `999999-${randomBytes(20).toString('hex')}` }
      guesses.push((await limited.client().createOAuthUser({ path: { social_type: 'google' }, body })).status)
    }
    expect(new Set(guesses)).toEqual(new Set([401]))
  })
})
