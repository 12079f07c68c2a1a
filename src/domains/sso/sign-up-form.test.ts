import { describe, expect, test } from 'vitest'
import { newcomersOf } from '../../../test/support/newcomers.ts'
import { fresh, member, organization, person, scenario } from '../../../test/support/scenario.ts'
import { openTestServer } from '../../../test/support/server.ts'
import { useSignInWorld } from '../../../test/support/sign-in-world.ts'

const world = useSignInWorld({ worker: true })
const { tokenFor } = newcomersOf(world)

const identitiesOf = (username: string) =>
  world.database.query<{ provider: string; subject: string; email: string | null }>(
    'select i.provider, i.subject, i.email from identities i join users u on u.id = i.user_id where u.username = $1',
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
    const form = await world.formOf('google', name)
    expect(form).toEqual({
      email: `${name}@example.com`,
      username: name,
      given_name: 'Ada',
      family_name: 'Lovelace',
      picture_url: 'https://pictures.example.com/ada.png',
      locale: 'fr',
      social_id: expect.stringMatching(/^\d+-[0-9a-f]+$/),
    })
    const made = await world.create('google', form)
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
      `identity_linked: ${name} can sign in with Google from now on`,
      `sign_in: ${name} signed in with Google`,
    ])
  })

  test('comes again and is signed in, whatever their address is by then', async () => {
    const name = fresh('ada')
    world.googleAccount(name)
    const form = await world.formOf('google', name)
    await world.create('google', form)
    world.googleAccount(name, { email: `${name}@elsewhere.example.com`, email_verified: false })
    const { token = '', user } = (await world.exchange('google', await world.code('google', name))).body.data
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
    const form = await world.formOf('github', login)
    expect(form).toEqual({ email: `${login}@example.com`, username: login, given_name: login, social_id: form.social_id })
    const { token } = (await world.create('github', form)).body.data
    const { family_name, emails } = (await world.client(token).getUserAccount()).body.data
    expect([family_name, emails[0]?.verified]).toEqual([login, true])
    world.githubAccount(login, { ...account, login: 'renamed' })
    expect((await world.exchange('github', await world.code('github', login))).body.data.token).toBeTruthy()
    const stranger = { ...account, id: id + 1, emails: [{ email: `${login}@new.example.com`, primary: true, verified: true }] }
    world.githubAccount(login, stranger)
    expect((await world.exchange('github', await world.code('github', login))).body.data.user?.email).toBe(`${login}@new.example.com`)
  })

  test('whose address the provider does not vouch for gets a mail, and is signed in meanwhile', async () => {
    const name = fresh('grace')
    world.azureAccount(name)
    const form = await world.formOf('azuread', name)
    expect(form).toMatchObject({ email: `${name}@example.com`, given_name: 'Grace', family_name: 'Brewster Hopper' })
    const { token } = (await world.create('azuread', form)).body.data
    expect((await world.client(token).getUserAccount()).body.data.emails[0]?.verified).toBe(false)
    expect(await world.client().emailVerification({ path: { verification_token: await tokenFor(form.email) } })).toHaveStatus(204)
    expect((await world.client(token).getUserAccount()).body.data.emails[0]?.verified).toBe(true)
  })

  test('who chooses another address than the confirmed one has to confirm that', async () => {
    const name = fresh('ada')
    world.googleAccount(name)
    const form = await world.formOf('google', name)
    const email = `${name}@other.example.com`
    expect(await world.create('google', { ...form, email })).toHaveStatus(200)
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
      const { username } = await world.formOf('google', world.googleAccount(account, claims))
      expect(username).toMatch(proposal)
      expect(username).toMatch(/^[a-z0-9]+[a-z0-9\-_]+[a-z0-9]+$/)
    }
  })

  test('with a name that the contract does not know as one is asked for another, or called by the username', async () => {
    const name = fresh('ada')
    world.googleAccount(name, { given_name: '伟', family_name: undefined })
    const form = await world.formOf('google', name)
    expect(form).toMatchObject({ given_name: name })
    expect(form).not.toHaveProperty('family_name')
    expect(await world.create('google', { ...form, given_name: '伟' })).toBeError('Invalid', 'body.given_name')
    expect(await world.create('google', { ...form, family_name: 'X' })).toBeError('Invalid', 'body.family_name')
    expect(await world.create('google', { ...form, family_name: '' })).toHaveStatus(200)
    expect((await world.database.query('select family_name from users where username = $1', [name]))[0]).toEqual({ family_name: name })
  })

  test.each([undefined, 'ada', 'ada@example', 'мария@example.com', `${'a'.repeat(250)}@example.com`])(
    'with the address %s is told so',
    async (email) => {
      const name = world.googleAccount(fresh('ada'), { email })
      expect(await world.exchange('google', await world.code('google', name))).toBeError('Unauthenticated', 'e-mail address')
    },
  )

  test('joins the organization that invited the address, which is confirmed by that', async () => {
    const [acme, ada, name] = [fresh('acme'), fresh('ada'), fresh('grace')]
    const { [ada]: admin } = await scenario(world, organization(acme, member(ada)))
    const email = `${name}@example.com`
    await admin?.inviteUserToOrgMember({ path: { organization_canonical: acme }, body: { email, role_canonical: 'organization-member' } })
    const invitation_token = await invitationTokenFor(email)
    world.azureAccount(name)
    const form = await world.formOf('azuread', name)
    expect(await world.create('azuread', { ...form, invitation_token: '1.1-abc' })).toBeError('Invalid', 'body.invitation_token')
    expect(await world.create('azuread', { ...form, email: `x${email}`, invitation_token })).toBeError('Invalid', 'body.email')
    const made = await world.create('azuread', { ...form, invitation_token })
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
    const form = await world.formOf('google', name)
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
    const form = await world.formOf('google', name)
    expect(await world.create('google', { ...form, username: taken })).toBeError('AlreadyExists', 'username')
    expect(await world.create('google', { ...form, country_code: 'XX' })).toBeError('Invalid', 'body.country_code')
    expect(await world.create('google', { ...form, picture_url: 'javascript:alert(1)' })).toHaveStatus(422)
    expect(await world.create('google', form)).toHaveStatus(200)
  })

  test('is no good for another provider, after fifteen minutes, changed, or made up', async () => {
    const form = await world.formOf('google', world.googleAccount(fresh('ada')))
    expect(await world.create('azuread', form)).toBeError('Unauthenticated', 'not confirmed')
    const [number = '', mac = ''] = form.social_id.split('-')
    const other = await world.formOf('google', world.googleAccount(fresh('eve')))
    const made = [
      `${number}-${mac.replace(/.$/, (last) => (last === '0' ? '1' : '0'))}`,
      `0${form.social_id}`,
      `${other.social_id.split('-')[0]}-${mac}`,
    ]
    for (const social_id of [...made, 'somebody', '', '1-', `${'9'.repeat(30)}-${mac}`, `${number}-${mac}\n`])
      expect(await world.create('google', { ...form, social_id })).toBeError('Unauthenticated', 'not confirmed')
    await world.database.query(`update pending_identities set expires_at = now() - interval '1 second' where id = $1`, [number])
    expect(await world.create('google', form)).toBeError('Unauthenticated', 'older than 15 minutes')
  })

  test('does not make a second account for an identity that has one by then', async () => {
    const name = world.googleAccount(fresh('ada'))
    const [first, second] = [await world.formOf('google', name), await world.formOf('google', name)]
    expect(await world.create('google', first)).toHaveStatus(200)
    const username = fresh('twin')
    expect(await world.create('google', { ...second, username, email: `${username}@example.com` })).toBeError('AlreadyExists', 'identity')
    expect(await addressesOf(username)).toEqual([])
  })
})
