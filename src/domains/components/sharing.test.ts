/** Components beside each other: files that two of them write, stacks of an ancestor, repositories that change. */
import { expect, test } from 'vitest'
import { useRepositories } from '../../../test/support/repositories.ts'
import { environment, fresh, member, organization, project, role, scenario } from '../../../test/support/scenario.ts'
import { useServer } from '../../../test/support/server.ts'
import { webStack } from '../../../test/support/web-stack.ts'
import { gitIn, must, openWorkshop, type Workshop } from '../../../test/support/workshop.ts'

const repositories = useRepositories()
const server = useServer({ worker: true, config: gitIn(repositories) })
const open = () => openWorkshop(server, repositories, { ...webStack(), ...oldStack })

/** As stacks were before there were components: one file for each environment. */
const oldStack = Object.fromEntries(
  Object.entries(webStack('old')).map(([path, text]) => [path, text.replaceAll('($ .config_root $)', '($ .project $)/($ .environment $)')]),
)
const create = ({ ada, at, org }: Workshop, canonical: string, stack: string, region = 'eu-west-1', more = {}) =>
  ada.createComponent({
    path: { ...at, ...more },
    body: {
      name: canonical,
      canonical,
      service_catalog_ref: `${org}:${stack}`,
      use_case: 'default',
      vars: { Server: { Pipeline: { region } } },
    },
  })

test('two components of one stack share a file as long as they agree', async () => {
  const workshop = await open()
  await must(create(workshop, 'one', 'old'))
  expect(await create(workshop, 'two', 'old')).toHaveStatus(200)
  const refused = await create(workshop, 'three', 'old', 'us-east-1')
  expect(refused).toBeError('Conflict', 'shop/prod/pipeline/variables.yml')
  expect(JSON.stringify(refused.body)).toContain('the component one of shop/prod')
  expect(repositories.files(workshop.config, 'config')['shop/prod/pipeline/variables.yml']).toContain('region: eu-west-1')
})

test('a shared file stays until the last of its components goes', async () => {
  const workshop = await open()
  await must(create(workshop, 'one', 'old'))
  await must(create(workshop, 'two', 'old'))
  await must(workshop.ada.deleteComponent({ path: { ...workshop.at, component_canonical: 'one' } }))
  expect(Object.keys(repositories.files(workshop.config, 'config'))).toHaveLength(2)
  await must(workshop.ada.deleteComponent({ path: { ...workshop.at, component_canonical: 'two' } }))
  expect(repositories.files(workshop.config, 'config')).toEqual({})
})

test('a file that somebody wrote by hand is edited, not written over', async () => {
  const workshop = await open()
  const path = 'shop/prod/pipeline/variables.yml'
  repositories.commit(workshop.config, 'config', { [path]: '# precious\nregion: mars # old\nother: 1\n' })
  await must(create(workshop, 'one', 'old'))
  expect(repositories.files(workshop.config, 'config')[path]).toMatch(/^# precious\nregion: eu-west-1 # old\nother: 1\nbucket: /)
})

test('a file that was there before stays when the component goes', async () => {
  const workshop = await open()
  const path = 'shop/prod/pipeline/variables.yml'
  repositories.commit(workshop.config, 'config', { [path]: '# precious\nregion: mars\n' })
  await must(create(workshop, 'one', 'old'))
  await must(workshop.ada.deleteComponent({ path: { ...workshop.at, component_canonical: 'one' } }))
  expect(Object.keys(repositories.files(workshop.config, 'config'))).toEqual([path])
})

test('a file that cannot be edited is not written over when no component wrote it', async () => {
  const raw = webStack()['web/.cycloid.yml']?.replace(
    '    terraform:',
    "    raw:\n      notes: {path: README.md, destination: 'notes.md'}\n    terraform:",
  )
  const workshop = await openWorkshop(server, repositories, { ...webStack(), 'web/.cycloid.yml': raw ?? '' }, { 'notes.md': 'mine\n' })
  expect(await create(workshop, 'one', 'web')).toBeError('Conflict', 'another file notes.md')
  expect(repositories.files(workshop.config, 'config')).toEqual({ 'notes.md': 'mine\n' })
})

test('a component whose files are the same in every environment moves with them, and they stay its own', async () => {
  const fixed = Object.entries(webStack('fixed')).map(([path, text]) => [path, text.replaceAll('($ .config_root $)', '($ .project $)/all')])
  const workshop = await openWorkshop(server, repositories, Object.fromEntries(fixed))
  await must(create(workshop, 'one', 'fixed'))
  const path = { ...workshop.at, component_canonical: 'one' }
  await must(workshop.ada.migrateComponent({ path, body: { destination_environment_canonical: 'staging' } }))
  expect(Object.keys(repositories.files(workshop.config, 'config'))).toHaveLength(2)
  await must(workshop.ada.deleteComponent({ path: { ...path, environment_canonical: 'staging' } }))
  expect(repositories.files(workshop.config, 'config')).toEqual({})
})

test('a project takes its files along to another config repository', async () => {
  const workshop = await open()
  const { ada, at, org } = workshop
  await must(create(workshop, 'one', 'web'))
  const before = repositories.files(workshop.config, 'config')
  const path = { organization_canonical: org }
  const url = repositories.make(`${org}-second`)
  await must(
    ada.createConfigRepository({ path, body: { name: 'Second', url, branch: 'main', credential_canonical: 'git', default: false } }),
  )
  const { updated_at } = (await must(ada.getProject({ path: at }))).body.data ?? { updated_at: 0 }
  const moved = await ada.updateProject({ path: at, body: { name: 'Shop', config_repository_canonical: 'second', updated_at } })
  expect(moved.body.data?.config_repository_canonical).toBe('second')
  expect(repositories.files(`${org}-second`, 'main')).toEqual(before)
  await expect.poll(() => repositories.files(workshop.config, 'config'), { timeout: 10_000 }).toEqual({})
  expect((await ada.getComponentConfig({ path: { ...at, component_canonical: 'one' } })).body.data).toMatchObject({
    Server: { Pipeline: { region: 'eu-west-1' } },
  })
})

test('a project stays where it is when the other repository cannot be written', async () => {
  const workshop = await open()
  const { ada, at, org } = workshop
  await must(create(workshop, 'one', 'web'))
  const url = `${repositories.folder}/gone.git`
  await must(
    ada.createConfigRepository({
      path: { organization_canonical: org },
      body: { name: 'Gone', url, branch: 'main', credential_canonical: 'git', default: false },
    }),
  )
  const { updated_at } = (await must(ada.getProject({ path: at }))).body.data ?? { updated_at: 0 }
  expect(await ada.updateProject({ path: at, body: { name: 'Shop', config_repository_canonical: 'gone', updated_at } })).toHaveStatus(422)
  expect((await ada.getProject({ path: at })).body.data?.config_repository_canonical).toBe('config')
  const path = { ...at, component_canonical: 'one' }
  expect(await ada.updateComponent({ path, body: { name: 'Still mine', use_case: 'default' } })).toHaveStatus(200)
})

test('a child makes components from a stack that its parent shares, and keeps them when the parent no longer does', async () => {
  const parent = await open()
  const kid = fresh('kid')
  const path = { organization_canonical: parent.org }
  await must(parent.ada.createChild({ path, body: { name: kid, canonical: kid } }))
  const at = { organization_canonical: kid, project_canonical: 'app', environment_canonical: 'prod' }
  const config = {
    name: 'C',
    canonical: 'config',
    url: repositories.make(`${kid}-config`),
    branch: 'main',
    credential_canonical: 'git',
    default: true,
  }
  const inKid = { organization_canonical: kid }
  await must(
    parent.ada.createCredential({
      path: inKid,
      body: { name: 'Git', type: 'basic_auth', path: 'git', raw: { username: 'a', password: 'b' } },
    }),
  )
  await must(parent.ada.createConfigRepository({ path: inKid, body: config }))
  await must(parent.ada.createProject({ path: inKid, body: { name: 'App', canonical: 'app', config_repository_canonical: 'config' } }))
  await must(parent.ada.createEnvironment({ path: at, body: { name: 'prod', canonical: 'prod' } }))
  expect(await create(parent, 'one', 'web', 'x', at)).toHaveStatus(404)
  const stack = { ...path, service_catalog_ref: `${parent.org}:web` }
  await must(parent.ada.updateServiceCatalog({ path: stack, body: { visibility: 'shared' } }))
  expect(await create(parent, 'one', 'web', 'x', at)).toHaveStatus(200)
  expect(await parent.ada.deleteServiceCatalog({ path: stack })).toHaveStatus(409)
  await must(parent.ada.updateServiceCatalog({ path: stack, body: { visibility: 'local' } }))
  const mine = { ...at, component_canonical: 'one' }
  expect((await parent.ada.getComponent({ path: mine })).body.data?.service_catalog.ref).toBe(`${parent.org}:web`)
  expect(await parent.ada.updateComponent({ path: mine, body: { name: 'Renamed', use_case: 'default' } })).toHaveStatus(200)
  expect(await create(parent, 'two', 'web', 'x', at)).toHaveStatus(422)
})

test('whoever may not read stacks makes no component from one', async () => {
  const org = fresh('acme')
  const { bob } = await scenario(
    server,
    organization(org, role('builder', ['organization:component:*']), member('bob', 'builder'), project('shop', environment('prod'))),
  )
  const path = { organization_canonical: org, project_canonical: 'shop', environment_canonical: 'prod' }
  const body = { name: 'One', service_catalog_ref: `${org}:web`, use_case: 'default' }
  expect(await bob.createComponent({ path, body })).toHaveStatus(404)
})

test('who sees some components finds only those in the lists', async () => {
  const workshop = await open()
  await must(create(workshop, 'one', 'web'))
  await must(create(workshop, 'two', 'web'))
  const key = await must(
    workshop.ada.createAPIKey({
      path: { organization_canonical: workshop.org },
      body: {
        name: 'Keeper',
        rules: [
          {
            action: 'organization:component:*',
            effect: 'allow',
            resources: [`organization:${workshop.org}:project:shop:environment:prod:component:two`],
          },
        ],
      },
    }),
  )
  const keeper = server.client(key.body.data?.token)
  const list = await keeper.getOrganizationComponents({ path: { organization_canonical: workshop.org } })
  expect(list.body.data?.map(({ canonical }) => canonical)).toEqual(['two'])
})
