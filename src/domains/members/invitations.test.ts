import { describe, expect, test } from 'vitest'
import type { Client } from '../../../test/support/client.ts'
import { fresh, member, organization, person, role, scenario } from '../../../test/support/scenario.ts'
import { useServer } from '../../../test/support/server.ts'

const server = useServer({ worker: true })

const acme = () => fresh('acme')
const usernames = ({ body }: { body: { data: { username?: string; invitation_email?: string }[] } }) =>
  body.data.map(({ username, invitation_email }) => username ?? invitation_email)

/** The member number of somebody. */
async function idOf(who: Client, organization_canonical: string, username: string): Promise<number> {
  const { body } = await who.getOrgMembers({ path: { organization_canonical }, query: { user_canonical: username } })
  return body.data[0]?.id ?? 0
}

/** The tokens mailed to an address, once there are as many as expected. */
async function tokensFor(email: string, count = 1): Promise<string[]> {
  for (let attempt = 0; attempt < 200; attempt++) {
    const mails = await server.database.query<{ body: string }>('select body from mails where recipient = $1 order by id', [email])
    if (mails.length >= count) return mails.map(({ body }) => /token=(\S+)/.exec(body)?.[1] ?? '')
    await new Promise((wake) => setTimeout(wake, 50))
  }
  throw new Error(`${email} got no ${count} mails`)
}

describe('invitations', () => {
  test('whoever invites cannot write the mail: names stay in their line', async () => {
    const organization_canonical = acme()
    const eve = fresh('eve')
    const cast = await scenario(server, organization(organization_canonical, member(eve)))
    await server.database.query(
      `update users set given_name = E'Eve.\\n\\nYour password has expired:\\nhttps://evil.example.com' where username = $1`,
      [eve],
    )
    const email = `${fresh('guest')}@example.com`
    const body = { email, role_canonical: 'organization-member' }
    expect(await (cast[eve] as Client).inviteUserToOrgMember({ path: { organization_canonical }, body })).toHaveStatus(200)
    await tokensFor(email)
    const [mail] = await server.database.query<{ body: string }>('select body from mails where recipient = $1', [email])
    expect(mail?.body).not.toMatch(/^(?:Your password|https:\/\/evil)/m)
  })

  test('a person who has an account joins by the link, with the role they were invited to', async () => {
    const organization_canonical = acme()
    const [name, email] = [fresh('guest'), '']
    const cast = await scenario(server, organization(organization_canonical, member('ada')), person(name))
    const { ada } = cast as { ada: Client }
    const guest = cast[name] as Client
    const path = { organization_canonical }
    const address = `${name}@example.com${email}`
    const invited = await ada.inviteUserToOrgMember({ path, body: { email: address.toUpperCase(), role_canonical: 'organization-member' } })
    expect(invited).toHaveStatus(200)
    expect(invited.body.data).toMatchObject({
      invitation_state: 'pending',
      role: { canonical: 'organization-member' },
      invited_by: { username: 'ada' },
    })
    expect(invited.body.data.username).toBeUndefined()
    expect(await guest.getOrg({ path })).toHaveStatus(403)
    const [verification_token = ''] = await tokensFor(address.toUpperCase())
    expect((await server.client().getPendingMemberInvitation({ path: { verification_token } })).body.data.email).toBe(address.toUpperCase())
    const { data: letter } = (await server.client().getPendingMemberInvitation({ path: { verification_token } })).body
    expect(letter).toMatchObject({ organization_canonical, role_name: 'Organization member', invited_by: 'ada Tester' })
    expect(letter.organization_name).toBeTruthy()
    expect(Math.abs((letter.expires_at ?? 0) - Date.now() / 1000 - 14 * 24 * 3600)).toBeLessThan(60)
    expect(await ada.acceptInvitation({ path: { verification_token } })).toBeError('Unauthorized', 'another address')
    expect(await server.client().acceptInvitation({ path: { verification_token } })).toHaveStatus(401)
    expect(await guest.acceptInvitation({ path: { verification_token } })).toHaveStatus(204)
    expect(await guest.getOrg({ path })).toHaveStatus(200)
    expect(await guest.acceptInvitation({ path: { verification_token } })).toHaveStatus(404)
    expect(await server.client().getPendingMemberInvitation({ path: { verification_token } })).toHaveStatus(404)
    const joined = await ada.getOrgMember({ path: { ...path, member_id: invited.body.data.id } })
    expect(joined.body.data).toMatchObject({
      username: name,
      email: address,
      invitation_state: 'accepted',
      invited_by: { username: 'ada' },
    })
    expect(joined.body.data).toEqual((await ada.getOrgMembers({ path, query: { user_canonical: name } })).body.data[0])
  })

  test('an address that is a member’s already changes nothing', async () => {
    const organization_canonical = acme()
    const { ada } = await scenario(server, organization(organization_canonical, member('ada')))
    const path = { organization_canonical }
    const events = () =>
      server.database.query('select 1 from events e join organizations o on o.id = e.organization_id where o.canonical = $1', [
        organization_canonical,
      ])
    const before = await events()
    const answer = await ada.inviteUserToOrgMember({ path, body: { email: 'ADA@example.com', role_canonical: 'organization-member' } })
    expect(answer.body.data).toMatchObject({ username: 'ada', invitation_state: 'accepted', role: { canonical: 'organization-admin' } })
    expect(await events()).toHaveLength(before.length)
  })

  test('inviting an address again replaces the first invitation, even at the same moment', async () => {
    const organization_canonical = acme()
    const { ada } = await scenario(server, organization(organization_canonical, member('ada')))
    const path = { organization_canonical }
    const email = `${fresh('new')}@example.com`
    const answers = await Promise.all(
      [email, email.toUpperCase(), email, email].map((one) =>
        ada.inviteUserToOrgMember({ path, body: { email: one, role_canonical: 'organization-member' } }),
      ),
    )
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200])
    const [{ id = 0 } = {}, ...others] = (await ada.getOrgMembers({ path, query: { invitation_state: ['pending'] } })).body.data
    expect(others).toEqual([])
    const last = await ada.inviteUserToOrgMember({ path, body: { email, role_canonical: 'default-project-viewer' } })
    expect(last.body.data).toMatchObject({ id, role: { canonical: 'default-project-viewer' } })
    expect(last.body.data.invitation_resent_at).toBeGreaterThan(0)
  })

  test('many invitations in a row all work, whatever plan the database settles on', async () => {
    // Postgres changes to a generic plan after five executions on a connection; this failed then.
    const organization_canonical = acme()
    const { ada } = await scenario(server, organization(organization_canonical, member('ada')))
    const statuses = new Set<number>()
    for (let index = 0; index < 60; index++)
      statuses.add(
        (
          await ada.inviteUserToOrgMember({
            path: { organization_canonical },
            body: { email: `${index}-${organization_canonical}@example.com`, role_canonical: 'organization-member' },
          })
        ).status,
      )
    expect([...statuses]).toEqual([200])
  })

  test('sent again, only the newest mail works', async () => {
    const organization_canonical = acme()
    const { ada } = await scenario(server, organization(organization_canonical, member('ada')))
    const email = `${fresh('new')}@example.com`
    const invited = await ada.inviteUserToOrgMember({
      path: { organization_canonical },
      body: { email, role_canonical: 'organization-member' },
    })
    expect(invited.body.data.invitation_resent_at).toBeUndefined()
    await tokensFor(email)
    const path = { organization_canonical, member_id: invited.body.data.id }
    expect(await ada.resendMemberInvitation({ path })).toHaveStatus(204)
    expect((await ada.getOrgMember({ path })).body.data.invitation_resent_at).toBeGreaterThan(0)
    const [first = '', second = ''] = await tokensFor(email, 2)
    expect(await server.client().getPendingMemberInvitation({ path: { verification_token: first } })).toHaveStatus(404)
    expect(await server.client().getPendingMemberInvitation({ path: { verification_token: second } })).toHaveStatus(200)
    await server.database.query(`update members set invitation_resent_at = now() - interval '15 days' where invitation_email = $1`, [email])
    expect(await server.client().getPendingMemberInvitation({ path: { verification_token: second } })).toHaveStatus(404)
    expect(await ada.resendMemberInvitation({ path: { ...path, member_id: await idOf(ada, organization_canonical, 'ada') } })).toHaveStatus(
      404,
    )
  })

  test('can be declined without an account, or withdrawn, and made anew', async () => {
    const organization_canonical = acme()
    const { ada } = await scenario(server, organization(organization_canonical, member('ada')))
    const path = { organization_canonical }
    const email = `${fresh('new')}@example.com`
    const inviteAgain = async () => {
      const answer = await ada.inviteUserToOrgMember({ path, body: { email, role_canonical: 'organization-member' } })
      expect(answer).toHaveStatus(200)
      return answer.body.data.id
    }
    await inviteAgain()
    const [verification_token = ''] = await tokensFor(email)
    expect(await server.client().declineInvitation({ path: { verification_token } })).toHaveStatus(204)
    expect(await server.client().declineInvitation({ path: { verification_token } })).toHaveStatus(404)
    expect(usernames(await ada.getOrgMembers({ path, query: { invitation_state: ['declined'] } }))).toEqual([email])
    const member_id = await inviteAgain()
    const [, second = ''] = await tokensFor(email, 2)
    expect(await ada.removeOrgMember({ path: { ...path, member_id } })).toHaveStatus(204)
    expect(await server.client().getPendingMemberInvitation({ path: { verification_token: second } })).toHaveStatus(404)
  })

  test('the token is nowhere but in the mail', async () => {
    const organization_canonical = acme()
    const { ada } = await scenario(server, organization(organization_canonical, member('ada')))
    const email = `${fresh('new')}@example.com`
    expect(
      await ada.inviteUserToOrgMember({ path: { organization_canonical }, body: { email, role_canonical: 'organization-member' } }),
    ).toHaveStatus(200)
    const [token = 'none'] = await tokensFor(email)
    await server.client().getPendingMemberInvitation({ path: { verification_token: token } })
    const secret = token.split('-').at(-1) ?? token
    expect(server.logs.join('\n')).not.toContain(secret)
    const stored = await server.database.query<{ found: boolean }>(
      `select (select string_agg(m::text, ' ') from members m) || (select coalesce(string_agg(e::text, ' '), '') from events e) like $1 as found`,
      [`%${secret}%`],
    )
    expect(stored).toEqual([{ found: false }])
  })

  test('guessing tokens is slowed down', async () => {
    const guess = (verification_token: string) => server.client().getPendingMemberInvitation({ path: { verification_token } })
    const answers = []
    for (let attempt = 0; attempt < 25; attempt++) answers.push((await guess('1.1-00000000000000000000')).status)
    expect(answers.slice(0, 3)).toEqual([404, 404, 404])
    expect(answers.at(-1)).toBe(429)
  })

  test('whoever may only invite members cannot take an invited administrator’s role away', async () => {
    const organization_canonical = acme()
    const cast = await scenario(
      server,
      organization(
        organization_canonical,
        member('ada'),
        role('inviter', ['organization:member:create'], ['organization:member:list']),
        role('nothing'),
        member('ivan', 'inviter'),
      ),
    )
    const path = { organization_canonical }
    const email = `${fresh('chief')}@example.com`
    expect(await cast.ada.inviteUserToOrgMember({ path, body: { email, role_canonical: 'organization-admin' } })).toHaveStatus(200)
    expect(await cast.ivan.inviteUserToOrgMember({ path, body: { email, role_canonical: 'nothing' } })).toBeError(
      'Unauthorized',
      'Only an administrator',
    )
    expect(await cast.ada.inviteUserToOrgMember({ path, body: { email, role_canonical: 'nothing' } })).toHaveStatus(200)
  })

  test('an unknown role is named', async () => {
    const organization_canonical = acme()
    const { ada } = await scenario(server, organization(organization_canonical, member('ada')))
    const answer = await ada.inviteUserToOrgMember({
      path: { organization_canonical },
      body: { email: 'new@example.com', role_canonical: 'nope' },
    })
    expect(answer).toHaveStatus(422)
    expect(answer).toBeError('Invalid', 'body.role_canonical')
  })
})
