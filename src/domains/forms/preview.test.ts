import { once } from 'node:events'
import { createServer } from 'node:http'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { useRepositories } from '../../../test/support/repositories.ts'
import { fresh, member, organization, scenario } from '../../../test/support/scenario.ts'
import { openTestServer, type TestServer, useServer } from '../../../test/support/server.ts'
import { webStack } from '../../../test/support/web-stack.ts'
import { gitIn, must, openWorkshop } from '../../../test/support/workshop.ts'

const repositories = useRepositories()
const server = useServer({ config: { ...gitIn(repositories), privateAddresses: ['127.0.0.1'] } })

/** Region in the pipeline's variables and in Terraform: one field, two files. */
const sharedForm = webStack()['web/.forms.yml']?.replace('technologies: [pipeline]', 'technologies: [pipeline, terraform]') ?? ''
const open = (files: Record<string, string> = {}) => openWorkshop(server, repositories, { ...webStack(), ...files })
const preview = (
  { ada, at, org }: Awaited<ReturnType<typeof open>>,
  vars: Record<string, Record<string, Record<string, unknown>>>,
  more = {},
) =>
  ada.interpolateFormsConfig({
    path: { ...at, ...more },
    body: { service_catalog_ref: `${org}:web`, component_canonical: 'front', use_case: 'default', vars },
  })
const create = ({ ada, at, org }: Awaited<ReturnType<typeof open>>, vars: Record<string, Record<string, Record<string, unknown>>>) =>
  must(
    ada.createComponent({
      path: at,
      body: { name: 'Front', canonical: 'front', service_catalog_ref: `${org}:web`, use_case: 'default', vars },
    }),
  )

describe('a preview', () => {
  test('shows the files that a component would get, and writes none', async () => {
    const workshop = await open()
    const answer = await preview(workshop, { Server: { Pipeline: { region: 'eu-west-1' } } }, { environment_canonical: 'not-yet' })
    expect(answer).toHaveStatus(200)
    expect(answer.body.data?.pipeline.variables).toMatchObject({
      destination: `${workshop.org}/shop/not-yet/front/pipeline/variables.yml`,
      content: expect.stringContaining('region: eu-west-1 # filled by the form'),
    })
    expect(answer.body.data?.pipeline.pipeline.content).toContain('deploy-shop-not-yet')
    expect(answer.body.data?.terraform?.main?.content).toContain('instance_type = "small" # the size')
    expect(() => repositories.log(workshop.config, 'config')).toThrow()
  })

  test('is what creating writes, byte for byte', async () => {
    const workshop = await open()
    const vars = { Server: { Pipeline: { region: 'eu-west-1', labels: { a: [1, 2] } } } }
    const { data } = (await must(preview(workshop, vars))).body
    await create(workshop, vars)
    const files = repositories.files(workshop.config, 'config')
    for (const file of [data?.pipeline.variables, data?.terraform?.main]) expect(files[file?.destination ?? '']).toBe(file?.content)
  })

  test('of a component that exists starts from its files', async () => {
    const workshop = await open()
    await create(workshop, { Server: { Pipeline: { region: 'eu-west-1' } } })
    const path = `${workshop.org}/shop/prod/front/pipeline/variables.yml`
    repositories.commit(workshop.config, 'config', { [path]: '# by hand\nregion: eu-west-1\nbucket: mine\n' })
    const { data } = (await must(preview(workshop, { Server: { Pipeline: { region: 'us-east-1' } } }))).body
    expect(data?.pipeline.variables.content).toBe('# by hand\nregion: us-east-1\nbucket: mine\n')
  })

  test('shows each file as it is and as it will be', async () => {
    const workshop = await open()
    const vars = (region: string) => ({ Server: { Pipeline: { region } } })
    const filesOf = async (region: string) => (await must(preview(workshop, vars(region)))).body.data?.files ?? []
    const path = `${workshop.org}/shop/prod/front/pipeline/variables.yml`
    const fresh = (await filesOf('eu-west-1')).find((file) => file.path === path)
    expect(fresh).toMatchObject({ exists: false, technology: 'pipeline', after: expect.stringContaining('region: eu-west-1') })
    expect(fresh).not.toHaveProperty('before')
    await create(workshop, vars('eu-west-1'))
    expect((await filesOf('us-east-1')).find((file) => file.path === path)).toMatchObject({
      exists: true,
      before: expect.stringContaining('region: eu-west-1'),
      after: expect.stringContaining('region: us-east-1'),
    })
  })

  test('says of a file that is not the component’s own that it is there, and not what it holds', async () => {
    const workshop = await open()
    await create(workshop, { Server: { Pipeline: { region: 'eu-west-1' } } })
    const path = `${workshop.org}/shop/prod/next/pipeline/variables.yml`
    repositories.commit(workshop.config, 'config', { [path]: 'password: somebody-elses\n' })
    const answer = await workshop.ada.interpolateFormsConfig({
      path: workshop.at,
      body: {
        service_catalog_ref: `${workshop.org}:web`,
        component_canonical: 'next',
        use_case: 'default',
        vars: { Server: { Pipeline: { region: 'x' } } },
      },
    })
    expect(answer.body.data?.files?.find((file) => file.path === path)).toMatchObject({ exists: true })
    expect(JSON.stringify(answer.body)).not.toContain('somebody-elses')
  })

  test('refuses what creating would refuse', async () => {
    const workshop = await open()
    expect(await preview(workshop, {})).toBeError('Invalid', 'region')
    expect(await preview(workshop, {}, { project_canonical: 'nothing' })).toHaveStatus(404)
  })
})

describe('the form of a component', () => {
  const configOf = async ({ ada, at, org }: Awaited<ReturnType<typeof open>>) => {
    const { organization_canonical, project_canonical, environment_canonical } = at
    const answer = await must(
      ada.getServiceCatalogConfig({
        path: { organization_canonical, service_catalog_ref: `${org}:web` },
        query: { project_canonical, environment_canonical, component_canonical: 'front', use_case: 'default' },
      }),
    )
    return answer.body.data?.default?.forms?.sections[0]?.groups.flatMap((group) => group.vars) ?? []
  }

  test('carries the values that stand in its files now', async () => {
    const workshop = await open()
    await create(workshop, { Server: { Pipeline: { region: 'eu-west-1' } } })
    const path = `${workshop.org}/shop/prod/front/terraform/main.tf`
    repositories.commit(workshop.config, 'config', { [path]: 'module "web" {\n  instance_type = "large"\n}\n' })
    const vars = await configOf(workshop)
    expect(vars.find(({ key }) => key === 'module.web.instance_type')?.current).toBe('large')
    expect(vars.find(({ key }) => key === 'region')?.current).toBe('eu-west-1')
    expect(vars.find(({ key }) => key === 'bucket')?.default).toBe(`${workshop.org}-shop-state`)
  })

  test('shows where two files of one field disagree', async () => {
    const workshop = await open({ 'web/.forms.yml': sharedForm })
    await create(workshop, { Server: { Pipeline: { region: 'eu-west-1' } } })
    const root = `${workshop.org}/shop/prod/front`
    expect(repositories.files(workshop.config, 'config')[`${root}/terraform/main.tf`]).toContain('region = "eu-west-1"')
    const variables = `${root}/pipeline/variables.yml`
    const text = repositories.files(workshop.config, 'config')[variables] ?? ''
    repositories.commit(workshop.config, 'config', { [variables]: text.replace('eu-west-1', 'mars-1') })
    const region = (await configOf(workshop)).find(({ key }) => key === 'region')
    expect(region?.mismatch_values).toEqual(['mars-1', 'eu-west-1'])
    expect(region).not.toHaveProperty('current')
  })

  test('is not shown with its values to who may only read the stack', async () => {
    const workshop = await open()
    await create(workshop, { Server: { Pipeline: { region: 'secret-region' } } })
    const key = await must(
      workshop.ada.createAPIKey({
        path: { organization_canonical: workshop.org },
        body: { name: 'Reader', rules: [{ action: 'organization:service_catalog:*', effect: 'allow' }] },
      }),
    )
    const vars = await configOf({ ...workshop, ada: server.client(key.body.data?.token) })
    expect(vars.length).toBeGreaterThan(0)
    expect(JSON.stringify(vars)).not.toContain('secret-region')
  })
})

describe('values from an address', () => {
  let closed: TestServer & AsyncDisposable
  const values = createServer((request, response) => {
    if (request.url === '/list.json') response.end('["a","b"]')
    else if (request.url === '/deep.json') response.end(`${'['.repeat(100_000)}${']'.repeat(100_000)}`)
    else if (request.url === '/there') response.writeHead(302, { location: 'http://[::1]:1/' }).end()
    else response.end('<html>')
  })
  let base = ''
  beforeAll(async () => {
    closed = await openTestServer({ beside: server, config: { privateAddresses: [] } })
    values.listen(0, '127.0.0.1')
    await once(values, 'listening')
    const address = values.address()
    base = `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`
  })
  afterAll(async () => {
    values.close()
    await closed[Symbol.asyncDispose]()
  })
  const ask = async (url: string, from: TestServer = server) => {
    const org = fresh('acme')
    const { ada } = await scenario(server, organization(org, member('ada')))
    return from.client(ada.token).valuesRefForms({ path: { organization_canonical: org }, body: { url } })
  }

  test('are passed on when they are JSON', async () => {
    expect((await ask(`${base}/list.json`)).body.data).toEqual(['a', 'b'])
  })

  test.each(['/', '/there'])('are refused at %s, which is none or leads elsewhere', async (path) => {
    expect(await ask(`${base}${path}`)).toHaveStatus(422)
  })

  test('are refused when they are nested too deeply to be passed on', async () => {
    expect(await ask(`${base}/deep.json`)).toBeError('Invalid', 'nested')
  })

  test.each(['http://169.254.169.254/latest/meta-data', 'file:///etc/passwd', 'http://localhost:5432/', 'nonsense'])(
    'are never asked of %s',
    async (url) => {
      expect(await ask(url, closed)).toHaveStatus(422)
    },
  )

  test('are never asked of this machine, unless the operator says so', async () => {
    expect(await ask(`${base}/list.json`, closed)).toBeError('Invalid', 'cannot be used')
  })
})
