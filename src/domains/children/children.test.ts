import { describe, expect, test } from 'vitest'
import { apiKey, child, fresh, member, organization, role, scenario } from '../../../test/support/scenario.ts'
import { useServer } from '../../../test/support/server.ts'

const server = useServer()

const acme = () => fresh('acme')
const canonicals = ({ body }: { body: { data: { canonical: string }[] } }) => body.data.map(({ canonical }) => canonical)
const titles = async (canonical: string) =>
  (
    await server.database.query<{ title: string }>(
      'select e.title from events e join organizations o on o.id = e.organization_id where o.canonical = $1 order by e.id',
      [canonical],
    )
  ).map(({ title }) => title)

describe('child organizations', () => {
  test('the founder administrates the child, and both organizations remember', async () => {
    const [organization_canonical, below] = [acme(), fresh('child')]
    const { ada } = await scenario(server, organization(organization_canonical, member('ada')))
    const founded = await ada.createChild({ path: { organization_canonical }, body: { name: 'Child', canonical: below } })
    expect(founded).toHaveStatus(200)
    expect(founded.body.data).toMatchObject({ canonical: below, can_create_appearance: false, has_children: false })
    const { admins, ...got } = (await ada.getOrg({ path: { organization_canonical: below } })).body.data
    expect(admins?.map(({ username }) => username)).toEqual(['ada'])
    expect(got).toEqual(founded.body.data)
    expect((await ada.getOrg({ path: { organization_canonical } })).body.data.has_children).toBe(true)
    expect((await titles(organization_canonical)).at(-1)).toBe('A child has been created')
    expect(await titles(below)).toEqual(['An organization has been created'])
    expect((await ada.getChildren({ path: { organization_canonical } })).body.data).toEqual([got])
    expect(canonicals(await ada.getOrgs({ query: { order_by: 'organization_created_at:desc' } }))).toContain(below)
  })

  test('a refused child leaves no event in the parent', async () => {
    const [organization_canonical, taken] = [acme(), acme()]
    const { ada } = await scenario(server, organization(organization_canonical, member('ada')), organization(taken))
    const before = await titles(organization_canonical)
    expect(await ada.createChild({ path: { organization_canonical }, body: { name: 'Child', canonical: taken } })).toHaveStatus(409)
    expect(await titles(organization_canonical)).toEqual(before)
  })

  test('a key founds a child for its owner, and without one for those above', async () => {
    const organization_canonical = acme()
    const { ada, robot } = await scenario(server, organization(organization_canonical, member('ada'), apiKey('robot')))
    const found = async () =>
      (await robot.createChild({ path: { organization_canonical }, body: { name: fresh('child') } })).body.data.canonical
    const adminsOf = async (canonical: string) =>
      (await ada.getOrg({ path: { organization_canonical: canonical } })).body.data.admins?.map(({ username }) => username)
    expect(await adminsOf(await found())).toEqual([])
    await server.database.query(
      `update api_keys k set owner_id = (select id from users where username = 'ada') from organizations o where o.id = k.organization_id and o.canonical = $1`,
      [organization_canonical],
    )
    expect(await adminsOf(await found())).toEqual(['ada'])
  })

  test('only those are listed that a rule names, and grandchildren are not', async () => {
    const [organization_canonical, one, two] = [acme(), fresh('cy-one'), fresh('other')]
    const { ada, bob } = await scenario(
      server,
      organization(
        organization_canonical,
        role('cy', ['organization:child:*', `organization:${organization_canonical}:child:cy-*`]),
        member('ada'),
        member('bob', 'cy'),
        child(one, child(fresh('grandchild'))),
        child(two),
      ),
    )
    const path = { organization_canonical }
    expect(canonicals(await ada.getChildren({ path }))).toEqual([one, two])
    expect((await ada.getChildren({ path })).body.data.map(({ has_children }) => has_children)).toEqual([true, false])
    expect(canonicals(await bob.getChildren({ path }))).toEqual([one])
    expect(await bob.createChild({ path, body: { name: fresh('cy-new') } })).toHaveStatus(200)
    expect(await bob.createChild({ path, body: { name: fresh('new') } })).toHaveStatus(403)
  })

  test('filters compare names, and times by the second', async () => {
    const [organization_canonical, below] = [acme(), fresh('child')]
    const { ada } = await scenario(server, organization(organization_canonical, member('ada'), child(below)))
    const path = { organization_canonical }
    const [{ created_at = 0 } = {}] = (await ada.getChildren({ path })).body.data
    const at = (second: number) => new Date(second * 1000).toISOString()
    expect(canonicals(await ada.getChildren({ path, query: { organization_created_at: at(created_at) } }))).toEqual([below])
    expect(canonicals(await ada.getChildren({ path, query: { organization_created_at: at(created_at - 1) } }))).toEqual([])
    expect(canonicals(await ada.getChildren({ path, query: { organization_name: 'nope' } }))).toEqual([])
    expect(canonicals(await ada.getChildren({ path, search: `organization_canonical[rlike]=^child` }))).toEqual([below])
    expect(await ada.getChildren({ path, query: { organization_created_at: 'yesterday' } })).toHaveStatus(422)
  })
})
