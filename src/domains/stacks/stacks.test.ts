import { describe, expect, test } from 'vitest'
import { catalog, stackFiles } from '../../../test/support/catalog.ts'
import type { Client } from '../../../test/support/client.ts'
import { useRepositories } from '../../../test/support/repositories.ts'
import { child, environment, fresh, member, organization, project, role, scenario, team } from '../../../test/support/scenario.ts'
import { useServer } from '../../../test/support/server.ts'
import { gitIn } from '../../../test/support/workshop.ts'

const repositories = useRepositories()
const server = useServer({ config: gitIn(repositories) })

const five = {
  ...stackFiles('stack-local'),
  ...stackFiles('stack-shared', 'status: public'),
  ...stackFiles('stack-hidden'),
  ...stackFiles('stack-blueprint', 'template: true'),
  ...stackFiles('stack-needy', 'dependencies: [{ref: "nobody:stack-shared", required: true}]'),
}

/** A parent with five stacks, one of them shared and one hidden, and a child with one of its own. */
async function family() {
  const parent = fresh('parent')
  const kid = fresh('kid')
  const parts = [team('core'), project('web', environment('prod'))]
  const { ada, bob } = await scenario(server, organization(parent, member('ada'), team('core'), child(kid, member('bob'), ...parts)))
  const up = await catalog(repositories, ada, parent, 'catalog', five)
  await catalog(repositories, bob, kid, 'catalog', stackFiles('stack-own'))
  const ref = (canonical: string, home = parent) => `${home}:${canonical}`
  await ada.updateServiceCatalog({
    path: { organization_canonical: parent, service_catalog_ref: ref('stack-hidden') },
    body: { visibility: 'hidden' },
  })
  return { parent, kid, ada, bob, up, ref }
}

const canonicals = async (who: Client, organization_canonical: string, query = {}, search = '') =>
  (await who.listServiceCatalogs({ path: { organization_canonical }, query, search })).body.data.map(({ ref }) => ref)

/** As if a component had been made from the stack. */
async function componentFrom(kid: string, stack: number): Promise<void> {
  await server.database.query(
    `insert into components (organization_id, environment_id, canonical, name, stack_organization_id, stack_id, use_case, vars, is_ready)
     select e.organization_id, e.id, 'web', 'web', s.organization_id, s.id, 'default', '{}', true
     from environments e join organizations o on o.id = e.organization_id, stacks s where o.canonical = $1 and s.id = $2`,
    [kid, stack],
  )
}

describe('the list of stacks', () => {
  test('holds the own ones that are not hidden, and what ancestors share', async () => {
    const { parent, kid, ada, bob, ref } = await family()
    expect(await canonicals(ada, parent)).toEqual(['stack-blueprint', 'stack-local', 'stack-needy', 'stack-shared'].map((one) => ref(one)))
    expect(await canonicals(bob, kid)).toEqual([ref('stack-own', kid), ref('stack-shared')])
  })

  test('can be narrowed to own ones, to blueprints, and by bracket filters', async () => {
    const { parent, kid, ada, bob, ref } = await family()
    expect(await canonicals(bob, kid, { service_catalog_own: true })).toEqual([ref('stack-own', kid)])
    expect(await canonicals(bob, kid, { service_catalog_own: false })).toHaveLength(2)
    expect(await canonicals(ada, parent, { service_catalog_template: true })).toEqual([ref('stack-blueprint')])
    expect(await canonicals(ada, parent, {}, 'service_catalog_blueprint[eq]=true')).toEqual([ref('stack-blueprint')])
    expect(await canonicals(ada, parent, {}, 'service_catalog_visibility[eq]=shared')).toEqual([ref('stack-shared')])
    expect(await canonicals(bob, kid, {}, `service_catalog_ref[eq]=${ref('stack-shared')}`)).toEqual([ref('stack-shared')])
  })

  test('has pages', async () => {
    const { parent, ada } = await family()
    const { body } = await ada.listServiceCatalogs({ path: { organization_canonical: parent }, query: { page_index: 2, page_size: 3 } })
    expect(body.pagination).toEqual({ index: 2, size: 3, total: 4 })
    expect(body.data.map(({ canonical }) => canonical)).toEqual(['stack-shared'])
  })

  test('holds what rules allow', async () => {
    const home = fresh('acme')
    const { ada, bob } = await scenario(
      server,
      organization(
        home,
        role('reader', ['organization:service_catalog:*', `organization:${home}:service_catalog:stack-s*`]),
        member('ada'),
        member('bob', 'reader'),
      ),
    )
    await catalog(repositories, ada, home, 'catalog', { ...stackFiles('stack-shown'), ...stackFiles('secret-one') })
    expect(await canonicals(bob, home)).toEqual([`${home}:stack-shown`])
    const path = (stack: string) => ({ organization_canonical: home, service_catalog_ref: `${home}:${stack}` })
    expect(await bob.getServiceCatalog({ path: path('stack-shown') })).toHaveStatus(200)
    expect(await bob.getServiceCatalog({ path: path('secret-one') })).toHaveStatus(403)
  })
})

describe('one stack', () => {
  test('is shown with its README, and with where it comes from', async () => {
    const { parent, ada, ref } = await family()
    const { body } = await ada.getServiceCatalog({
      path: { organization_canonical: parent, service_catalog_ref: ref('stack-blueprint') },
    })
    expect(body.data).toMatchObject({
      ref: ref('stack-blueprint'),
      canonical: 'stack-blueprint',
      description: 'It does stack-blueprint.',
      directory: 'stack-blueprint',
      readme: '# stack-blueprint\n',
      service_catalog_source_canonical: 'catalog',
      version: 'stacks',
      latest: true,
      trusted: true,
      blueprint: true,
      form_enabled: false,
      visibility: 'local',
      organization_canonical: parent,
      cloud_providers: [{ id: 1, canonical: 'aws', name: 'Amazon Web Services', abbreviation: 'AWS' }],
    })
    expect(body.data).not.toHaveProperty('team')
    const { body: list } = await ada.listServiceCatalogs({ path: { organization_canonical: parent } })
    expect(list.data[0]).not.toHaveProperty('readme')
  })

  test('of an ancestor is read when it is shared, and says nothing of repositories there', async () => {
    const { kid, bob, ref } = await family()
    const read = (stack: string) => bob.getServiceCatalog({ path: { organization_canonical: kid, service_catalog_ref: ref(stack) } })
    const shared = await read('stack-shared')
    expect(shared.body.data).toMatchObject({ ref: ref('stack-shared'), trusted: true, version: 'stacks', readme: '# stack-shared\n' })
    expect(shared.body.data).not.toHaveProperty('service_catalog_source_canonical')
    for (const stack of ['stack-local', 'stack-hidden', 'stack-nowhere']) expect(await read(stack)).toBeError('NotFoundEntity', stack)
    const own = await bob.getServiceCatalog({ path: { organization_canonical: kid, service_catalog_ref: ref('stack-own', kid) } })
    expect(own.body.data.trusted).toBe(false)
  })

  test('of a child is not seen by its parent', async () => {
    const { parent, kid, ada, ref } = await family()
    expect(await ada.getServiceCatalog({ path: { organization_canonical: parent, service_catalog_ref: ref('stack-own', kid) } })).toBeError(
      'NotFoundEntity',
    )
  })

  test('that is hidden is still there for those who know it', async () => {
    const { parent, ada, ref } = await family()
    const answer = await ada.getServiceCatalog({ path: { organization_canonical: parent, service_catalog_ref: ref('stack-hidden') } })
    expect(answer.body.data.visibility).toBe('hidden')
  })
})

describe('changing a stack', () => {
  test('sets its visibility and its team, and leaves an event', async () => {
    const { parent, ada, ref } = await family()
    const path = { organization_canonical: parent, service_catalog_ref: ref('stack-local') }
    const changed = await ada.updateServiceCatalog({ path, body: { visibility: 'shared', team_canonical: 'core' } })
    expect(changed.body.data).toMatchObject({ visibility: 'shared', team: { canonical: 'core' } })
    expect((await ada.getServiceCatalog({ path })).body).toEqual(changed.body)
    const without = await ada.updateServiceCatalog({ path, body: { visibility: 'shared' } })
    expect(without.body.data).not.toHaveProperty('team')
    const events = await ada.getEvents({ path: { organization_canonical: parent }, query: { begin: 0, end: Date.now() + 1000 } })
    expect(events.body.data[0]).toMatchObject({ message: 'ada updated the service catalog stack-local' })
  })

  test('names what is not there', async () => {
    const { parent, ada, ref } = await family()
    const path = { organization_canonical: parent, service_catalog_ref: ref('stack-local') }
    expect(await ada.updateServiceCatalog({ path, body: { visibility: 'public' } })).toBeError('Invalid', 'body.visibility')
    expect(await ada.updateServiceCatalog({ path, body: { visibility: 'local', team_canonical: 'nobody' } })).toBeError(
      'Invalid',
      'body.team_canonical: unknown team',
    )
    const nowhere = { ...path, service_catalog_ref: ref('stack-nowhere') }
    expect(await ada.updateServiceCatalog({ path: nowhere, body: { visibility: 'local' } })).toBeError('NotFoundEntity')
  })

  test('that an ancestor shares is done there', async () => {
    const { parent, kid, bob, ref } = await family()
    const path = { organization_canonical: kid, service_catalog_ref: ref('stack-shared') }
    expect(await bob.updateServiceCatalog({ path, body: { visibility: 'local' } })).toBeError('Unauthorized', parent)
    expect(await bob.deleteServiceCatalog({ path })).toBeError('Unauthorized', parent)
  })

  test('so that it is shared no longer keeps it readable to components made from it', async () => {
    const { parent, kid, ada, bob, ref } = await family()
    const at = (organization_canonical: string) => ({ organization_canonical, service_catalog_ref: ref('stack-shared') })
    const { id } = (await bob.getServiceCatalog({ path: at(kid) })).body.data
    await componentFrom(kid, id)
    await ada.updateServiceCatalog({ path: at(parent), body: { visibility: 'local' } })
    expect(await bob.getServiceCatalog({ path: at(kid) })).toHaveStatus(200)
    expect(await canonicals(bob, kid)).toEqual([ref('stack-own', kid)])
  })

  test('survives a refresh', async () => {
    const { parent, ada, up, ref } = await family()
    repositories.commit(up.repository, 'stacks', { 'stack-hidden/README.md': '# changed\n' })
    await up.refresh()
    const path = { organization_canonical: parent, service_catalog_ref: ref('stack-hidden') }
    expect((await ada.getServiceCatalog({ path })).body.data).toMatchObject({ visibility: 'hidden', readme: '# changed\n' })
  })
})

describe('deleting a stack', () => {
  test('takes it out of the catalog, and a scan of its files brings it back', async () => {
    const { parent, ada, up, ref } = await family()
    const path = { organization_canonical: parent, service_catalog_ref: ref('stack-local') }
    expect(await ada.deleteServiceCatalog({ path })).toHaveStatus(204)
    expect(await ada.getServiceCatalog({ path })).toBeError('NotFoundEntity')
    expect(await ada.deleteServiceCatalog({ path })).toBeError('NotFoundEntity')
    expect(Object.keys(repositories.files(up.repository, 'stacks'))).toContain('stack-local/.cycloid.yml')
    repositories.commit(up.repository, 'stacks', { 'README.md': 'More\n' })
    await up.refresh()
    expect(await ada.getServiceCatalog({ path })).toHaveStatus(200)
  })

  test('waits for the components of every organization', async () => {
    const { parent, kid, ada, bob, ref } = await family()
    const { id } = (await bob.getServiceCatalog({ path: { organization_canonical: kid, service_catalog_ref: ref('stack-shared') } })).body
      .data
    await componentFrom(kid, id)
    const path = { organization_canonical: parent, service_catalog_ref: ref('stack-shared') }
    expect(await ada.deleteServiceCatalog({ path })).toBeError('Conflict', 'one component is made from it')
    await server.database.query('delete from components where stack_id = $1', [id])
    expect(await ada.deleteServiceCatalog({ path })).toHaveStatus(204)
  })
})

describe('the dependencies of a stack', () => {
  const dependencies = (parent: string) => `dependencies:
  - {ref: "${parent}:stack-shared", required: true}
  - {ref: "${parent}:stack-local", required: true}
  - {ref: "nobody:stack-x", required: false}`

  test('are met by what is visible; the rest is told', async () => {
    const { parent, kid, bob, ref } = await family()
    await catalog(repositories, bob, kid, 'more', stackFiles('stack-two', dependencies(parent)))
    const path = { organization_canonical: kid, service_catalog_ref: ref('stack-two', kid) }
    expect((await bob.validateServiceCatalogDependencies({ path })).body.data).toEqual({
      errors: [`The stack ${parent}:stack-local, which ${ref('stack-two', kid)} needs, is not visible to the organization ${kid}`],
      warnings: [`The stack nobody:stack-x, which ${ref('stack-two', kid)} can work with, is not visible to the organization ${kid}`],
    })
  })

  test('are no matter for a stack without any', async () => {
    const { parent, ada, ref } = await family()
    const path = { organization_canonical: parent, service_catalog_ref: ref('stack-local') }
    expect((await ada.validateServiceCatalogDependencies({ path })).body.data).toEqual({ errors: [], warnings: [] })
  })
})
