import { beforeAll, describe, expect, test } from 'vitest'
import type { Client } from '../../../test/support/client.ts'
import { colliding, eventsOf, newcomer, newcomersOf, profile, signedUp } from '../../../test/support/newcomers.ts'
import { apiKey, fresh, member, organization, person, project, scenario } from '../../../test/support/scenario.ts'
import { useServer } from '../../../test/support/server.ts'

// Everybody here comes from one address; limits have tests of their own.
const server = useServer({ worker: true, config: { rateLimitFactor: 100 } })
const { tokenFor, loggedIn } = newcomersOf(server)

// The first of an installation is special.
beforeAll(async () => void (await scenario(server, person('first'))))

describe('my account', () => {
  test('shows what was given, and what changed', async () => {
    const body = { ...newcomer(), country_code: 'FR' }
    await signedUp(server, body)
    await server.client().emailVerification({ path: { verification_token: await tokenFor(body.email) } })
    const client = await loggedIn(body)
    const before = (await client.getUserAccount()).body.data
    expect(before).toMatchObject({
      username: body.username,
      locale: 'en',
      country: { code: 'FR', name: 'France' },
      emails: [{ email: body.email, purpose: 'primary', verified: true }],
      guide: {},
    })
    expect(before.last_login).toBeGreaterThan(0)
    const update = { ...profile(body.username), locale: 'fr' as const, picture_url: 'https://example.com/me.png' }
    const after = (await client.updateUserAccount({ body: update })).body.data
    expect(after).toMatchObject({ given_name: 'Ada', locale: 'fr', picture_url: 'https://example.com/me.png', emails: before.emails })
    expect(after.country).toBeUndefined()
    expect((await client.getUserAccount()).body.data).toEqual(after)
  })

  test('a username of somebody else and a picture that is a script are refused', async () => {
    const [name, taken] = [fresh('eve'), fresh('bob')]
    const cast = await scenario(server, person(name), person(taken))
    const eve = cast[name]
    expect(await eve?.updateUserAccount({ body: profile(taken) })).toBeError('AlreadyExists', 'username')
    expect(await eve?.updateUserAccount({ body: { ...profile(name), picture_url: 'javascript:alert(1)' } })).toBeError(
      'Invalid',
      'body.picture_url',
    )
  })

  test('a second factor is turned off only by a session that gave it', async () => {
    const name = fresh('eve')
    const { [name]: eve } = await scenario(server, person(name))
    expect((await eve?.updateUserAccount({ body: { ...profile(name), mfa_enabled: true } }))?.body.data.mfa_enabled).toBe(true)
    const off = { ...profile(name), mfa_enabled: false }
    expect(await eve?.updateUserAccount({ body: off })).toBeError('StaleSignIn', 'second factor')
    expect((await eve?.getUserAccount())?.body.data.mfa_enabled).toBe(true)
    await server.database.query(`update sessions set second_factor = 'email' where user_id = (select id from users where username = $1)`, [
      name,
    ])
    expect((await eve?.updateUserAccount({ body: off }))?.body.data.mfa_enabled).toBe(false)
  })

  test('keys cannot be used for it', async () => {
    const { robot } = await scenario(server, organization(fresh('acme'), apiKey('robot')))
    expect(await robot.getUserAccount()).toBeError('Invalid', 'API key')
  })

  test('the guide is kept as it was sent, replaced each time, and not without bounds', async () => {
    const name = fresh('eve')
    const { [name]: eve } = await scenario(server, person(name))
    const guide = { step: 3, done: ['a', { b: null }] }
    expect(await eve?.updateUserGuide({ body: guide })).toHaveStatus(204)
    expect((await eve?.getUserAccount())?.body.data.guide).toEqual(guide)
    expect(await eve?.call('updateUserGuide', {})).toHaveStatus(204)
    expect((await eve?.getUserAccount())?.body.data.guide).toEqual({})
    expect(await eve?.updateUserGuide({ body: { text: 'x'.repeat(70_000) } })).toBeError('Invalid', 'at most')
    const deep = `{"a":${'['.repeat(20_000)}${']'.repeat(20_000)}}`
    expect(await eve?.call('updateUserGuide', { body: deep })).toBeError('Invalid', 'deep')
    expect(await eve?.call('updateUserGuide', { body: '{"a":"\\ud800"}' })).toBeError('Invalid', 'surrogate')
  })
})

describe('my addresses', () => {
  const emailsOf = async (client: Client | undefined) =>
    (await client?.getUserAccount())?.body.data.emails.map(({ email, purpose, verified }) => [email, purpose, verified])

  test('a new address waits for its mail, and may become the primary one only then', async () => {
    const name = fresh('eve')
    const { [name]: eve } = await scenario(server, person(name))
    const [old, other] = [`${name}@example.com`, `${name}@example.org`]
    const swapped = {
      ...profile(name),
      emails: [
        { email: other, purpose: 'primary' },
        { email: old, purpose: 'backup' },
      ],
    }
    expect(await eve?.updateUserAccount({ body: swapped })).toBeError('Invalid', 'body.emails[0].email')
    const added = {
      ...profile(name),
      emails: [
        { email: old, purpose: 'primary' },
        { email: other, purpose: 'backup' },
      ],
    }
    expect(await eve?.updateUserAccount({ body: added })).toHaveStatus(200)
    expect(await emailsOf(eve)).toEqual([
      [old, 'primary', true],
      [other, 'backup', false],
    ])
    expect(await eve?.updateUserAccount({ body: swapped })).toBeError('Invalid', 'body.emails[0].email')
    await server.client().emailVerification({ path: { verification_token: await tokenFor(other) } })
    expect(await eve?.updateUserAccount({ body: swapped })).toHaveStatus(200)
    expect(await emailsOf(eve)).toEqual([
      [other, 'primary', true],
      [old, 'backup', true],
    ])
    expect(await eve?.updateUserAccount({ body: { ...profile(name), emails: [{ email: other, purpose: 'primary' }] } })).toHaveStatus(200)
    expect(await emailsOf(eve)).toEqual([[other, 'primary', true]])
  })

  test('an address that was given up is not verified by the mail that is still under way', async () => {
    const name = fresh('eve')
    const { [name]: eve } = await scenario(server, person(name))
    const primary = { email: `${name}@example.com`, purpose: 'primary' }
    const other = `${name}@example.org`
    await eve?.updateUserAccount({ body: { ...profile(name), emails: [primary, { email: other, purpose: 'backup' }] } })
    const verification_token = await tokenFor(other)
    await eve?.updateUserAccount({ body: { ...profile(name), emails: [primary] } })
    expect(await server.client().emailVerification({ path: { verification_token } })).toHaveStatus(404)
  })

  test('the list has exactly one primary, no twins, and nobody else’s', async () => {
    const [name, bob] = [fresh('eve'), fresh('bob')]
    const { [name]: eve } = await scenario(server, person(name), person(bob))
    const email = `${name}@example.com`
    const put = (...emails: { email: string; purpose: string }[]) => eve?.updateUserAccount({ body: { ...profile(name), emails } })
    expect(await put({ email, purpose: 'backup' })).toBeError('Invalid', 'exactly one')
    expect(await put({ email, purpose: 'primary' }, { email: email.toUpperCase(), purpose: 'backup' })).toBeError(
      'Invalid',
      'body.emails[1].email',
    )
    expect(await put({ email, purpose: 'primary' }, { email: 'x@example.com', purpose: 'spare' })).toBeError(
      'Invalid',
      'body.emails[1].purpose',
    )
    expect(await put({ email, purpose: 'primary' }, { email: `${bob}@example.com`, purpose: 'backup' })).toBeError(
      'AlreadyExists',
      'e-mail address',
    )
    expect(await emailsOf(eve)).toEqual([[email, 'primary', true]])
  })

  test('two changes of the list at once leave one of the two lists, never a mixture', async () => {
    const name = fresh('eve')
    const { [name]: eve } = await scenario(server, person(name))
    const primary = { email: `${name}@example.com`, purpose: 'primary' }
    const lists = ['a', 'b', 'c', 'd'].map((letter) => [
      primary,
      ...[1, 2, 3].map((number) => ({ email: `${name}-${letter}${number}@example.com`, purpose: 'backup' })),
    ])
    const answers = await Promise.all(lists.map((emails) => eve?.updateUserAccount({ body: { ...profile(name), emails } })))
    for (const answer of answers) expect(answer).toHaveStatus(200)
    const now = (await emailsOf(eve))?.map(([email]) => email)
    expect(lists.map((list) => list.map(({ email }) => email))).toContainEqual(now)
  })
})

describe('leaving', () => {
  test('the last administrator cannot leave, and is told where they are needed', async () => {
    const [acme, globex, name] = [fresh('acme'), fresh('globex'), fresh('eve')]
    const { [name]: eve } = await scenario(server, organization(acme, member(name)), organization(globex, member(name), member('ada')))
    const answer = await eve?.deleteUserAccount()
    expect(answer).toHaveStatus(403)
    expect(answer).toBeError('Unauthorized', acme)
    expect(answer).not.toBeError('Unauthorized', globex)
    expect(await eve?.getUserAccount()).toHaveStatus(200)
    expect(await eve?.getProjects({ path: { organization_canonical: globex } })).toHaveStatus(200)
  })

  test('what they owned stays without an owner, each organization has an event, and sessions end', async () => {
    const [acme, name] = [fresh('acme'), fresh('eve')]
    const cast = await scenario(
      server,
      organization(acme, member('ada'), member(name, 'organization-member'), project('web', { owner: name })),
    )
    const [eve, ada] = [cast[name], cast.ada]
    expect(await eve?.deleteUserAccount()).toHaveStatus(204)
    expect(await eve?.getUserAccount()).toHaveStatus(401)
    expect(await eve?.getProjects({ path: { organization_canonical: acme } })).toHaveStatus(401)
    expect((await ada?.getProject({ path: { organization_canonical: acme, project_canonical: 'web' } }))?.body.data.owner).toBeUndefined()
    expect((await eventsOf(server, acme)).at(-1)).toMatchObject({
      operation: 'member:delete',
      message: `${name} deleted their account and left the organization`,
    })
    expect(await server.client().signUp({ body: { ...newcomer(), username: name } })).toHaveStatus(204)
  })

  test('of two administrators who leave at once, one stays', async () => {
    const [acme, eve, bob] = [fresh('acme'), fresh('eve'), fresh('bob')]
    const cast = await scenario(server, organization(acme, member(eve), member(bob)))
    const answers = await colliding(server, 'events', 2, () =>
      Promise.all([cast[eve], cast[bob]].map((client) => client?.deleteUserAccount())),
    )
    expect(answers.map((answer) => answer?.status).sort()).toEqual([204, 403])
  })
})
