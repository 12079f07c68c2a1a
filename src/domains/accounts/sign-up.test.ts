import { beforeAll, describe, expect, test } from 'vitest'
import { colliding, eventsOf, newcomer, newcomersOf, password, signedUp } from '../../../test/support/newcomers.ts'
import { fresh, member, organization, person, scenario } from '../../../test/support/scenario.ts'
import { openTestServer, useServer } from '../../../test/support/server.ts'
import { mintInvitationToken } from '../members/invitation-token.ts'

// Everybody here comes from one address; limits have tests of their own.
const server = useServer({ worker: true, config: { rateLimitFactor: 100 } })
const { mailsTo, tokenFor, quiet, resident } = newcomersOf(server)

// The first of an installation is special.
beforeAll(async () => void (await scenario(server, person('first'))))

async function invitation(canonical: string, email: string, role = 'organization-member'): Promise<string> {
  const [row] = await server.database.query<{ organization_id: string; id: string }>(
    `insert into members (organization_id, role_id, invitation_state, invitation_email, invitation_nonce, invited_at)
     select o.id, r.id, 'pending', $2, 'nonce', now() from organizations o join roles r on r.organization_id = o.id and r.canonical = $3 where o.canonical = $1
     returning organization_id, id`,
    [canonical, email, role],
  )
  return mintInvitationToken(server.platform, { organizationId: Number(row?.organization_id), memberId: Number(row?.id), nonce: 'nonce' })
}

describe('signing up', () => {
  test('the first user of an installation logs in at once; of several at once only one is the first', async () => {
    await using empty = await openTestServer({ config: { rateLimitFactor: 100 } })
    const people = Array.from({ length: 6 }, () => newcomer())
    const answers = await colliding(empty, 'user_emails', people.length, () =>
      Promise.all(people.map((body) => empty.client().signUp({ body }))),
    )
    for (const answer of answers) expect(answer).toHaveStatus(204)
    const statuses = await Promise.all(
      people.map(async ({ username }) => (await empty.client().login({ body: { username, password } })).status),
    )
    expect(statuses.sort()).toEqual([200, 401, 401, 401, 401, 401])
  })

  test('later users log in after they have followed the mail, which works once', async () => {
    const body = newcomer()
    await signedUp(server, body)
    expect(await server.client().login({ body: { email: body.email, password } })).toBeError('Unauthenticated', 'not verified yet')
    const path = { verification_token: await tokenFor(body.email) }
    expect(await server.client().emailVerification({ path })).toHaveStatus(204)
    expect(await server.client().emailVerification({ path })).toBeError('NotFoundEntity', 'verification token')
    expect(await server.client().login({ body: { email: body.email.toUpperCase(), password } })).toHaveStatus(200)
  })

  test('a taken username or address is refused, whatever its case', async () => {
    const first = newcomer()
    await signedUp(server, first)
    expect(await server.client().signUp({ body: { ...newcomer(), username: first.username } })).toBeError('AlreadyExists', 'username')
    expect(await server.client().signUp({ body: { ...newcomer(), email: first.email.toUpperCase() } })).toBeError(
      'AlreadyExists',
      'e-mail address',
    )
  })

  test('of two who sign up with the same address at once, one gets it', async () => {
    const { email } = newcomer()
    const answers = await Promise.all([1, 2, 3].map(() => server.client().signUp({ body: { ...newcomer(), email } })))
    expect(answers.map(({ status }) => status).sort()).toEqual([204, 409, 409])
  })

  test('unknown keys are ignored, unknown countries are not', async () => {
    const answer = await server.client().call('signUp', { body: { ...newcomer(), full_name: 'Nora Newcomer' } })
    expect(answer).toHaveStatus(204)
    expect(await server.client().signUp({ body: { ...newcomer(), country_code: 'QQ' } })).toBeError('Invalid', 'body.country_code')
  })

  test('an expired verification token is unknown', async () => {
    const body = newcomer()
    await signedUp(server, body)
    const verification_token = await tokenFor(body.email)
    await server.database.query(`update account_tokens set expires_at = now() - interval '1 second' where email = $1`, [body.email])
    expect(await server.client().emailVerification({ path: { verification_token } })).toHaveStatus(404)
  })

  test('a forged verification token is unknown, and so is what is no token at all', async () => {
    const body = newcomer()
    await signedUp(server, body)
    const token = await tokenFor(body.email)
    const forged = token.slice(0, -1) + (token.endsWith('0') ? '1' : '0')
    for (const verification_token of [forged, `${token}0`, 'hello', '99999999999999999999-00', '-----'])
      expect(await server.client().emailVerification({ path: { verification_token } })).toHaveStatus(404)
  })

  test('asking again sends another mail to who waits, and nothing to anybody else; the answer is the same', async () => {
    const [waiting, verified] = [newcomer(), await resident()]
    await signedUp(server, waiting)
    await tokenFor(waiting.email)
    for (const email of [waiting.email, verified.email, `${fresh('nobody')}@example.com`]) {
      const answer = await server.client().emailVerificationResend({ body: { email } })
      expect([answer.status, answer.body]).toEqual([204, undefined])
    }
    const verification_token = await tokenFor(waiting.email, 2)
    await quiet()
    expect(await mailsTo(verified.email)).toHaveLength(1)
    expect(await server.client().emailVerification({ path: { verification_token } })).toHaveStatus(204)
  })

  test('the queue and the log hold no token and no password', async () => {
    const body = { ...newcomer(), password: 'a very special secret' }
    await signedUp(server, body)
    const token = await tokenFor(body.email)
    await server.client().emailVerification({ path: { verification_token: token } })
    const stored = JSON.stringify(await server.database.query('select * from account_tokens'))
    expect(stored).not.toContain(token.split('-')[1])
    expect(server.logs.join('\n')).not.toContain(token.split('-')[1])
    expect(server.logs.join('\n')).not.toContain(body.password)
  })
})

describe('signing up by invitation', () => {
  test('the invited person is verified and a member at once, and the organization has an event', async () => {
    const acme = fresh('acme')
    await scenario(server, organization(acme, member('ada')))
    const body = newcomer()
    await signedUp(server, { ...body, invitation_token: await invitation(acme, body.email.toUpperCase()) })
    const session = (await server.client().login({ body: { username: body.username, password, organization_canonical: acme } })).body.data
    expect(session.permissions['organization:read']).toMatchObject({ effect: 'allow' })
    expect((await eventsOf(server, acme)).at(-1)).toMatchObject({
      operation: 'member:accept',
      message: `${body.username} accepted the invitation to the organization`,
    })
  })

  test('an invitation works once, and only for the address it was sent to', async () => {
    const acme = fresh('acme')
    await scenario(server, organization(acme, member('ada')))
    const [invited, other] = [newcomer(), newcomer()]
    const invitation_token = await invitation(acme, invited.email)
    expect(await server.client().signUp({ body: { ...other, invitation_token } })).toBeError('Invalid', 'body.email')
    await signedUp(server, { ...invited, invitation_token })
    expect(await server.client().signUp({ body: { ...newcomer(), invitation_token } })).toBeError('Invalid', 'body.invitation_token')
    expect(await server.client().signUp({ body: { ...newcomer(), invitation_token: 'made-up' } })).toBeError(
      'Invalid',
      'body.invitation_token',
    )
  })

  test('an invitation is not used up by a sign-up that fails', async () => {
    const acme = fresh('acme')
    await scenario(server, organization(acme, member('ada')))
    const body = newcomer()
    const invitation_token = await invitation(acme, body.email)
    expect(await server.client().signUp({ body: { ...body, username: 'ada', invitation_token } })).toHaveStatus(409)
    expect(await eventsOf(server, acme)).toHaveLength(1)
    await signedUp(server, { ...body, invitation_token })
  })
})
