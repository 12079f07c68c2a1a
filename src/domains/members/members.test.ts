import { describe, expect, test } from 'vitest'
import type { Client } from '../../../test/support/client.ts'
import { apiKey, child, fresh, member, organization, person, role, scenario, sessionToken, team } from '../../../test/support/scenario.ts'
import { useServer } from '../../../test/support/server.ts'
import type { Input } from '../../contract/operation.ts'

const server = useServer()

const acme = () => fresh('acme')
const usernames = ({ body }: { body: { data: { username?: string; invitation_email?: string }[] } }) =>
  body.data.map(({ username, invitation_email }) => username ?? invitation_email)

/** The member number of somebody. */
async function idOf(who: Client, organization_canonical: string, username: string): Promise<number> {
  const { body } = await who.getOrgMembers({ path: { organization_canonical }, query: { user_canonical: username } })
  return body.data[0]?.id ?? 0
}

describe('the list of members', () => {
  test('holds those who accepted; invitations only when asked for', async () => {
    const organization_canonical = acme()
    const { ada } = await scenario(server, organization(organization_canonical, member('ada'), member('bob', 'organization-member')))
    const path = { organization_canonical }
    await ada.inviteUserToOrgMember({ path, body: { email: 'new@example.com', role_canonical: 'organization-member' } })
    expect(usernames(await ada.getOrgMembers({ path }))).toEqual(['ada', 'bob'])
    expect(usernames(await ada.getOrgMembers({ path, query: { invitation_state: ['pending'] } }))).toEqual(['new@example.com'])
    expect(usernames(await ada.getOrgMembers({ path, query: { invitation_state: ['pending', 'accepted'] } }))).toEqual([
      'ada',
      'bob',
      'new@example.com',
    ])
    expect(usernames(await ada.getOrgMembers({ path, search: 'invitation_state[neq]=accepted' }))).toEqual(['new@example.com'])
    expect(await ada.call('getOrgMembers', { path, query: { invitation_state: 'nope' } })).toHaveStatus(422)
  })

  test('filters, orders and pages work together', async () => {
    const organization_canonical = acme()
    const { ada } = await scenario(
      server,
      organization(organization_canonical, member('ada'), member('bob', 'organization-member'), member('eve', 'organization-member')),
    )
    const path = { organization_canonical }
    const ask = async (query: Input<'getOrgMembers'>['query'], search = '') => usernames(await ada.getOrgMembers({ path, query, search }))
    expect(await ask({ role_name: 'Organization member', order_by: 'user_canonical:desc' })).toEqual(['eve', 'bob'])
    expect(await ask({ user_given_name: 'bob' })).toEqual(['bob'])
    expect(await ask({ user_family_name: 'Tester', page_size: 1, page_index: 2 })).toEqual(['bob'])
    expect(await ask({}, 'user_canonical[rlike]=^[ae]')).toEqual(['ada', 'eve'])
    const created_at = (await ada.getOrgMembers({ path })).body.data[0]?.created_at ?? 0
    expect(await ask({ member_created_at: created_at - 1 })).toEqual([])
    expect(await ada.getOrgMembers({ path, query: { order_by: 'nope:asc' } })).toBeError('Invalid', 'user_canonical')
  })

  test('a member of another organization is not found here', async () => {
    const [one, two] = [acme(), acme()]
    const { ada, eve } = await scenario(server, organization(one, member('ada')), organization(two, member('eve')))
    const member_id = await idOf(eve, two, 'eve')
    const path = { organization_canonical: one, member_id }
    expect(await ada.getOrgMember({ path })).toHaveStatus(404)
    expect(await ada.removeOrgMember({ path })).toHaveStatus(404)
    expect(await ada.updateOrgMember({ path, body: { role_canonical: 'organization-member' } })).toHaveStatus(404)
    expect(await ada.resendMemberInvitation({ path })).toHaveStatus(404)
  })
})

describe('nobody gives more than they have', () => {
  const personnel = async () => {
    const organization_canonical = acme()
    const rules: [string][] = [['organization:member:*'], ['organization:project:read']]
    const cast = await scenario(
      server,
      organization(
        organization_canonical,
        role('personnel', ...rules),
        role('reader', ['organization:project:read']),
        member('ada'),
        member('bob', 'personnel'),
        member('eve', 'reader'),
        apiKey('robot', ['organization:member:*']),
      ),
    )
    return { ...cast, organization_canonical, path: { organization_canonical } }
  }

  test('who may change members cannot make themself or anybody an administrator', async () => {
    const { bob, robot, organization_canonical, path } = await personnel()
    for (const name of ['bob', 'eve']) {
      const change = {
        path: { ...path, member_id: await idOf(bob, organization_canonical, name) },
        body: { role_canonical: 'organization-admin' },
      }
      expect(await bob.updateOrgMember(change)).toBeError('Unauthorized', 'beyond what you may do')
      expect(await robot.updateOrgMember(change)).toHaveStatus(403)
    }
    expect(
      await bob.inviteUserToOrgMember({ path, body: { email: 'friend@example.com', role_canonical: 'organization-admin' } }),
    ).toHaveStatus(403)
  })

  test('but may hand out what lies within their own rules', async () => {
    const { bob, organization_canonical, path } = await personnel()
    expect(await bob.inviteUserToOrgMember({ path, body: { email: 'friend@example.com', role_canonical: 'reader' } })).toHaveStatus(200)
    const eve = { ...path, member_id: await idOf(bob, organization_canonical, 'eve') }
    expect(await bob.updateOrgMember({ path: eve, body: { role_canonical: 'default-no-permissions' } })).toHaveStatus(200)
    expect(await bob.removeOrgMember({ path: eve })).toHaveStatus(204)
  })

  test('and cannot disarm an administrator', async () => {
    const { bob, organization_canonical, path } = await personnel()
    const ada = { ...path, member_id: await idOf(bob, organization_canonical, 'ada') }
    expect(await bob.updateOrgMember({ path: ada, body: { role_canonical: 'reader' } })).toBeError('Unauthorized', 'Only an administrator')
    expect(await bob.removeOrgMember({ path: ada })).toHaveStatus(403)
  })
})

describe('the last administrator', () => {
  test('can be neither demoted nor removed, until there is another', async () => {
    const organization_canonical = acme()
    const { ada } = await scenario(server, organization(organization_canonical, member('ada'), member('bob', 'organization-member')))
    const path = { organization_canonical, member_id: await idOf(ada, organization_canonical, 'ada') }
    await ada.inviteUserToOrgMember({ path, body: { email: 'pending@example.com', role_canonical: 'organization-admin' } })
    const demote = () => ada.updateOrgMember({ path, body: { role_canonical: 'organization-member' } })
    expect(await demote()).toBeError('Conflict', 'last administrator')
    expect(await ada.removeOrgMember({ path })).toBeError('Conflict', 'last administrator')
    expect(await ada.updateOrgMember({ path, body: { role_canonical: 'organization-admin' } })).toHaveStatus(200)
    await ada.updateOrgMember({
      path: { organization_canonical, member_id: await idOf(ada, organization_canonical, 'bob') },
      body: { role_canonical: 'organization-admin' },
    })
    expect(await demote()).toHaveStatus(200)
  })

  test('two who demote or remove each other at once do not leave none', async () => {
    for (let round = 0; round < 6; round++) {
      const organization_canonical = acme()
      const { ada, bob } = await scenario(server, organization(organization_canonical, member('ada'), member('bob')))
      const [adaPath, bobPath] = [
        { organization_canonical, member_id: await idOf(ada, organization_canonical, 'ada') },
        { organization_canonical, member_id: await idOf(ada, organization_canonical, 'bob') },
      ]
      const body = { role_canonical: 'organization-member' }
      await Promise.all([
        ada.updateOrgMember({ path: bobPath, body }),
        round % 2 ? bob.removeOrgMember({ path: adaPath }) : bob.updateOrgMember({ path: adaPath, body }),
      ])
      const [left] = await server.database.query<{ admins: string }>(
        `select count(*) as admins from members m join organizations o on o.id = m.organization_id join roles r on r.organization_id = o.id and r.id = m.role_id
         where o.canonical = $1 and r.canonical = 'organization-admin' and m.invitation_state = 'accepted'`,
        [organization_canonical],
      )
      expect(left?.admins).toBe('1')
    }
  })
})

describe('a change of members holds on the next request', () => {
  test('a new role at once allows and forbids', async () => {
    const organization_canonical = acme()
    const { ada, bob } = await scenario(server, organization(organization_canonical, member('ada'), member('bob', 'organization-member')))
    const path = { organization_canonical }
    const change = async (role_canonical: string) =>
      ada.updateOrgMember({ path: { ...path, member_id: await idOf(ada, organization_canonical, 'bob') }, body: { role_canonical } })
    const rename = () => bob.updateOrg({ path, body: { name: 'Renamed' } })
    expect(await rename()).toHaveStatus(403)
    await change('organization-admin')
    expect(await rename()).toHaveStatus(200)
    await change('organization-member')
    expect(await rename()).toHaveStatus(403)
    expect(await bob.getOrg({ path })).toHaveStatus(200)
    await change('default-no-permissions')
    expect(await bob.getOrg({ path })).toHaveStatus(403)
  })

  test('who is removed is out, with all teams and keys, and keeps what they own', async () => {
    const organization_canonical = acme()
    const below = fresh('child')
    const { ada, bob, robot } = await scenario(
      server,
      organization(
        organization_canonical,
        member('ada'),
        member('bob'),
        team('core', { roles: ['organization-admin'], members: ['bob'] }),
        apiKey('robot'),
        child(below),
      ),
    )
    const path = { organization_canonical }
    await server.database.query(
      `update api_keys k set owner_id = (select id from users where username = 'bob') from organizations o where o.id = k.organization_id and o.canonical = $1`,
      [organization_canonical],
    )
    expect(await bob.getOrg({ path })).toHaveStatus(200)
    expect(await bob.getOrg({ path: { organization_canonical: below } })).toHaveStatus(200)
    expect(await robot.getOrg({ path })).toHaveStatus(200)
    expect(await ada.removeOrgMember({ path: { ...path, member_id: await idOf(ada, organization_canonical, 'bob') } })).toHaveStatus(204)
    expect(await bob.getOrg({ path })).toHaveStatus(403)
    expect(await bob.getOrg({ path: { organization_canonical: below } })).toHaveStatus(403)
    expect(await robot.getOrg({ path })).toHaveStatus(401)
    expect(usernames(await ada.getOrgMembers({ path }))).toEqual(['ada'])
    expect(
      await server.database.query(`select 1 from team_members t join organizations o on o.id = t.organization_id where o.canonical = $1`, [
        organization_canonical,
      ]),
    ).toEqual([])
  })

  test('an event tells who did what to whom', async () => {
    const organization_canonical = acme()
    const { ada } = await scenario(server, organization(organization_canonical, member('ada'), member('bob')))
    await ada.removeOrgMember({ path: { organization_canonical, member_id: await idOf(ada, organization_canonical, 'bob') } })
    const [event] = await server.database.query<{ message: string }>(
      'select e.message from events e join organizations o on o.id = e.organization_id where o.canonical = $1 order by e.id desc limit 1',
      [organization_canonical],
    )
    expect(event?.message).toBe('ada deleted the member bob')
  })
})

test('a session that began before the membership works in the new organization', async () => {
  const name = fresh('late')
  const organization_canonical = acme()
  await scenario(server, person(name))
  const [user] = await server.database.query<{ id: string }>('select id from users where username = $1', [name])
  const late = server.client(await sessionToken(server, { id: Number(user?.id), username: name }))
  expect(await late.getOrg({ path: { organization_canonical } })).toHaveStatus(403)
  await scenario(server, organization(organization_canonical, member(name)))
  expect(await late.getOrg({ path: { organization_canonical } })).toHaveStatus(200)
})
