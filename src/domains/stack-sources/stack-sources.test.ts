import { describe, expect, test } from 'vitest'
import { catalog, stackFiles } from '../../../test/support/catalog.ts'
import type { Client } from '../../../test/support/client.ts'
import { realCatalogue, realProblems, stacksAreThere, whyNoStacks } from '../../../test/support/real-stacks.ts'
import { useRepositories } from '../../../test/support/repositories.ts'
import { apiKey, child, fresh, member, organization, role, scenario } from '../../../test/support/scenario.ts'
import { useServer } from '../../../test/support/server.ts'
import { changed, names, nothing, withRepository as repositoryFor, sourceEvents } from '../../../test/support/sources.ts'
import { gitIn } from '../../../test/support/workshop.ts'
import type { Schema } from '../../contract/operation.ts'

const repositories = useRepositories()
const server = useServer({ config: gitIn(repositories) })
const acme = () => fresh('acme')

type NewSource = Schema<'NewServiceCatalogSource'>

const withRepository = (files: Record<string, string | Buffer>) => repositoryFor(server, repositories, files)

describe('a catalog repository', () => {
  test('is added with its stacks, shown, listed, renamed and deleted', async () => {
    const { ada, body, path, organization_canonical, url } = await withRepository({ ...stackFiles('one'), ...stackFiles('two') })
    const created = await ada.createServiceCatalogSource({ path: { organization_canonical }, body })
    expect(created).toHaveStatus(200)
    expect(created.body.data).toMatchObject({
      canonical: 'my-catalog',
      name: 'My Catalog',
      url,
      branch: 'stacks',
      stack_count: 2,
      owner: { username: 'ada' },
      problems: [],
    })
    expect(created.body.data.refreshed_at).toBeGreaterThan(0)
    expect(changed(created.body.data.changes)).toEqual({ ...nothing, created: ['one', 'two'] })
    expect(created.body.data.service_catalogs).toMatchObject([
      { canonical: 'one', ref: `${organization_canonical}:one`, directory: 'one', visibility: 'local', author: 'somebody' },
      { canonical: 'two', service_catalog_source_canonical: 'my-catalog', keywords: ['test'] },
    ])
    const { changes: _, ...rest } = created.body.data
    expect((await ada.getServiceCatalogSource({ path })).body.data).toEqual(rest)
    const { service_catalogs: __, problems: ___, ...summary } = rest
    expect((await ada.getServiceCatalogSources({ path: { organization_canonical } })).body.data).toEqual([summary])
    expect(await ada.createServiceCatalogSource({ path: { organization_canonical }, body })).toBeError('AlreadyExists', 'canonical')

    const renamed = await ada.updateServiceCatalogSource({ path, body: { name: 'Other', url } })
    expect(renamed.body.data).toMatchObject({ name: 'Other', branch: 'stacks', canonical: 'my-catalog' })
    expect(renamed.body.data.changes).toBeUndefined()
    expect(await ada.deleteServiceCatalogSource({ path })).toHaveStatus(204)
    for (const gone of [
      await ada.getServiceCatalogSource({ path }),
      await ada.refreshServiceCatalogSource({ path }),
      await ada.validateServiceCatalogSource({ path }),
      await ada.deleteServiceCatalogSource({ path }),
      await ada.updateServiceCatalogSource({ path, body: { name: 'Other', url } }),
    ])
      expect(gone).toBeError('NotFoundEntity', 'my-catalog')
    expect(
      await server.database.query('select from stacks s join organizations o on o.id = s.organization_id where o.canonical = $1', [
        organization_canonical,
      ]),
    ).toEqual([])
  })

  test('shows its stacks in pages', async () => {
    const { ada, body, path, organization_canonical } = await withRepository({
      ...stackFiles('one'),
      ...stackFiles('two'),
      ...stackFiles('three'),
    })
    await ada.createServiceCatalogSource({ path: { organization_canonical }, body })
    const page = await ada.getServiceCatalogSource({ path, query: { page_index: 2, page_size: 2 } })
    expect(names(page.body.data.service_catalogs)).toEqual(['two'])
    expect(page.body.data.stack_count).toBe(3)
  })

  test('gives visibility and team to the stacks of the first scan only', async () => {
    const { ada, body, commit, refresh, organization_canonical } = await withRepository({
      ...stackFiles('one'),
      ...stackFiles('public', 'status: public'),
    })
    const created = await ada.createServiceCatalogSource({
      path: { organization_canonical },
      body: { ...body, visibility: 'hidden', team_canonical: 'keepers' },
    })
    expect(created.body.data.service_catalogs).toMatchObject([
      { visibility: 'hidden', team: { canonical: 'keepers' } },
      { visibility: 'hidden', team: { canonical: 'keepers' } },
    ])
    commit({ ...stackFiles('later'), ...stackFiles('later-public', 'status: public') })
    const { created: later } = await refresh()
    expect(later.map(({ visibility, team: maintainer }) => [visibility, maintainer])).toEqual([
      ['local', undefined],
      ['shared', undefined],
    ])
  })

  test.each<[string, Partial<NewSource>, string]>([
    ['an unknown visibility', { visibility: 'secret' }, 'body.visibility'],
    ['an unknown team', { team_canonical: 'nobody' }, 'body.team_canonical'],
    ['an unknown owner', { owner: 'nobody' }, 'body.owner'],
    ['an unknown credential', { credential_canonical: 'nothing' }, 'body.credential_canonical'],
    ['an ssh address without credential', { url: 'git@git.example.com:acme/stacks.git' }, 'body.credential_canonical: is missing'],
    ['an address with a password', { url: 'https://u:p@git.example.com/stacks.git' }, 'body.url'],
    ['a folder that is not allowed', { url: '/etc/stacks.git' }, 'body.url'],
    ['a remote helper', { url: 'ext::sh -c x.git' }, 'body.url'],
    ['a branch that is an option', { branch: '--upload-pack=x' }, 'body.branch'],
    ['a branch that is not there', { branch: 'nowhere' }, 'body.branch'],
    ['a repository that is not there', { url: `${repositories.folder}/nowhere.git` }, 'body.url'],
    ['a private address', { url: 'https://127.0.0.1/stacks.git' }, 'body.url'],
  ])('with %s is refused, and nothing is kept', async (_, more, field) => {
    const { ada, body, organization_canonical } = await withRepository(stackFiles('one'))
    const answer = await ada.createServiceCatalogSource({ path: { organization_canonical }, body: { ...body, ...more } })
    expect(answer).toHaveStatus(422)
    expect(answer).toBeError('Invalid', field)
    expect((await ada.getServiceCatalogSources({ path: { organization_canonical } })).body.data).toEqual([])
    expect(await sourceEvents(ada, organization_canonical)).toEqual([])
  })

  test('that is empty is refused', async () => {
    const { ada, body, organization_canonical } = await withRepository({})
    const url = repositories.make(`${organization_canonical}-empty`)
    const answer = await ada.createServiceCatalogSource({ path: { organization_canonical }, body: { ...body, url } })
    expect(answer).toBeError('Invalid')
  })

  test('finds good stacks beside broken ones, and tells what is wrong with those', async () => {
    const { ada, body, path, organization_canonical } = await withRepository({
      ...stackFiles('good'),
      'bad/.cycloid.yml': 'name: [',
      'nameless/.cycloid.yml': 'version: 3\nname: x\nconfig: {}\n',
      ...stackFiles('form', '', { '.forms.yml': 'use_cases: {' }),
    })
    const created = await ada.createServiceCatalogSource({ path: { organization_canonical }, body })
    expect(names(created.body.data.service_catalogs)).toEqual(['form', 'good'])
    const problems = (await ada.getServiceCatalogSource({ path })).body.data.problems
    expect(problems).toMatchObject([
      { directory: 'bad', error: expect.stringContaining('not valid YAML') },
      { directory: 'nameless', error: expect.stringContaining('canonical is missing') },
    ])
    expect(created.body.data.service_catalogs?.[0]).toMatchObject({ canonical: 'form', form_enabled: false })
  })

  test.skipIf(!stacksAreThere)(`holds the real catalogue (${whyNoStacks}), and its second scan changes nothing`, async () => {
    const files = realCatalogue()
    const { ada, body, refresh, organization_canonical } = await withRepository(files)
    const { data } = (await ada.createServiceCatalogSource({ path: { organization_canonical }, body })).body
    expect(data.stack_count).toBe(new Set(Object.keys(files).map((path) => path.split('/')[0])).size)
    expect(data.problems).toEqual(realProblems)
    expect(changed(await refresh())).toEqual(nothing)
  })
})

describe('another place', () => {
  test('of the same catalog repository is scanned before it is taken over', async () => {
    const { ada, body, path, organization_canonical, url } = await withRepository({ ...stackFiles('one'), ...stackFiles('both') })
    await ada.createServiceCatalogSource({ path: { organization_canonical }, body })
    const other = repositories.make(`${organization_canonical}-other`, { main: { ...stackFiles('both'), ...stackFiles('two') } })
    expect(await ada.updateServiceCatalogSource({ path, body: { name: 'My Catalog', url: other } })).toBeError('Invalid', 'body.branch')
    expect((await ada.getServiceCatalogSource({ path })).body.data).toMatchObject({ url, stack_count: 2 })
    const moved = await ada.updateServiceCatalogSource({ path, body: { name: 'My Catalog', url: other, branch: 'main' } })
    expect(moved.body.data).toMatchObject({ url: other, branch: 'main', stack_count: 2 })
    expect(changed(moved.body.data.changes)).toEqual({ created: ['two'], updated: [], deleted: ['one'] })
  })
})

describe('a check', () => {
  test('says whether repository and branch can be reached, and changes nothing', async () => {
    const { ada, body, path, organization_canonical, url } = await withRepository(stackFiles('one'))
    await ada.createServiceCatalogSource({ path: { organization_canonical }, body })
    expect(await ada.validateServiceCatalogSource({ path })).toHaveStatus(204)
    await server.database.query(`update stack_sources set branch = 'elsewhere' where url = $1`, [url])
    expect(await ada.validateServiceCatalogSource({ path })).toBeError('Invalid', 'has no branch elsewhere')
    await server.database.query(`update stack_sources set url = $2 where url = $1`, [url, `${repositories.folder}/nowhere.git`])
    expect(await ada.validateServiceCatalogSource({ path })).toHaveStatus(422)
  })
})

describe('who may do what', () => {
  test('stacks of a parent are seen by its children when they are shared, and by nobody else', async () => {
    const [parent, below, stranger] = [acme(), acme(), acme()]
    const { ada } = await scenario(server, organization(parent, member('ada'), child(below)), organization(stranger, member('ada')))
    await catalog(repositories, ada, parent, 'stacks', { ...stackFiles('open', 'status: public'), ...stackFiles('closed') })
    const seen = async (organization_canonical: string) =>
      names((await ada.listServiceCatalogs({ path: { organization_canonical } })).body.data)
    expect(await seen(parent)).toEqual(['closed', 'open'])
    expect(await seen(below)).toEqual(['open'])
    expect(await seen(stranger)).toEqual([])
    expect((await ada.getServiceCatalogSources({ path: { organization_canonical: below } })).body.data).toEqual([])
  })

  test('a credential goes to an address only for those who may read it', async () => {
    const organization_canonical = acme()
    const { ada, bob } = await scenario(
      server,
      organization(
        organization_canonical,
        role('cataloguer', ['organization:service_catalog_source:*'], ['organization:config_repository:list']),
        member('ada'),
        member('bob', 'cataloguer'),
      ),
    )
    const path = { organization_canonical }
    await ada.createCredential({ path, body: { name: 'basic', path: 'basic', type: 'basic_auth', raw: { username: 'u', password: 'p' } } })
    const url = 'https://127.0.0.1/stacks.git'
    const refused = [
      await bob.createServiceCatalogSource({ path, body: { name: 'stacks', url, branch: 'main', credential_canonical: 'basic' } }),
      await bob.getRepoBranches({ path, query: { git_url: url, credential_canonical: 'basic' } }),
    ]
    for (const answer of refused) expect(answer).toBeError('Unauthorized', 'You may not send the credential basic')
    await catalog(repositories, bob, organization_canonical, 'stacks', stackFiles('one'))
    const taken = await bob.updateServiceCatalogSource({
      path: { ...path, service_catalog_source_canonical: 'stacks' },
      body: { name: 'stacks', url, credential_canonical: 'basic' },
    })
    expect(taken).toBeError('Unauthorized', 'You may not send the credential basic')
    const wrong = await ada.createServiceCatalogSource({
      path,
      body: { name: 'stacks', url: 'git@git.example.com:a/b.git', branch: 'main', canonical: 'other', credential_canonical: 'basic' },
    })
    expect(wrong).toBeError('Invalid', 'must be of the type ssh')
  })

  test('an owner needs no rule, lists hold what rules allow, and only owner and administrators hand over', async () => {
    const organization_canonical = acme()
    const { ada, bob, eve } = await scenario(
      server,
      organization(
        organization_canonical,
        role('keeper', ['organization:service_catalog_source:*', `organization:${organization_canonical}:service_catalog_source:cy-*`]),
        role('none'),
        member('ada'),
        member('bob', 'keeper'),
        member('eve', 'none'),
      ),
    )
    const path = { organization_canonical }
    await catalog(repositories, bob, organization_canonical, 'cy-one', stackFiles('one'))
    await catalog(repositories, ada, organization_canonical, 'other', stackFiles('two'))
    const url = repositories.make(`${organization_canonical}-refused`, { stacks: stackFiles('three') })
    expect(await bob.createServiceCatalogSource({ path, body: { name: 'other-one', url, branch: 'stacks' } })).toHaveStatus(403)
    expect(names((await bob.getServiceCatalogSources({ path })).body.data)).toEqual(['cy-one'])
    const other = { ...path, service_catalog_source_canonical: 'other' }
    expect(await eve.getServiceCatalogSources({ path })).toHaveStatus(403)
    const { data } = (await ada.getServiceCatalogSource({ path: other })).body
    const give = (who: Client, owner: string, place = other) =>
      who.updateServiceCatalogSource({ path: place, body: { name: 'other', url: data.url, owner } })
    expect((await give(ada, 'eve')).body.data.owner.username).toBe('eve')
    expect(names((await eve.getServiceCatalogSources({ path })).body.data)).toEqual(['other'])
    expect(await eve.refreshServiceCatalogSource({ path: other })).toHaveStatus(200)
    expect(await eve.deleteServiceCatalogSource({ path: other })).toHaveStatus(204)
  })

  test('a repository that a key adds shows an administrator where the owner stands', async () => {
    const organization_canonical = acme()
    const { robot } = await scenario(server, organization(organization_canonical, member('ada'), apiKey('robot')))
    await catalog(repositories, robot, organization_canonical, 'stacks', stackFiles('one'))
    const { data } = (await robot.getServiceCatalogSources({ path: { organization_canonical } })).body
    expect(data[0]?.owner.username).toBe('ada')
  })
})
