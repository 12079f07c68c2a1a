import { describe, expect, test } from 'vitest'
import { apiKey, child, fresh, member, organization, person, project, scenario } from '../../../test/support/scenario.ts'
import { useServer } from '../../../test/support/server.ts'

const server = useServer()

const acme = () => fresh('acme')
const canonicals = ({ body }: { body: { data: { canonical: string }[] } }) => body.data.map(({ canonical }) => canonical)
const eventsOf = (canonical: string) =>
  server.database.query<{ title: string; tags: { key: string; value: string }[] }>(
    `select e.title, e.tags from events e join organizations o on o.id = e.organization_id where o.canonical = $1 order by e.id`,
    [canonical],
  )

describe('founding an organization', () => {
  test('whoever founds one administrates it, and it has its roles and its vault from the first second', async () => {
    const { ada } = await scenario(server, person('ada'))
    const name = `Acme ${fresh('x')}`
    const founded = await ada.createOrg({ body: { name } })
    expect(founded).toHaveStatus(200)
    const { canonical } = founded.body.data
    expect(canonical).toBe(name.toLowerCase().replace(' ', '-'))
    expect(founded.body.data).toMatchObject({
      name,
      blocked: [],
      has_children: false,
      mfa_enabled: false,
      quotas: false,
      can_create_appearance: true,
      can_children_create_appearance: false,
    })
    const path = { organization_canonical: canonical }
    expect((await ada.getOrg({ path })).body.data.admins?.map(({ username, role: { canonical: held } }) => [username, held])).toEqual([
      ['ada', 'organization-admin'],
    ])
    expect((await ada.getSummary({ path })).body.data).toEqual({
      config_repositories: 0,
      credentials: 1,
      pipelines: 0,
      environments: 0,
      components: 0,
      projects: 0,
      roles: 6,
      service_catalog_sources: 0,
      service_catalogs: 0,
      teams: 0,
      users: 1,
    })
    expect((await eventsOf(canonical)).map(({ title }) => title)).toEqual(['An organization has been created'])
  })

  test('a canonical is taken for everybody, and the refusal leaves nothing behind', async () => {
    const canonical = acme()
    const { bob } = await scenario(server, organization(canonical, member('ada')), person('bob'))
    const answer = await bob.createOrg({ body: { name: 'Other', canonical } })
    expect(answer).toHaveStatus(409)
    expect(answer).toBeError('AlreadyExists', 'canonical')
    expect(canonicals(await bob.getOrgs())).not.toContain(canonical)
  })

  test('two who want the same canonical at once do not both get it', async () => {
    const { ada, bob } = await scenario(server, person('ada'), person('bob'))
    const canonical = acme()
    const answers = await Promise.all([ada, bob].map((who) => who.createOrg({ body: { name: 'Acme', canonical } })))
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 409])
  })

  test('a name that gives no canonical is refused', async () => {
    const { ada } = await scenario(server, person('ada'))
    expect(await ada.createOrg({ body: { name: '???' } })).toBeError('Invalid', 'body.canonical')
  })

  test('an API key cannot found or list organizations', async () => {
    const { robot } = await scenario(server, organization(acme(), apiKey('robot')))
    expect(await robot.createOrg({ body: { name: 'Acme' } })).toHaveStatus(422)
    expect(await robot.getOrgs()).toHaveStatus(422)
  })
})

describe('the list of my organizations', () => {
  test('holds those I belong to, in pages, and the same answers as getOrg', async () => {
    const [one, two, other] = [fresh('acme-a'), fresh('acme-b'), fresh('acme-c')]
    const name = fresh('eve')
    const cast = await scenario(
      server,
      organization(two, member(name)),
      organization(one, member(name), child(fresh('acme-child'))),
      organization(other),
    )
    const eve = cast[name] as (typeof cast)[string]
    expect(canonicals(await eve.getOrgs())).toEqual([one, two])
    const second = await eve.getOrgs({ query: { page_size: 1, page_index: 2, order_by: 'organization_name:desc' } })
    expect(canonicals(second)).toEqual([one])
    expect(second.body.pagination).toEqual({ index: 2, size: 1, total: 2 })
    const { admins: _, ...got } = (await eve.getOrg({ path: { organization_canonical: one } })).body.data
    expect(second.body.data).toEqual([got])
    expect(got.has_children).toBe(true)
    expect(canonicals(await eve.getOrgs({ query: { organization_name: two } }))).toEqual([two])
    expect(
      canonicals(await eve.getOrgs({ query: { organization_created_at: got.created_at }, search: `organization_canonical[eq]=${one}` })),
    ).toEqual([one])
    expect(await eve.getOrgs({ query: { order_by: 'nope:asc' } })).toBeError('Invalid', 'organization_canonical')
  })
})

test('an organization names its parent, to whoever sees that', async () => {
  const [acme, kid, boss, plain] = [fresh('acme'), fresh('kid'), fresh('ada'), fresh('bob')]
  const cast = await scenario(server, organization(acme, member(boss), child(kid, member(boss), member(plain))))
  const parents = async (name: string) =>
    Object.fromEntries(
      (await cast[name]?.getOrgs())?.body.data.map(({ canonical, parent_canonical }) => [canonical, parent_canonical]) ?? [],
    )
  expect(await parents(boss)).toEqual({ [acme]: undefined, [kid]: acme })
  expect(await parents(plain)).toEqual({ [kid]: undefined })
  const { data } = (await cast[boss]?.getChildren({ path: { organization_canonical: acme } }))?.body ?? {}
  expect(data).toMatchObject([{ canonical: kid, parent_canonical: acme }])
})

test('an organization shows its own active appearance, and not that of its parent', async () => {
  const [organization_canonical, below] = [acme(), fresh('child')]
  const { ada } = await scenario(server, organization(organization_canonical, member('ada'), child(below)))
  const body = {
    name: 'Night',
    display_name: 'Night',
    tab_title: 'Night',
    footer: '',
    logo: 'https://example.com/l.svg',
    favicon: 'https://example.com/f.ico',
    color: { r: 0, g: 0, b: 0 },
  }
  const { data: made } = (await ada.createAppearance({ path: { organization_canonical }, body })).body
  const path = { organization_canonical }
  const switched = await ada.updateAppearance({
    path: { ...path, appearance_canonical: made.canonical },
    body: { ...body, canonical: made.canonical, is_active: true },
  })
  expect(switched).toHaveStatus(200)
  const shown = (await ada.getOrg({ path })).body.data.appearance
  expect(shown).toEqual(switched.body.data)
  expect((await ada.getOrgs({ query: { organization_name: organization_canonical } })).body.data[0]?.appearance).toEqual(shown)
  expect((await ada.getOrg({ path: { organization_canonical: below } })).body.data.appearance).toBeUndefined()
})

describe('changing an organization', () => {
  test('switches that are left out stay, and the canonical always does', async () => {
    const organization_canonical = acme()
    const { ada } = await scenario(server, organization(organization_canonical, member('ada')))
    const path = { organization_canonical }
    expect(await ada.updateOrg({ path, body: { name: 'Renamed', quotas: true, can_children_create_appearance: true } })).toHaveStatus(200)
    const changed = await ada.updateOrg({ path, body: { name: 'Again' } })
    expect(changed.body.data).toMatchObject({
      canonical: organization_canonical,
      name: 'Again',
      quotas: true,
      can_children_create_appearance: true,
    })
    expect((await ada.updateOrg({ path, body: { name: 'Again', quotas: false } })).body.data.quotas).toBe(false)
  })

  test('what it says about appearances holds for its children at once', async () => {
    const [organization_canonical, below] = [acme(), fresh('child')]
    const { ada } = await scenario(server, organization(organization_canonical, member('ada'), child(below)))
    const isAllowed = async () => (await ada.getOrg({ path: { organization_canonical: below } })).body.data.can_create_appearance
    expect(await isAllowed()).toBe(false)
    await ada.updateOrg({ path: { organization_canonical }, body: { name: 'Acme', can_children_create_appearance: true } })
    expect(await isAllowed()).toBe(true)
    const later = await ada.createChild({ path: { organization_canonical }, body: { name: fresh('later') } })
    expect(later.body.data.can_create_appearance).toBe(true)
  })
})

describe('deleting an organization', () => {
  test('works right after it was created, and it is gone for everybody', async () => {
    const { ada } = await scenario(server, person('ada'))
    const canonical = acme()
    await ada.createOrg({ body: { name: 'Acme', canonical } })
    const path = { organization_canonical: canonical }
    expect(await ada.getOrg({ path })).toHaveStatus(200)
    expect(await ada.deleteOrg({ path })).toHaveStatus(204)
    expect(await ada.getOrg({ path })).toHaveStatus(403)
    expect(canonicals(await ada.getOrgs())).not.toContain(canonical)
    expect(server.logs.filter((line) => line.includes('a root organization was deleted') && line.includes(canonical))).toHaveLength(1)
    expect(await ada.createOrg({ body: { name: 'Acme', canonical } })).toHaveStatus(200)
  })

  test('is refused while it has projects or children, naming what is left', async () => {
    const organization_canonical = acme()
    const { ada } = await scenario(
      server,
      organization(organization_canonical, member('ada'), project('web'), project('api'), child(fresh('child'))),
    )
    const answer = await ada.deleteOrg({ path: { organization_canonical } })
    expect(answer).toHaveStatus(409)
    expect(answer).toBeError('Conflict', 'still has 2 projects and 1 child organization')
  })

  test('of a child is an event of its parent', async () => {
    const [organization_canonical, below] = [acme(), fresh('child')]
    const { ada } = await scenario(server, organization(organization_canonical, member('ada'), child(below)))
    expect(await ada.deleteOrg({ path: { organization_canonical: below } })).toHaveStatus(204)
    const event = (await eventsOf(organization_canonical)).at(-1)
    expect(event?.title).toBe('An organization has been deleted')
    expect(event?.tags).toContainEqual({ key: 'name', value: below })
    expect((await ada.getOrg({ path: { organization_canonical } })).body.data.has_children).toBe(false)
  })

  test('and a project made at the same moment do not both succeed', async () => {
    for (let round = 0; round < 5; round++) {
      const organization_canonical = acme()
      const { ada } = await scenario(server, organization(organization_canonical, member('ada'), project('first')))
      const path = { organization_canonical }
      await ada.deleteProject({ path: { ...path, project_canonical: 'first' } })
      const [deleted, created] = await Promise.all([
        ada.deleteOrg({ path }),
        ada.createProject({ path, body: { name: 'Web', config_repository_canonical: 'config' } }),
      ])
      expect([deleted.status, created.status === 200 ? 200 : 'refused']).toEqual(deleted.status === 204 ? [204, 'refused'] : [409, 200])
    }
  })
})

describe('ancestors', () => {
  test('are named up to the one the caller belongs to, nearest first, and no further', async () => {
    const [root, middle, leaf] = [fresh('root'), fresh('middle'), fresh('leaf')]
    const { ada, bob, eve, robot } = await scenario(
      server,
      organization(root, member('ada'), child(middle, member('bob'), apiKey('robot'), child(leaf, member('eve')))),
    )
    const ancestors = async (who: typeof ada) => canonicals(await who.getAncestors({ path: { organization_canonical: leaf } }))
    expect(await ancestors(ada)).toEqual([middle, root])
    expect(await ancestors(bob)).toEqual([middle])
    expect(await ancestors(robot)).toEqual([middle])
    expect(await ancestors(eve)).toEqual([])
    expect(canonicals(await ada.getAncestors({ path: { organization_canonical: root } }))).toEqual([])
  })
})

describe('workers', () => {
  test('there are none until an engine is configured', async () => {
    const organization_canonical = acme()
    const { ada, bob } = await scenario(server, organization(organization_canonical, member('ada'), member('bob', 'organization-member')))
    expect((await ada.getWorkers({ path: { organization_canonical } })).body).toEqual({
      data: [],
      pagination: { index: 1, size: 1000, total: 0 },
    })
    expect(await ada.getWorkers({ path: { organization_canonical }, query: { page_index: 0 } })).toHaveStatus(422)
    expect(await bob.getWorkers({ path: { organization_canonical } })).toHaveStatus(403)
  })
})
