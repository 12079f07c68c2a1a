import { describe, expect, test } from 'vitest'
import { environment, fresh, member, organization, project, role, scenario } from '../../../test/support/scenario.ts'
import { useServer } from '../../../test/support/server.ts'
import { must } from '../../../test/support/workshop.ts'

const server = useServer()

const secrets: Record<string, Record<string, string>> = {
  aws: { access_key: 'AKIAAAAAAAAAAAAAAAAA', secret_key: 'aws-secret-value-1' },
  azure: { client_id: 'c', client_secret: 'azure-secret-value-1', subscription_id: 's', tenant_id: 't' },
  azure_storage: { account_name: 'acc', access_key: 'azure-storage-secret-1' },
  basic_auth: { username: 'u', password: 'basic-secret-value-1' },
  elasticsearch: { username: 'u', password: 'elastic-secret-value-1', ca_cert: '' },
  gcp: { json_key: '{"private_key": "gcp-secret-value-1"}' },
  swift: { auth_url: 'https://keystone.example.com', username: 'u', password: 'swift-secret-value-1', domain_id: 'd', tenant_id: 't' },
  vmware: { username: 'u', password: 'vmware-secret-value-1' },
}
/** A credential of each type, called as the type, with dashes. */
const named = (type: string) => type.replace('_', '-')

async function open() {
  const org = fresh('acme')
  const { ada, eve } = await scenario(
    server,
    organization(
      org,
      member('ada'),
      role('backends', ['organization:external_backend:*'], ['organization:project:update'], ['organization:environment:update']),
      member('eve', 'backends'),
      project('web', environment('prod'), environment('dev')),
      project('api', environment('prod')),
    ),
  )
  const path = { organization_canonical: org }
  const credential = (type: string) =>
    must(
      ada.createCredential({
        path,
        body: { name: type, canonical: named(type), type: type as 'aws', path: named(type), raw: secrets[type] ?? {} },
      }),
    )
  const create = (body: object, who = ada) => who.createExternalBackend({ path, body: body as never })
  return { org, ada, eve, path, credential, create }
}

const source = { index: 'logs-*', mapping: { host: 'host.name', message: 'message', timestamp: '@timestamp' } }
const es = { engine: 'ElasticsearchLogs', urls: ['https://es.example.com:9200'], version: '7', sources: { prod: { app: source } } }
const s3 = { engine: 'AWSStorage', bucket: 'states', region: 'eu-west-1', key: 'web/terraform.tfstate' }
const inWeb = { project_canonical: 'web' }

/** Engine, purpose, its configuration as complete as it can be, the type of its credential. */
const table: [engine: string, purposes: string[], configuration: object, credential: string][] = [
  ['AWSCloudWatchLogs', ['logs', 'events'], { region: 'eu-west-1' }, 'aws'],
  [
    'AWSStorage',
    ['remote_tfstate', 'cost_explorer'],
    { ...s3, endpoint: 'https://minio.example.com', s3_force_path_style: true, skip_verify_ssl: false },
    'aws',
  ],
  ['AWSRemoteTFState', ['remote_tfstate'], s3, 'aws'],
  ['AzureStorage', ['remote_tfstate'], { container: 'states', blob: 'web' }, 'azure_storage'],
  ['AzureRemoteTFState', ['remote_tfstate'], { container: 'states', blob: 'web', endpoint: 'https://blob.example.com' }, 'azure_storage'],
  [
    'AzureCostExport',
    ['cost_explorer'],
    { name: 'n', scope: 'subscriptions/1', blob_service_url: 'https://a.blob.core.windows.net' },
    'azure',
  ],
  ['ElasticsearchLogs', ['logs', 'events'], es, 'elasticsearch'],
  ['GCPStorage', ['remote_tfstate', 'cost_explorer'], { bucket: 'states', object: 'web' }, 'gcp'],
  ['GCPRemoteTFState', ['remote_tfstate'], { bucket: 'states', object: 'web' }, 'gcp'],
  ['GCPCostStorage', ['cost_explorer'], { project_id: 'p', dataset: 'd', table: 't' }, 'gcp'],
  ['GitLabHTTPStorage', ['remote_tfstate'], { url: 'https://gitlab.example.com/api/v4/projects/1/terraform/state/x' }, 'basic_auth'],
  ['HTTPStorage', ['remote_tfstate'], { url: 'https://state.example.com/x' }, 'basic_auth'],
  ['SwiftStorage', ['remote_tfstate'], { container: 'states', region: 'RegionOne', object: 'web', skip_verify_ssl: true }, 'swift'],
  ['SwiftRemoteTFState', ['remote_tfstate'], { container: 'states', region: 'GRA', object: 'web' }, 'swift'],
]
const purposes = ['events', 'logs', 'remote_tfstate', 'cost_explorer']

describe('every kind of backend', () => {
  test.each(table)(
    '%s is for its purposes, with its credential, and shows what was given',
    async (engine, suiting, configuration, type) => {
      const { create, credential, ada, path } = await open()
      await credential(type)
      await credential(type === 'aws' ? 'gcp' : 'aws')
      for (const purpose of purposes) {
        const body = { purpose, configuration: { ...configuration, engine }, ...(purpose === 'cost_explorer' ? {} : inWeb) }
        const made = await create({ ...body, credential_canonical: named(type) })
        if (!suiting.includes(purpose)) {
          expect(made).toBeError('Invalid', `cannot be used for ${purpose}`)
          continue
        }
        expect(made).toHaveStatus(200)
        expect(made.body.data.configuration).toEqual({ ...configuration, engine })
        expect(made.body.data).toMatchObject({ purpose, default: false, credential_canonical: named(type) })
        expect(typeof made.body.data.jwt).toBe(purpose === 'remote_tfstate' ? 'string' : 'undefined')
        const got = await must(ada.getExternalBackend({ path: { ...path, external_backend_id: made.body.data.id ?? 0 } }))
        expect(got.body).toEqual(made.body)
        expect(JSON.stringify(got.body)).not.toContain('secret')
        const other = await create({
          ...body,
          project_canonical: purpose === 'cost_explorer' ? undefined : 'api',
          credential_canonical: type === 'aws' ? 'gcp' : 'aws',
        })
        expect(other).toBeError('Invalid', `needs a credential of the type ${type}`)
        const without = await create({ ...body, project_canonical: purpose === 'cost_explorer' ? undefined : 'api' })
        expect(without.status).toBe(['HTTPStorage', 'ElasticsearchLogs'].includes(engine) ? 200 : 422)
      }
    },
  )

  const wrong: [what: string, engine: string, configuration: object, field: string][] = [
    ['a bucket is missing', 'AWSStorage', { region: 'eu-west-1', key: 'k' }, 'body.configuration.bucket: '],
    ['a key is missing', 'AWSStorage', { bucket: 'states', region: 'eu-west-1', key: '' }, 'key: is missing, which only a default'],
    ['a bucket has a slash', 'AWSStorage', { ...s3, bucket: 'a/b' }, 'bucket: must be the name of a bucket'],
    ['an endpoint is no URL', 'AWSStorage', { ...s3, endpoint: 'minio' }, 'endpoint: must be a URL'],
    ['an endpoint is a file', 'AWSStorage', { ...s3, endpoint: 'file:///etc/passwd' }, 'endpoint: must be a URL'],
    ['a URL carries a password', 'HTTPStorage', { url: 'https://u:p@state.example.com' }, 'url: must not carry a user name or password'],
    ['a blob is missing', 'AzureStorage', { container: 'c' }, 'blob: is missing'],
    ['an object is missing', 'SwiftStorage', { container: 'c', region: 'GRA' }, 'object: is missing'],
    ['a region is a host', 'AWSCloudWatchLogs', { region: 'evil.example.com/' }, 'region: must be a region of AWS'],
    ['there is no URL', 'ElasticsearchLogs', { ...es, urls: [] }, 'urls: must hold at least one URL'],
    ['a version is unknown', 'ElasticsearchLogs', { ...es, version: '9' }, 'version: must be a version'],
    [
      'an index leads elsewhere',
      'ElasticsearchLogs',
      { ...es, sources: { prod: { app: { ...source, index: '..' } } } },
      'sources.prod.app.index: must be',
    ],
    [
      'an index has a slash',
      'ElasticsearchLogs',
      { ...es, sources: { prod: { app: { ...source, index: '../_cluster' } } } },
      'index: must be',
    ],
    ['a mapping is missing', 'ElasticsearchLogs', { ...es, sources: { prod: { app: { index: 'x' } } } }, 'mapping: must say'],
    [
      'a filter is a number',
      'ElasticsearchLogs',
      { ...es, sources: { prod: { app: { ...source, prefilters: 7 } } } },
      'prefilters: must be',
    ],
    ['a text holds NUL', 'GCPStorage', { bucket: 'states', object: 'a\0b' }, 'object: holds a character'],
  ]
  test.each(wrong)('is refused by the name of the field when %s', async (_, engine, configuration, field) => {
    const { create, credential } = await open()
    const type = table.find(([name]) => name === engine)?.[3] ?? ''
    await credential(type)
    const purpose = table.find(([name]) => name === engine)?.[1][0]
    const refused = await create({ purpose, configuration: { ...configuration, engine }, ...inWeb, credential_canonical: named(type) })
    expect(refused).toHaveStatus(422)
    expect(JSON.stringify(refused.body)).toContain(field)
  })

  test('is known by its engine, and keeps no field that it does not have', async () => {
    const { create } = await open()
    expect(await create({ purpose: 'logs', configuration: { engine: 'Floppy' }, ...inWeb })).toHaveStatus(422)
    const made = await create({
      purpose: 'remote_tfstate',
      configuration: { engine: 'HTTPStorage', url: 'https://x.example.com', password: 'hunter2' },
      ...inWeb,
    })
    expect(JSON.stringify(made.body)).not.toContain('hunter2')
  })

  test('keeps nothing that is nested without end', async () => {
    const { ada, path } = await open()
    const deep = `${'['.repeat(100_000)}${']'.repeat(100_000)}`
    const inSource = `{"index": "i", "mapping": {"host": "h", "message": "m", "timestamp": "t", "x": DEEP}, "junk": DEEP}`
    const es = `{"engine": "ElasticsearchLogs", "urls": ["https://e.example.com"], "version": "7", "junk": DEEP, "sources": {"prod": {"app": ${inSource}, "__proto__": ${inSource}}}}`
    const body = `{"purpose": "logs", "default": true, "configuration": ${es}}`
    const made = await ada.call('createExternalBackend', { path, body: body.replaceAll('DEEP', deep) })
    expect(made).toHaveStatus(200)
    expect(JSON.stringify(made.body)).not.toMatch(/junk|\[\[/)
    const filter = body.replaceAll('"junk": DEEP', '"prefilters": DEEP').replaceAll('DEEP', deep)
    expect(await ada.call('createExternalBackend', { path, body: filter })).toBeError('Invalid', 'configuration of ElasticsearchLogs')
  })
})

describe('the place of a backend', () => {
  const http = { engine: 'HTTPStorage', url: 'https://state.example.com/x' }
  const states = { purpose: 'remote_tfstate', configuration: http }

  test('is the organization, a project or an environment, once for each purpose', async () => {
    const { create, ada, path } = await open()
    const places = [{ default: true }, inWeb, { ...inWeb, environment_canonical: 'prod' }, { ...inWeb, environment_canonical: 'dev' }]
    for (const place of places) expect(await create({ ...states, ...place })).toHaveStatus(200)
    for (const place of places) expect(await create({ ...states, ...place })).toBeError('AlreadyExists', 'remote_tfstate')
    expect(await create({ purpose: 'logs', configuration: es, ...inWeb })).toHaveStatus(200)
    const count = async (query: object) => (await must(ada.getExternalBackends({ path, query }))).body.data.length
    expect(await count({})).toBe(5)
    expect(await count({ external_backend_default: true })).toBe(1)
    expect(await count({ external_backend_default: false })).toBe(4)
    expect(await count({ project_canonical: 'web' })).toBe(4)
    expect(await count({ project_canonical: 'web', environment_canonical: 'dev' })).toBe(1)
    expect(await count({ component_canonical: 'none' })).toBe(0)
  })

  test('must be there, and is either everywhere or somewhere', async () => {
    const { create } = await open()
    expect(await create(states)).toBeError('Invalid', 'default of the organization, or of one')
    expect(await create({ ...states, environment_canonical: 'prod' })).toBeError('Invalid', 'default of the organization, or of one')
    expect(await create({ ...states, ...inWeb, component_canonical: 'c' })).toHaveStatus(422)
    expect(await create({ ...states, ...inWeb, default: true })).toBeError('Invalid', 'of the whole organization')
    expect(await create({ ...states, project_canonical: 'nowhere' })).toBeError('Invalid', 'does not exist')
    expect(await create({ ...states, project_canonical: 'api', environment_canonical: 'dev' })).toBeError('Invalid', 'does not exist')
    expect(await create({ ...states, ...inWeb, environment_canonical: 'dev', component_canonical: 'c' })).toBeError(
      'Invalid',
      'does not exist',
    )
  })

  test('may stand in the query', async () => {
    const { ada, path } = await open()
    const made = await ada.createExternalBackend({ path, query: { project_canonical: 'web' }, body: states as never })
    expect(made.body.data.project_canonical).toBe('web')
    const twice = await ada.createExternalBackend({
      path,
      query: { project_canonical: 'web' },
      body: { ...states, project_canonical: 'api' } as never,
    })
    expect(twice).toBeError('Invalid', 'differently')
  })

  test('taken by two at once is given to one', async () => {
    const { create } = await open()
    const both = await Promise.all([create({ ...states, default: true }), create({ ...states, default: true })])
    expect(both.map(({ status }) => status).sort()).toEqual([200, 409])
  })

  test('is left out for a default, whose file is computed', async () => {
    const { create, credential } = await open()
    await credential('aws')
    const configuration = { engine: 'AWSStorage', bucket: 'states', region: 'eu-west-1' }
    expect(await create({ purpose: 'remote_tfstate', default: true, configuration, credential_canonical: 'aws' })).toHaveStatus(200)
  })
})

describe('a backend that is there', () => {
  const body = (more: object = {}) => ({ purpose: 'remote_tfstate', configuration: s3, ...inWeb, credential_canonical: 'aws', ...more })

  test('keeps its number and its token when it changes, and its purpose', async () => {
    const { create, credential, ada, path } = await open()
    await credential('aws')
    const { data } = (await must(create(body()))).body
    const at = { ...path, external_backend_id: data.id ?? 0 }
    const update = (change: object) => ada.updateExternalBackend({ path: at, body: change as never })
    const changed = await must(update(body({ configuration: { ...s3, bucket: 'others' }, environment_canonical: 'prod' })))
    expect(changed.body.data).toMatchObject({
      id: data.id,
      jwt: data.jwt,
      environment_canonical: 'prod',
      configuration: { bucket: 'others' },
    })
    expect(await update({ ...body(), id: 1 + (data.id ?? 0) })).toBeError('Invalid', 'cannot be changed')
    expect(await update({ ...body(), purpose: 'cost_explorer', project_canonical: undefined })).toBeError('Invalid', 'purpose')
    expect(await ada.deleteExternalBackend({ path: at })).toHaveStatus(204)
    expect(await update(body())).toHaveStatus(404)
    expect(await ada.getExternalBackend({ path: at })).toHaveStatus(404)
  })

  test('keeps its credential from being deleted, which says who uses it', async () => {
    const { create, credential, ada, path } = await open()
    await credential('aws')
    const { data } = (await must(create(body({ environment_canonical: 'prod' })))).body
    const aws = { ...path, credential_canonical: 'aws' }
    expect((await must(ada.getCredential({ path: aws }))).body.data.in_use?.external_backends).toEqual([
      { engine: 'AWSStorage', purpose: 'remote_tfstate', project: { canonical: 'web', name: 'web' }, environment: { canonical: 'prod' } },
    ])
    expect(await ada.deleteCredential({ path: aws })).toBeError('Conflict', 'external backend AWSStorage for remote_tfstate of web/prod')
    await must(ada.deleteExternalBackend({ path: { ...path, external_backend_id: data.id ?? 0 } }))
    expect(await ada.deleteCredential({ path: aws })).toHaveStatus(204)
  })

  test('takes only credentials that the caller may read; what goes where it went, for the same place, may stay', async () => {
    const { create, credential, ada, eve, path } = await open()
    await credential('aws')
    expect(await create(body(), eve)).toBeError('Unauthorized', 'grants you to read it')
    const { data } = (await must(create(body()))).body
    const at = { ...path, external_backend_id: data.id ?? 0 }
    expect(await eve.updateExternalBackend({ path: at, body: body() as never })).toHaveStatus(200)
    for (const place of [{ environment_canonical: 'dev' }, { project_canonical: 'api' }, { project_canonical: undefined, default: true }])
      expect(await eve.updateExternalBackend({ path: at, body: body(place) as never })).toBeError('Unauthorized', 'grants you to read it')
    const elsewhere = body({ configuration: { ...s3, endpoint: 'https://evil.example.com' } })
    expect(await eve.updateExternalBackend({ path: at, body: elsewhere as never })).toHaveStatus(403)
    expect(await ada.updateExternalBackend({ path: at, body: elsewhere as never })).toHaveStatus(200)
  })

  test('is told in the events', async () => {
    const { create, credential, ada, path } = await open()
    await credential('aws')
    await must(create(body()))
    const events = await must(ada.getEvents({ path, query: { begin: Date.now() - 600_000, end: Date.now() + 600_000 } }))
    expect(JSON.stringify(events.body)).toContain('ada created the external backend AWSStorage for remote_tfstate of web')
  })
})
