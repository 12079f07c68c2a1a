import { describe, expect, test } from 'vitest'
import { useRepositories } from '../../../test/support/repositories.ts'
import { useServer } from '../../../test/support/server.ts'
import { webStack } from '../../../test/support/web-stack.ts'
import { gitIn, must, openWorkshop } from '../../../test/support/workshop.ts'

const repositories = useRepositories()
const server = useServer({ config: gitIn(repositories) })
const open = () => openWorkshop(server, repositories, webStack())

const vars = (more: Record<string, unknown> = {}) => ({ Server: { Pipeline: { region: 'eu-west-1', ...more } } })
const create = async (workshop: Awaited<ReturnType<typeof open>>, canonical = 'front', more: Record<string, unknown> = {}) =>
  workshop.ada.createComponent({
    path: workshop.at,
    body: { name: 'Front', canonical, service_catalog_ref: `${workshop.org}:web`, use_case: 'default', vars: vars(more) },
  })

describe('creating a component', () => {
  test('writes its files into the config repository, in one commit by the person who did it', async () => {
    const workshop = await open()
    const answer = await create(workshop)
    expect(answer).toHaveStatus(200)
    expect(answer.body.data).toMatchObject({
      canonical: 'front',
      use_case: 'default',
      project: { canonical: 'shop' },
      environment: { canonical: 'prod' },
      service_catalog: { ref: `${workshop.org}:web` },
      cloud_provider: { canonical: 'aws' },
    })
    const root = `${workshop.org}/shop/prod/front`
    expect(repositories.files(workshop.config, 'config')).toEqual({
      [`${root}/pipeline/variables.yml`]: `# Where shop runs
region: eu-west-1 # filled by the form
untouched: 'yes'
bucket: ${workshop.org}-shop-state
`,
      [`${root}/terraform/main.tf`]: `# front
module "web" {
  source        = "./web"
  instance_type = "small" # the size
  count = 1
}
`,
    })
    const [newest, ...older] = repositories.log(workshop.config, 'config')
    expect(older).toEqual([])
    expect(newest?.author).toBe('ada Tester <ada@example.com>')
    expect(newest?.message).toMatch(/^Create the component front of shop\/prod\n\nTrochoid-Change: /)
  })

  test('keeps the type of every value', async () => {
    const workshop = await open()
    const given = { labels: { team: 'a', n: 14, deep: { x: [1.5, null] } }, things: ['hello', false, 1, 1.1], bucket: '0123' }
    await must(create(workshop, 'front', given))
    const answer = await workshop.ada.getComponentConfig({ path: { ...workshop.at, component_canonical: 'front' } })
    expect(answer.body.data).toEqual({
      Server: { Size: { 'module.web.instance_type': 'small', 'module.web.count': 1 }, Pipeline: { region: 'eu-west-1', ...given } },
    })
  })

  test('says every wrong value at once, and leaves nothing behind', async () => {
    const workshop = await open()
    const body = {
      name: 'Front',
      canonical: 'front',
      service_catalog_ref: `${workshop.org}:web`,
      use_case: 'default',
      vars: { Server: { Size: { 'module.web.instance_type': 'huge', 'module.web.count': 'many' } } },
    }
    const answer = await workshop.ada.createComponent({ path: workshop.at, body })
    expect(answer).toBeError('Invalid', '3 values of the form cannot be used')
    expect(JSON.stringify(answer.body)).toContain('Server / Pipeline / region')
    const list = await workshop.ada.getComponents({ path: workshop.at })
    expect(list.body.data).toEqual([])
  })

  test('is refused, and has not happened, when the push fails', async () => {
    const workshop = await open()
    await must(
      workshop.ada.updateConfigRepository({
        path: { organization_canonical: workshop.org, config_repository_canonical: 'config' },
        body: { name: 'c', url: `${repositories.folder}/nowhere.git`, branch: 'config', credential_canonical: 'git', default: true },
      }),
    )
    expect(await create(workshop)).toHaveStatus(422)
    const rows = await server.database.query(
      'select from components x join organizations o on o.id = x.organization_id where o.canonical = $1',
      [workshop.org],
    )
    expect(rows).toHaveLength(0)
    const changes = await server.database.query(
      'select from component_changes x join organizations o on o.id = x.organization_id where o.canonical = $1',
      [workshop.org],
    )
    expect(changes).toHaveLength(0)
  })

  test('with a canonical that is taken is a duplicate', async () => {
    const workshop = await open()
    await must(create(workshop))
    expect(await create(workshop)).toHaveStatus(409)
  })

  test('counts in its environment, and finds its project by the stack', async () => {
    const workshop = await open()
    await must(create(workshop))
    const path = { organization_canonical: workshop.org }
    const { data } = (await workshop.ada.getProjects({ path, query: { service_catalog_ref: `${workshop.org}:web` } })).body
    expect(data).toHaveLength(1)
    expect(data[0]?.environments.find(({ canonical }) => canonical === 'prod')?.component_count).toBe(1)
    expect(data[0]?.environments.find(({ canonical }) => canonical === 'staging')?.component_count).toBe(0)
    expect((await workshop.ada.getSummary({ path })).body.data.components).toBe(1)
    const events = (await workshop.ada.getEvents({ path, query: { begin: 0, end: Date.now() + 1000, tag: ['component_canonical:front'] } }))
      .body
    expect(events.data.map(({ title }) => title)).toEqual(['A component has been created'])
  })

  test('does not find its project for those who may not list it', async () => {
    const workshop = await open()
    await must(create(workshop))
    const path = { organization_canonical: workshop.org }
    const keyWith = async (name: string, ...actions: string[]) => {
      const rules = actions.map((action) => ({ action, effect: 'allow' as const, resources: [] }))
      const { body } = await must(workshop.ada.createAPIKey({ path, body: { name, canonical: name, rules } }))
      return server.client(body.data.token)
    }
    const projects = await keyWith('projects', 'organization:project:list')
    const components = await keyWith('components', 'organization:project:list', 'organization:component:list')
    const found = async (client: typeof projects, query: object) => (await must(client.getProjects({ path, query }))).body.data.length
    for (const query of [{ service_catalog_ref: `${workshop.org}:web` }, { service_catalog_source_canonical: 'catalogue' }]) {
      expect(await found(projects, query)).toBe(0)
      expect(await found(components, query)).toBe(1)
    }
    expect(await found(projects, {})).toBe(1)
  })

  test('leaves an event', async () => {
    const workshop = await open()
    await must(create(workshop))
    const events = await server.database.query<{ title: string; message: string }>(
      "select title, message from events x join organizations o on o.id = x.organization_id where o.canonical = $1 and operation = 'component:create'",
      [workshop.org],
    )
    expect(events).toEqual([{ title: 'A component has been created', message: 'ada created the component front' }])
  })

  test.each([
    ['an unknown stack', { service_catalog_ref: 'nobody:nothing' }, 404],
    ['an unknown use case', { use_case: 'other' }, 422],
    ['an unknown cloud provider', { cloud_provider_canonical: 'mars' }, 422],
  ])('with %s is refused', async (_, more, status) => {
    const workshop = await open()
    const body = { name: 'Front', service_catalog_ref: `${workshop.org}:web`, use_case: 'default', vars: vars(), ...more }
    expect(await workshop.ada.createComponent({ path: workshop.at, body })).toHaveStatus(status)
  })
})

describe('updating a component', () => {
  test('changes the values that are sent, and no other byte', async () => {
    const workshop = await open()
    await must(create(workshop))
    const file = `${workshop.org}/shop/prod/front/pipeline/variables.yml`
    repositories.commit(workshop.config, 'config', { [file]: '# mine\nregion:   "eu-west-1"   # here\nby_hand: 1\nbucket: changed\n' })
    const path = { ...workshop.at, component_canonical: 'front' }
    const answer = await workshop.ada.updateComponent({
      path,
      body: { name: 'Front', use_case: 'default', vars: { Server: { Size: { 'module.web.instance_type': 'large' } } } },
    })
    expect(answer).toHaveStatus(200)
    const files = repositories.files(workshop.config, 'config')
    expect(files[file]).toBe('# mine\nregion:   "eu-west-1"   # here\nby_hand: 1\nbucket: changed\n')
    expect(files[`${workshop.org}/shop/prod/front/terraform/main.tf`]).toContain('instance_type = "large" # the size')
    expect((await workshop.ada.getComponentConfig({ path })).body.data).toMatchObject({ Server: { Pipeline: { bucket: 'changed' } } })
  })

  test('that somebody else has changed since is refused, when one says how one read it', async () => {
    const workshop = await open()
    const { body } = await must(create(workshop))
    const path = { ...workshop.at, component_canonical: 'front' }
    const update = (name: string, updated_at?: number) =>
      workshop.ada.updateComponent({ path, body: { name, use_case: 'default', ...(updated_at === undefined ? {} : { updated_at }) } })
    const read = body.data.updated_at ?? 0
    expect(await update('Stale', read - 1)).toBeError('Conflict', 'body.updated_at')
    expect((await workshop.ada.getComponent({ path })).body.data.name).toBe('Front')
    expect(await update('Fresh', read)).toHaveStatus(200)
    expect(await update('Last')).toHaveStatus(200)
  })

  test('that changes nothing makes no commit', async () => {
    const workshop = await open()
    await must(create(workshop))
    const path = { ...workshop.at, component_canonical: 'front' }
    await must(workshop.ada.updateComponent({ path, body: { name: 'Other name', use_case: 'default' } }))
    expect(repositories.log(workshop.config, 'config')).toHaveLength(1)
    expect((await workshop.ada.getComponent({ path })).body.data?.name).toBe('Other name')
  })

  test('by several at once: one wins at a time, and nobody is lost without being told', async () => {
    const workshop = await open()
    await must(create(workshop))
    const path = { ...workshop.at, component_canonical: 'front' }
    const update = (region: string) =>
      workshop.ada.updateComponent({ path, body: { name: 'Front', use_case: 'default', vars: vars({ region }) } })
    const answers = await Promise.all(['a', 'b', 'c'].map(update))
    const regions = ['a', 'b', 'c'].filter((_, index) => answers[index]?.status === 200)
    expect(regions.length).toBeGreaterThan(0)
    for (const answer of answers) expect([200, 409]).toContain(answer.status)
    expect(repositories.log(workshop.config, 'config')).toHaveLength(1 + regions.length)
  })
})

describe('deleting a component', () => {
  test('removes its files, and nothing else', async () => {
    const workshop = await open()
    repositories.commit(workshop.config, 'config', { 'README.md': 'mine\n' })
    await must(create(workshop))
    expect(await workshop.ada.deleteComponent({ path: { ...workshop.at, component_canonical: 'front' } })).toHaveStatus(204)
    expect(repositories.files(workshop.config, 'config')).toEqual({ 'README.md': 'mine\n' })
    expect(await workshop.ada.getComponent({ path: { ...workshop.at, component_canonical: 'front' } })).toHaveStatus(404)
  })

  test('goes before its environment and its project', async () => {
    const workshop = await open()
    await must(create(workshop))
    expect(await workshop.ada.deleteEnvironment({ path: workshop.at })).toBeError('Invalid', 'still has 1 component')
    expect(await workshop.ada.deleteProject({ path: workshop.at })).toBeError('Invalid', 'still has 1 component')
  })
})

describe('moving a component', () => {
  test('writes its files again with the names of the new place', async () => {
    const workshop = await open()
    await must(create(workshop))
    const answer = await workshop.ada.migrateComponent({
      path: { ...workshop.at, component_canonical: 'front' },
      body: { destination_environment_canonical: 'staging' },
    })
    expect(answer.body.data?.environment?.canonical).toBe('staging')
    expect(Object.keys(repositories.files(workshop.config, 'config'))).toEqual([
      `${workshop.org}/shop/staging/front/pipeline/variables.yml`,
      `${workshop.org}/shop/staging/front/terraform/main.tf`,
    ])
    const values = await workshop.ada.getComponentConfig({
      path: { ...workshop.at, environment_canonical: 'staging', component_canonical: 'front' },
    })
    expect(values.body.data).toMatchObject({ Server: { Pipeline: { region: 'eu-west-1' } } })
  })
})
