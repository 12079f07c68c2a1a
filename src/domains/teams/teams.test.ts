import { describe, expect, test } from 'vitest'
import { apiKey, fresh, member, organization, person, project, role, scenario, team } from '../../../test/support/scenario.ts'
import { useServer } from '../../../test/support/server.ts'

const server = useServer()

const acme = () => fresh('acme')

/** The member's number in the organization. */
async function memberId(organization: string, username: string): Promise<number> {
  const [row] = await server.database.query<{ id: string }>(
    'select m.id from members m join organizations o on o.id = m.organization_id join users u on u.id = m.user_id where o.canonical = $1 and u.username = $2',
    [organization, username],
  )
  return Number(row?.id)
}

describe('teams', () => {
  test('a new team is its creator’s, has its roles and nobody in it', async () => {
    const organization_canonical = acme()
    const { ada } = await scenario(server, organization(organization_canonical, member('ada')))
    const answer = await ada.createTeam({
      path: { organization_canonical },
      body: { name: 'Core Team', roles_canonical: ['default-project-viewer'] },
    })
    expect(answer).toHaveStatus(200)
    expect(answer.body.data).toMatchObject({ canonical: 'core-team', member_count: 0, members_preview: [], owner: { username: 'ada' } })
    expect(answer.body.data.roles).toMatchObject([{ canonical: 'default-project-viewer', default: true }])
    expect(answer.body).toEqual((await ada.getTeam({ path: { organization_canonical, team_canonical: 'core-team' } })).body)
  })

  test('a key makes teams for its owner, and one without an owner makes teams without', async () => {
    const organization_canonical = acme()
    const { robot } = await scenario(server, organization(organization_canonical, apiKey('robot')))
    const answer = await robot.createTeam({
      path: { organization_canonical },
      body: { name: 'Core', roles_canonical: ['organization-member'] },
    })
    expect(answer).toHaveStatus(200)
    expect(answer.body.data).not.toHaveProperty('owner')
  })

  test('a team needs a role, and the unknown one is named', async () => {
    const organization_canonical = acme()
    const { ada } = await scenario(server, organization(organization_canonical, member('ada')))
    const create = (...roles_canonical: string[]) =>
      ada.createTeam({ path: { organization_canonical }, body: { name: 'Core', roles_canonical } })
    expect(await create()).toBeError('Invalid', 'body.roles_canonical: must hold at least one role')
    expect(await create('organization-member', 'nope')).toBeError('Invalid', 'body.roles_canonical[1]: unknown role nope')
    expect(await create('organization-member', 'organization-member')).toHaveStatus(200)
    expect(await create('organization-member')).toBeError('AlreadyExists', 'canonical')
  })

  test('an update replaces the roles at once for everybody in the team', async () => {
    const organization_canonical = acme()
    const { ada, bob } = await scenario(
      server,
      organization(
        organization_canonical,
        member('ada'),
        member('bob', 'default-no-permissions'),
        role('lookers', ['organization:team:read']),
        role('nothing'),
        team('core', { roles: ['lookers'], members: ['bob'] }),
      ),
    )
    const path = { organization_canonical, team_canonical: 'core' }
    expect(await bob.getTeam({ path })).toHaveStatus(200)
    const answer = await ada.updateTeam({ path, body: { canonical: 'core', name: 'The core', roles_canonical: ['nothing'] } })
    expect(answer.body.data).toMatchObject({ name: 'The core', roles: [{ canonical: 'nothing' }], member_count: 1 })
    expect(await bob.getTeam({ path })).toHaveStatus(403)
    expect(await ada.updateTeam({ path, body: { canonical: 'other', name: 'The core', roles_canonical: ['nothing'] } })).toBeError(
      'Invalid',
      'body.canonical',
    )
  })

  test('only the owner or an administrator hands a team over, and only to a member', async () => {
    const organization_canonical = acme()
    const { ada, bob, eve } = await scenario(
      server,
      person('stranger'),
      organization(
        organization_canonical,
        role('leads', ['organization:team:*'], ['organization:read']),
        role('nothing'),
        member('ada'),
        member('bob', 'leads'),
        member('eve', 'leads'),
        team('core', { roles: ['nothing'] }),
      ),
    )
    const path = { organization_canonical, team_canonical: 'core' }
    const handTo = (owner: string) => ({ path, body: { canonical: 'core', name: 'Core', roles_canonical: ['nothing'], owner } })
    expect(await bob.updateTeam(handTo('bob'))).toBeError('Invalid', 'Only the owner or an administrator')
    expect(await ada.updateTeam(handTo('stranger'))).toBeError('Invalid', 'body.owner')
    expect((await ada.updateTeam(handTo('bob'))).body.data.owner?.username).toBe('bob')
    expect(await eve.updateTeam(handTo('eve'))).toBeError('Invalid', 'body.owner')
    expect(
      (await eve.updateTeam({ path, body: { canonical: 'core', name: 'Ours', roles_canonical: ['nothing'] } })).body.data.owner?.username,
    ).toBe('bob')
    expect((await bob.updateTeam(handTo('eve'))).body.data.owner?.username).toBe('eve')
  })

  test('lists show what rules allow and what one owns, and filter and sort', async () => {
    const organization_canonical = acme()
    const rule: [string, string] = ['organization:team:list', `organization:${organization_canonical}:team:a-*`]
    const { ada, bob } = await scenario(
      server,
      organization(
        organization_canonical,
        role('crew', rule),
        member('ada'),
        member('bob', 'crew'),
        ...['a-1', 'a-2', 'b-1', 'b-2'].map((name) => team(name, { roles: ['crew'] })),
      ),
    )
    const path = { organization_canonical, team_canonical: 'b-2' }
    await ada.updateTeam({ path, body: { canonical: 'b-2', name: 'B two', roles_canonical: ['crew'], owner: 'bob' } })
    const names = async (who: typeof ada, question: object = {}) =>
      (await who.getTeams({ path, ...question })).body.data.map(({ canonical }) => canonical)
    expect(await names(bob)).toEqual(['a-1', 'a-2', 'b-2'])
    expect(await names(ada, { query: { order_by: 'team_canonical:desc' } })).toEqual(['b-2', 'b-1', 'a-2', 'a-1'])
    expect(await names(ada, { search: 'team_canonical[rlike]=^b' })).toEqual(['b-1', 'b-2'])
    expect(await names(ada, { query: { team_name: 'B two' } })).toEqual(['b-2'])
    expect(await names(ada, { query: { member_id: await memberId(organization_canonical, 'bob') } })).toEqual(['b-2'])
    expect(await names(ada, { query: { team_description: 'anything' } })).toEqual([])
  })

  test('deleting a team leaves its projects without one', async () => {
    const organization_canonical = acme()
    const { ada } = await scenario(
      server,
      organization(
        organization_canonical,
        member('ada'),
        team('core', { roles: ['organization-member'], members: ['ada'] }),
        project('web', { team: 'core' }),
      ),
    )
    const path = { organization_canonical, team_canonical: 'core', project_canonical: 'web' }
    expect((await ada.getProject({ path })).body.data.team?.canonical).toBe('core')
    expect(await ada.deleteTeam({ path })).toHaveStatus(204)
    expect(await ada.deleteTeam({ path })).toHaveStatus(404)
    expect((await ada.getProject({ path })).body.data).not.toHaveProperty('team')
  })
})

describe('team members', () => {
  test('somebody put into a team has its roles from the next request on, until taken out', async () => {
    const organization_canonical = acme()
    const { ada, bob } = await scenario(
      server,
      organization(
        organization_canonical,
        role('lookers', ['organization:team:**']),
        member('ada'),
        member('bob', 'default-no-permissions'),
        team('core', { roles: ['lookers'] }),
      ),
    )
    const path = { organization_canonical, team_canonical: 'core' }
    expect(await bob.getTeam({ path })).toHaveStatus(403)
    const added = await ada.assignMemberToTeam({ path, body: { username: 'bob' } })
    expect(added).toHaveStatus(200)
    expect(added.body.data).toMatchObject({
      id: await memberId(organization_canonical, 'bob'),
      username: 'bob',
      email: 'bob@example.com',
      mfa_enabled: false,
    })
    expect((await bob.getTeam({ path })).body.data).toMatchObject({ member_count: 1, members_preview: [added.body.data] })
    expect((await bob.getTeamMembers({ path })).body).toMatchObject({ data: [added.body.data], pagination: { total: 1 } })
    const member_id = added.body.data.id
    expect((await ada.getTeamMember({ path: { ...path, member_id } })).body).toEqual(added.body)
    expect(await ada.unassignMemberFromTeam({ path: { ...path, member_id } })).toHaveStatus(204)
    expect(await bob.getTeam({ path })).toHaveStatus(403)
    expect(await ada.unassignMemberFromTeam({ path: { ...path, member_id } })).toHaveStatus(404)
  })

  test('people with an account but no membership are as unknown as people without', async () => {
    const organization_canonical = acme()
    const { ada } = await scenario(
      server,
      person('stranger'),
      organization(organization_canonical, member('ada'), team('core', { roles: ['organization-member'] })),
    )
    const path = { organization_canonical, team_canonical: 'core' }
    expect(await ada.assignMemberToTeam({ path, body: { username: 'stranger' } })).toBeError(
      'NotFoundEntity',
      'The member stranger was not found',
    )
    expect(await ada.assignMemberToTeam({ path, body: { username: 'nobody' } })).toBeError(
      'NotFoundEntity',
      'The member nobody was not found',
    )
    expect(await ada.assignMemberToTeam({ path: { ...path, team_canonical: 'nope' }, body: { username: 'ada' } })).toBeError(
      'NotFoundEntity',
      'team nope',
    )
  })

  test('nobody is in a team twice, also when asked twice at once', async () => {
    const organization_canonical = acme()
    const { ada } = await scenario(
      server,
      organization(organization_canonical, member('ada'), member('bob'), team('core', { roles: ['organization-member'] })),
    )
    const assign = () => ada.assignMemberToTeam({ path: { organization_canonical, team_canonical: 'core' }, body: { username: 'bob' } })
    const answers = await Promise.all([assign(), assign(), assign()])
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 409, 409])
    expect(answers.find(({ status }) => status === 409)).toBeError('AlreadyExists', 'in the team')
  })

  test('a team shows six of its members beforehand, the first to come, and counts all', async () => {
    const organization_canonical = acme()
    const names = ['amy', 'ben', 'cid', 'dan', 'eli', 'fay', 'gus'] as const
    const { amy } = await scenario(
      server,
      organization(
        organization_canonical,
        ...names.map((name) => member(name)),
        team('core', { roles: ['organization-member'], members: [...names] }),
      ),
    )
    const path = { organization_canonical, team_canonical: 'core' }
    const shown = (await amy.getTeam({ path })).body.data
    expect(shown.member_count).toBe(7)
    expect(shown.members_preview.map(({ username }) => username)).toEqual(names.slice(0, 6))
    const page = await amy.getTeamMembers({ path, query: { page_size: 3, page_index: 3 } })
    expect(page.body).toMatchObject({ data: [{ username: 'gus' }], pagination: { index: 3, size: 3, total: 7 } })
  })

  test('a member of another team is not a member of this one', async () => {
    const organization_canonical = acme()
    const { ada } = await scenario(
      server,
      organization(
        organization_canonical,
        member('ada'),
        team('core', { roles: ['organization-member'] }),
        team('others', { roles: ['organization-member'], members: ['ada'] }),
      ),
    )
    const member_id = await memberId(organization_canonical, 'ada')
    expect(await ada.getTeamMember({ path: { organization_canonical, team_canonical: 'others', member_id } })).toHaveStatus(200)
    expect(await ada.getTeamMember({ path: { organization_canonical, team_canonical: 'core', member_id } })).toBeError(
      'NotFoundEntity',
      'of the team core',
    )
    expect(await ada.unassignMemberFromTeam({ path: { organization_canonical, team_canonical: 'core', member_id } })).toHaveStatus(404)
  })

  test('the event says who was put where', async () => {
    const organization_canonical = acme()
    const { ada } = await scenario(
      server,
      organization(organization_canonical, member('ada'), member('bob'), team('core', { roles: ['organization-member'] })),
    )
    await ada.assignMemberToTeam({ path: { organization_canonical, team_canonical: 'core' }, body: { username: 'bob' } })
    const [event] = await server.database.query<{ message: string }>(
      'select e.message from events e join organizations o on o.id = e.organization_id where o.canonical = $1 order by e.id desc limit 1',
      [organization_canonical],
    )
    expect(event?.message).toBe('ada put bob into the team core')
  })
})

describe('nobody makes themself mightier through teams', () => {
  const lead: [string] = ['organization:team:**']

  test('by a team with a mightier role', async () => {
    const organization_canonical = acme()
    const { bob } = await scenario(server, organization(organization_canonical, role('lead', lead), member('bob', 'lead')))
    const create = (name: string, ...roles_canonical: string[]) =>
      bob.createTeam({ path: { organization_canonical }, body: { name, roles_canonical } })
    expect(await create('admins', 'lead', 'organization-admin')).toBeError('Unauthorized', 'organization:**')
    expect(await create('leads', 'lead')).toHaveStatus(200)
  })

  test('by a mightier role for their own team', async () => {
    const organization_canonical = acme()
    const { bob } = await scenario(
      server,
      organization(organization_canonical, role('lead', lead), member('bob', 'lead'), team('leads', { roles: ['lead'], members: ['bob'] })),
    )
    const path = { organization_canonical, team_canonical: 'leads' }
    const update = (...roles_canonical: string[]) => bob.updateTeam({ path, body: { canonical: 'leads', name: 'Leads', roles_canonical } })
    expect(await update('lead', 'organization-admin')).toHaveStatus(403)
    expect((await bob.getTeam({ path })).body.data.roles.map(({ canonical }) => canonical)).toEqual(['lead'])
  })

  test('by joining the administrators’ team, not even when they own it', async () => {
    const organization_canonical = acme()
    const { ada, bob } = await scenario(
      server,
      organization(
        organization_canonical,
        role('lead', lead),
        member('ada'),
        member('bob', 'lead'),
        team('admins', { roles: ['organization-admin'] }),
      ),
    )
    const path = { organization_canonical, team_canonical: 'admins' }
    expect(await bob.assignMemberToTeam({ path, body: { username: 'bob' } })).toHaveStatus(403)
    expect(
      await ada.updateTeam({ path, body: { canonical: 'admins', name: 'Admins', roles_canonical: ['organization-admin'], owner: 'bob' } }),
    ).toHaveStatus(200)
    expect(await bob.assignMemberToTeam({ path, body: { username: 'bob' } })).toHaveStatus(403)
    expect((await bob.getTeamMembers({ path })).body.data).toEqual([])
    // Renaming it is theirs all the same: the role stays with those who have it.
    expect(
      await bob.updateTeam({ path, body: { canonical: 'admins', name: 'Bosses', roles_canonical: ['organization-admin'] } }),
    ).toHaveStatus(200)
  })
})
