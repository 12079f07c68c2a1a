/** Groups at an organization's own identity provider give roles and teams. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openIdentityProvider, type TestIdentityProvider } from '../../../test/support/saml-idp.ts'
import { type bringProvider, employee, openCompany, samlConfig, signInThrough } from '../../../test/support/saml-world.ts'
import { fresh } from '../../../test/support/scenario.ts'
import { useServer } from '../../../test/support/server.ts'

const server = useServer({ config: samlConfig })
let idp: TestIdentityProvider
beforeAll(async () => {
  idp = await openIdentityProvider({ users: [] })
})
afterAll(() => idp[Symbol.asyncDispose]())

const acme = (body: Parameters<typeof bringProvider>[3] = {}) => openCompany(server, idp, body)

function hire(name: string, more: Parameters<typeof employee>[1] = {}): string {
  idp.options.users.push(employee(name, more))
  return name
}
const change = (name: string, more: Parameters<typeof employee>[1]) => {
  const index = idp.options.users.findIndex((user) => user.name === name)
  idp.options.users[index] = { ...(idp.options.users[index] ?? employee(name)), ...more }
}

describe('groups', () => {
  const mappings = [
    { group: 'leads', role_canonical: 'deployer', team_canonical: 'core' },
    { group: 'everybody', role_canonical: 'reader' },
    { group: 'night shift', team_canonical: 'night' },
    { group: 'guards', team_canonical: 'night' },
  ]

  test('give a role and teams, and take them again', async () => {
    const { provider, ada, path, memberNamed, events } = await acme({ group_mappings: mappings })
    const teams = async () =>
      (
        await Promise.all(
          ['core', 'night'].map(async (team_canonical) => {
            const { data } = (await ada.getTeamMembers({ path: { ...path, team_canonical } })).body
            return data.some(({ username }) => username === zoe) ? team_canonical : ''
          }),
        )
      ).filter(Boolean)
    const zoe = hire(fresh('zoe'), { groups: ['everybody', 'leads', 'guards'] })
    await signInThrough(server, provider, idp, zoe)
    expect((await memberNamed(zoe)).role.canonical).toBe('deployer')
    expect(await teams()).toEqual(['core', 'night'])
    change(zoe, { groups: ['everybody', 'night shift'] })
    await signInThrough(server, provider, idp, zoe)
    expect((await memberNamed(zoe)).role.canonical).toBe('reader')
    expect(await teams()).toEqual(['night'])
    change(zoe, { groups: [] })
    await signInThrough(server, provider, idp, zoe)
    expect((await memberNamed(zoe)).role.canonical).toBe('organization-member')
    expect(await teams()).toEqual([])
    expect(await events('member:update')).toEqual([
      `The groups of ${zoe} at Company login put them into the team core`,
      `The groups of ${zoe} at Company login put them into the team night`,
      `The groups of ${zoe} at Company login gave them the role reader`,
      `The groups of ${zoe} at Company login took them out of the team core`,
      `The groups of ${zoe} at Company login gave them the role organization-member`,
      `The groups of ${zoe} at Company login took them out of the team night`,
    ])
  })

  test('that speak of no roles leave the role to people', async () => {
    const { provider, admin, memberNamed } = await acme({ group_mappings: [{ group: 'night shift', team_canonical: 'night' }] })
    await signInThrough(server, provider, idp, hire(admin, { groups: [] }))
    expect((await memberNamed(admin)).role.canonical).toBe('organization-admin')
  })

  test('never take the last administrator', async () => {
    const { provider, canonical, admin, ada, memberNamed, events } = await acme({ group_mappings: mappings })
    hire(admin, { groups: ['everybody'] })
    await signInThrough(server, provider, idp, admin)
    expect((await memberNamed(admin)).role.canonical).toBe('organization-admin')
    expect(await events('member:update')).toEqual([expect.stringContaining('this is the last administrator')])
    const second = fresh('bea')
    await server.database.query(
      `with u as (insert into users (username, given_name, family_name) values ($2, 'Bea', 'Tester') returning id)
       insert into members (organization_id, user_id, role_id, invitation_state)
       select o.id, u.id, r.id, 'accepted' from organizations o join roles r on r.organization_id = o.id and r.canonical = 'organization-admin', u where o.canonical = $1`,
      [canonical, second],
    )
    await signInThrough(server, provider, idp, admin)
    expect(await ada.getOrgMembers({ path: { organization_canonical: canonical } })).toHaveStatus(403)
    expect((await events('member:update')).at(-1)).toBe(`The groups of ${admin} at Company login gave them the role reader`)
  })

  test('whose role or team is gone are passed over', async () => {
    const { provider, ada, path, memberNamed } = await acme({ group_mappings: mappings })
    await ada.deleteRole({ path: { ...path, role_canonical: 'deployer' } })
    await ada.deleteTeam({ path: { ...path, team_canonical: 'core' } })
    const zoe = hire(fresh('zoe'), { groups: ['everybody', 'leads'] })
    await signInThrough(server, provider, idp, zoe)
    expect((await memberNamed(zoe)).role.canonical).toBe('reader')
  })

  test('decide over the role of an invitation', async () => {
    const { provider, ada, path, memberNamed } = await acme({ group_mappings: mappings })
    const [zoe, yan] = [hire(fresh('zoe'), { groups: ['everybody'] }), hire(fresh('yan'))]
    for (const name of [zoe, yan])
      await ada.inviteUserToOrgMember({ path, body: { email: `${name}@example.com`, role_canonical: 'organization-admin' } })
    await signInThrough(server, provider, idp, zoe)
    await signInThrough(server, provider, idp, yan)
    expect((await memberNamed(zoe)).role.canonical).toBe('reader')
    expect((await memberNamed(yan)).role.canonical).toBe('organization-member')
  })
})
