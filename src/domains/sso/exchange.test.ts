import { randomBytes } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { newcomersOf } from '../../../test/support/newcomers.ts'
import { fresh, member, organization, person, scenario } from '../../../test/support/scenario.ts'
import { openTestServer } from '../../../test/support/server.ts'
import { useSignInWorld } from '../../../test/support/sign-in-world.ts'
import { AccountTx } from '../../db/account-tx.ts'
import { issueCode } from './codes.ts'
import type { OutsideIdentity } from './types.ts'

const world = useSignInWorld({ worker: true })
const { tokenFor } = newcomersOf(world)

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
describe('the code', () => {
  test('is good once, though it is redeemed at once on two processes', async () => {
    await using other = await openTestServer({ beside: world, config: world.config })
    for (const account of [world.googleAccount(fresh('new')), await known()]) {
      const code = await world.code('google', account)
      const answers = await Promise.all([world, other, world, other, world, other].map((on) => world.exchange('google', code, on)))
      expect(answers.map(({ status }) => status).sort()).toEqual([200, 401, 401, 401, 401, 401])
      expect(await world.exchange('google', code)).toBeError('Unauthenticated', 'used already')
    }
  })

  test('is no good after a minute, for another provider, changed, or made up', async () => {
    const code = await world.code('google', world.googleAccount(fresh('ada')))
    for (const wrong of [code.toLowerCase(), code.slice(1), `${code}A`, '', 'x', randomBytes(32).toString('base64url'), '\0'])
      expect(await world.exchange('google', wrong)).toHaveStatus(401)
    for (const type of ['azuread', 'github', 'saml2'] as const)
      expect(await world.exchange(type, code)).toBeError('Unauthenticated', 'used already')
    await world.database.query(`update sign_in_codes set expires_at = now() - interval '1 second'`)
    expect(await world.exchange('google', code)).toBeError('Unauthenticated', 'older than a minute')
  })

  test('is not in the database', async () => {
    const code = await world.code('google', world.googleAccount(fresh('ada')))
    expect(JSON.stringify(await world.database.query('select * from sign_in_codes'))).not.toContain(code)
  })

  test('of a provider that is not configured is refused', async () => {
    await using bare = await openTestServer({ beside: world, config: { ...world.config, oauth: {} } })
    const code = await world.code('google', world.googleAccount(fresh('ada')))
    expect(await world.exchange('google', code, bare)).toBeError('Unauthenticated', 'does not sign in with Google')
    const form = { email: 'a@example.com', username: fresh('ada'), given_name: 'Ada', social_id: '1-a' }
    expect(await bare.client().createOAuthUser({ path: { social_type: 'google' }, body: form })).toHaveStatus(401)
  })
})

/** Somebody whose Google identity is linked. */
async function known(): Promise<string> {
  const name = world.googleAccount(fresh('known'))
  expect(await world.create('google', await world.formOf('google', name))).toHaveStatus(200)
  return name
}

describe('an account with the address', () => {
  test('is the person’s when both sides have confirmed it, by upper or lower case; from then on whatever the address is', async () => {
    const name = fresh('ada')
    await scenario(world, person(name))
    world.googleAccount(name, { email: `${name.toUpperCase()}@Example.com` })
    const { token = '' } = (await world.exchange('google', await world.code('google', name))).body.data
    expect((await world.client(token).getUserAccount()).body.data.username).toBe(name)
    expect(await eventsOf(name)).toEqual([
      expect.stringContaining(`identity_linked: ${name} can sign in with Google`),
      `sign_in: ${name} signed in with Google`,
    ])
    world.googleAccount(name, { email: 'someone@else.example.com', email_verified: false })
    expect((await world.exchange('google', await world.code('google', name))).body.data.token).toBeTruthy()
    expect(await identitiesOf(name)).toHaveLength(1)
  })

  test('is linked once when the person comes twice at the same time', async () => {
    const name = fresh('ada')
    await scenario(world, person(name))
    world.googleAccount(name)
    const codes = [await world.code('google', name), await world.code('google', name), await world.code('google', name)]
    const answers = await Promise.all(codes.map((code) => world.exchange('google', code)))
    expect(answers.map(({ body }) => typeof body.data.token)).toEqual(['string', 'string', 'string'])
    expect(await identitiesOf(name)).toHaveLength(1)
  })

  test('is not when the account never confirmed it: whoever made it may have been somebody else', async () => {
    const name = fresh('ada')
    await scenario(world, person(name))
    await world.database.query('update user_emails set verified_at = null where email = $1', [`${name}@example.com`])
    world.googleAccount(name)
    const form = await world.formOf('google', name)
    expect(await world.create('google', { ...form, username: fresh('ada') })).toBeError('AlreadyExists', 'e-mail address')
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
    for (const type of ['google', 'azuread', 'github'] as const) expect((await world.formOf(type, name)).email).toBe(`${name}@example.com`)
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
    expect((await world.formOf('github', name)).email).toBe(`${name}@other.example.com`)
  })

  test('is Azure AD’s when the tenant owns the domain', async () => {
    const name = fresh('grace')
    await scenario(world, person(name))
    world.azureAccount(name, { xms_edov: true })
    expect((await world.exchange('azuread', await world.code('azuread', name))).body.data.token).toBeTruthy()
  })

  test('still asks for its second factor', async () => {
    const name = fresh('ada')
    await scenario(world, person(name))
    await world.database.query('update users set mfa_enabled = true where username = $1', [name])
    world.googleAccount(name)
    for (let attempt = 1; attempt <= 2; attempt++) {
      const answer = await world.exchange('google', await world.code('google', name))
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
    const { token = '' } = (await world.exchange('saml2', await comesFrom(acme, { email: `${name}@example.com` }))).body.data
    const eve = world.client(token)
    expect(await eve.getOrg({ path: { organization_canonical: acme } })).toHaveStatus(200)
    expect(await eve.getOrg({ path: { organization_canonical: globex } })).toHaveStatus(403)
    expect(await eve.listIdentities()).toHaveStatus(403)
  })

  test('never becomes a person’s by the address alone', async () => {
    const [acme, name] = [fresh('acme'), fresh('victim')]
    await scenario(world, organization(acme, member(fresh('boss'))), person(name))
    const code = await comesFrom(acme, { email: `${name}@example.com`, emailVerified: true })
    expect(await world.exchange('saml2', code)).toHaveStatus(401)
    expect(await identitiesOf(name)).toEqual([])
  })
})

describe('guessing', () => {
  test('is slowed down, of codes and of what stands for a person', async () => {
    await using limited = await openTestServer({ beside: world, config: { ...world.config, rateLimitFactor: 1 } })
    const code = randomBytes(32).toString('base64url')
    const statuses: number[] = []
    for (let attempt = 1; attempt <= 21; attempt++) statuses.push((await world.exchange('google', code, limited)).status)
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
