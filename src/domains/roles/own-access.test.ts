/** What a caller is told that they may do in an organization. */
import { describe, expect, test } from 'vitest'
import type { Client } from '../../../test/support/client.ts'
import { placeLicence } from '../../../test/support/licences.ts'
import { apiKey, child, fresh, member, organization, person, project, role, scenario, team } from '../../../test/support/scenario.ts'
import { useServer } from '../../../test/support/server.ts'
import { decide } from '../../access/decide.ts'
import { ruleSet } from '../../access/rules.ts'

const server = useServer()

async function accessOf(client: Client | undefined, organization_canonical: string) {
  const answer = await client?.getAccess({ path: { organization_canonical } })
  expect(answer).toHaveStatus(200)
  if (!answer) throw new Error('nobody asked')
  return answer.body.data
}

describe('my access', () => {
  test('is the rules of my role and my teams, each once, and what I own', async () => {
    const [acme, name] = [fresh('acme'), fresh('eve')]
    const web: [string, string] = ['organization:project:*', `organization:${acme}:project:web`]
    const { [name]: eve } = await scenario(
      server,
      organization(
        acme,
        role('reader', ['organization:project:read'], web),
        role('same', ['organization:project:read']),
        member(name, 'reader'),
        team('core', { roles: ['same'], members: [name] }),
        project('mine', { owner: name }),
      ),
    )
    const access = await accessOf(eve, acme)
    expect(access).toMatchObject({ organization: { canonical: acme }, complete: true, blocked: [], blocked_by: [] })
    expect(access).not.toHaveProperty('lacks')
    expect(access.owns).toEqual([`organization:${acme}:project:mine`])
    expect(access.rules).toEqual([
      { action: 'organization:project:read', resources: [] },
      { action: 'organization:project:*', resources: [`organization:${acme}:project:web`] },
    ])
  })

  test('says what the service itself decides', async () => {
    const [acme, name] = [fresh('acme'), fresh('eve')]
    const some: [string, string] = ['organization:project:update', `organization:${acme}:project:w*`]
    const { [name]: eve } = await scenario(
      server,
      organization(acme, role('some', some, ['organization:project:read']), member(name, 'some'), project('web'), project('api')),
    )
    const { organization: here, rules } = await accessOf(eve, acme)
    const set = ruleSet(
      rules.map((rule, id) => ({ id, organization_id: here.id, ...rule })),
      here.id,
    )
    for (const project_canonical of ['web', 'api']) {
      const path = { organization_canonical: acme, project_canonical }
      const may = (action: string) => decide(set, action, `organization:${acme}:project:${project_canonical}`) !== undefined
      expect((await eve?.getProject({ path }))?.status === 200).toBe(may('organization:project:read'))
      const { status } = (await eve?.call('updateProject', { path, body: {} })) ?? {}
      expect(status !== 403).toBe(may('organization:project:update'))
    }
  })

  test('is empty for a member without any right, and no refusal', async () => {
    const [acme, name] = [fresh('acme'), fresh('eve')]
    const { [name]: eve } = await scenario(server, organization(acme, role('nothing'), member(name, 'nothing')))
    expect(await accessOf(eve, acme)).toMatchObject({ rules: [], owns: [], blocked: [] })
  })

  test('reaches below for administrators, and for whom a rule names the child; what is about elsewhere is left out', async () => {
    const [acme, kid, other, boss, name] = [fresh('acme'), fresh('kid'), fresh('other'), fresh('ada'), fresh('eve')]
    const rule: [string, string] = ['organization:project:*', `organization:${kid}:project:*`]
    const cast = await scenario(
      server,
      organization(acme, role('kids', rule, ['organization:team:read']), member(boss), member(name, 'kids'), child(kid), child(other)),
    )
    expect((await accessOf(cast[boss], kid)).rules).toEqual([{ action: 'organization:**', resources: [] }])
    expect((await accessOf(cast[name], kid)).rules).toEqual([{ action: 'organization:project:*', resources: [rule[1]] }])
    expect((await accessOf(cast[name], acme)).rules).toEqual([{ action: 'organization:team:read', resources: [] }])
    expect(await cast[name]?.getAccess({ path: { organization_canonical: other } })).toHaveStatus(403)
  })

  test('is a key’s too, where the key is good', async () => {
    const [acme, globex, key] = [fresh('acme'), fresh('globex'), fresh('robot')]
    const { [key]: robot } = await scenario(server, organization(acme, apiKey(key)), organization(globex))
    expect(await accessOf(robot, acme)).toMatchObject({ rules: [{ action: 'organization:**', resources: [] }], owns: [] })
    expect(await robot?.getAccess({ path: { organization_canonical: globex } })).toHaveStatus(403)
  })

  test('is refused to strangers in the same words whether the organization exists or not', async () => {
    const [acme, nowhere, name] = [fresh('acme'), fresh('nowhere'), fresh('eve')]
    const { [name]: eve } = await scenario(server, organization(acme), person(name))
    const words = async (canonical: string) => {
      const answer = await eve?.getAccess({ path: { organization_canonical: canonical } })
      return JSON.stringify([answer?.status, { ...answer?.body, request_id: '' }]).replaceAll(canonical, '…')
    }
    expect(await words(acme)).toBe(await words(nowhere))
    expect(await words(acme)).toContain('403')
  })

  test('says what the session lacks, to members', async () => {
    const [acme, name] = [fresh('acme'), fresh('bob')]
    const { [name]: bob } = await scenario(server, organization(acme, member(name)))
    const path = { organization_canonical: acme }
    expect(await bob?.updateOrg({ path, body: { name: 'Acme itself', mfa_enabled: true } })).toHaveStatus(200)
    expect(await accessOf(bob, acme)).toMatchObject({ organization: { canonical: acme, name: 'Acme itself' }, rules: [], lacks: 'mfa' })
  })

  test('of a blocked organization is what is left, and why', async () => {
    const [acme, name] = [fresh('acme'), fresh('ada')]
    const { [name]: ada } = await scenario(server, organization(acme, member(name), project('web', { owner: name })))
    await placeLicence(server, acme, { expiresIn: -20 * 24 * 3600 })
    const access = await accessOf(ada, acme)
    expect(access.blocked[0]).toContain('licence')
    expect(access.blocked_by).toEqual(['licence_expired'])
    expect(access.owns).toEqual([])
    expect(access.rules.map(({ action }) => action)).not.toContain('organization:**')
  })

  test('says when the rules are too many to be given', async () => {
    const [acme, name] = [fresh('acme'), fresh('eve')]
    const { [name]: eve } = await scenario(server, organization(acme, role('huge', ['organization:team:read']), member(name, 'huge')))
    await server.database.query(
      `insert into rules (organization_id, role_id, action, resources)
       select r.organization_id, r.id, 'organization:project:read', array_fill('organization:' || $1 || ':project:' || n || repeat('x', 400), array[20])
       from roles r, generate_series(1, 100) n where r.canonical = 'huge' and r.organization_id = (select id from organizations where canonical = $1)`,
      [acme],
    )
    const { rules, complete } = await accessOf(eve, acme)
    expect(complete).toBe(false)
    expect(rules[0]).toEqual({ action: 'organization:team:read', resources: [] })
    expect(JSON.stringify(rules).length).toBeLessThan(600_000)
  })
})
