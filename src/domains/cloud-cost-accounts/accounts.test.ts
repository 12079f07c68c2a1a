import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import { openS3Double, s3Keys } from '../../../test/support/bill-doubles/s3.ts'
import { fresh, member, organization, role, scenario } from '../../../test/support/scenario.ts'
import { useServer } from '../../../test/support/server.ts'
import { must } from '../../../test/support/workshop.ts'
import { readConfig } from '../../config.ts'

const aws = await openS3Double()
const server = useServer({ config: { terraform: { ...readConfig({}).terraform, awsEndpoint: aws.url } } })
afterAll(() => aws[Symbol.asyncDispose]())
beforeEach(() => {
  aws.asked.length = 0
})

const s3 = (more: object = {}) => ({ engine: 'AWSStorage', bucket: 'bills', region: 'eu-west-1', key: 'cur', ...more })
const backend = (more: object = {}) => ({ purpose: 'cost_explorer', configuration: s3(), credential_canonical: 'aws', ...more }) as never

async function open() {
  const org = fresh('acme')
  const { ada, eve } = await scenario(
    server,
    organization(
      org,
      member('ada'),
      role('costs', ['organization:cloud_cost_management:**'], ['organization:external_backend:*']),
      member('eve', 'costs'),
    ),
  )
  const path = { organization_canonical: org }
  const credential = (canonical: string, type: 'aws' | 'gcp', raw: Record<string, string>) =>
    must(ada.createCredential({ path, body: { name: canonical, canonical, type, path: canonical, raw } }))
  await credential('aws', 'aws', s3Keys)
  await credential('gcp', 'gcp', { json_key: '{"project_id": "shop", "private_key": "gcp-secret-value-1"}' })
  const at = (canonical: string) => ({ ...path, cloud_cost_management_account_canonical: canonical })
  const create = (body: object = {}, who = ada) =>
    who.createCloudCostManagementAccount({ path, body: { name: 'Main bill', external_backend: backend(), ...body } as never })
  const get = async (canonical: string) => (await must(ada.getCloudCostManagementAccount({ path: at(canonical) }))).body.data
  const sql = (text: string, ...values: unknown[]) =>
    server.database.query<Record<string, string>>(
      text.replaceAll(':org', `(select id from organizations where canonical = '${org}')`),
      values,
    )
  const imports = () => sql('select status, source, forced::text from cost_imports where organization_id = :org order by id')
  return { org, ada, eve, path, at, create, get, sql, imports, credential }
}

describe('a cloud cost account', () => {
  test('is made with its external backend, and its first import waits', async () => {
    const { ada, create, get, imports, path } = await open()
    const made = (await must(create())).body.data
    expect(made).toMatchObject({
      canonical: 'main-bill',
      name: 'Main bill',
      account_id: '',
      cloud_provider: { canonical: 'aws', name: 'Amazon Web Services' },
      enabled: true,
      status: 'import',
      phase: 'green',
      credential: { canonical: 'aws', type: 'aws' },
      external_backend: { purpose: 'cost_explorer', configuration: s3(), credential_canonical: 'aws' },
    })
    expect(made.status_message).toBeUndefined()
    expect(await get('main-bill')).toEqual(made)
    expect(await imports()).toEqual([{ status: 'waiting', source: 'backend', forced: 'false' }])
    const jobs = await server.database.query<{ task: string }>(
      `select task_identifier as task from graphile_worker.jobs where task_identifier = 'costs.import'`,
    )
    expect(jobs.length).toBeGreaterThan(0)
    expect((await must(ada.getExternalBackends({ path }))).body.data.map(({ id }) => id)).toEqual([made.external_backend?.id])
    expect(JSON.stringify(made)).not.toContain(s3Keys.secret_key)
  })

  test('needs an export that can be read, with a credential that suits it', async () => {
    const { create, imports, ada, path } = await open()
    const refused = async (configuration: object, credential_canonical = 'aws') =>
      create({ external_backend: backend({ configuration, credential_canonical }) })
    expect(await refused(s3(), 'gcp')).toBeError('Invalid', 'needs a credential of the type aws')
    expect(await refused(s3(), 'nobody')).toBeError('Invalid', 'There is no credential nobody')
    expect(await refused({ engine: 'VMwareVsphere', server: 'vsphere.example.com' })).toBeError('Invalid', 'vSphere writes no bills')
    expect(await refused({ engine: 'AzureCostExport', name: 'x' })).toBeError(
      'Invalid',
      'body.external_backend.configuration.scope: is missing',
    )
    expect(await refused({ engine: 'GCPCostStorage', project_id: 'p' }, 'gcp')).toBeError('Invalid', 'dataset: is missing')
    expect(await refused({ engine: 'HTTPStorage', url: 'https://x.example.com' })).toBeError('Invalid', 'holds no billing export')
    expect(await create({ external_backend: backend({ purpose: 'remote_tfstate' }) })).toBeError('Invalid', 'must be cost_explorer')
    expect(await create({ external_backend: backend({ project_canonical: 'web' }) })).toBeError(
      'Invalid',
      'Costs are of the whole organization',
    )
    expect(await refused(s3({ bucket: 'a/b' }))).toBeError('Invalid', 'body.external_backend.configuration.bucket: must be')
    expect(await create({ name: '  ' })).toBeError('Invalid', 'body.name: must not be empty')
    expect(await create({ name: 'a\u0000b' })).toHaveStatus(422)
    expect(await imports()).toEqual([])
    expect((await must(ada.getExternalBackends({ path }))).body.data).toEqual([])
  })

  test('is one: neither its canonical nor its export can be another one too', async () => {
    const { create } = await open()
    await must(create())
    const elsewhere = backend({ configuration: s3({ key: 'other' }) })
    expect(await create({ external_backend: elsewhere })).toBeError('AlreadyExists', 'a cloud cost account with this canonical')
    expect(await create({ name: 'Second' })).toBeError(
      'AlreadyExists',
      'that reads this export, and everything would count twice: main-bill',
    )
    expect(await create({ name: 'Second', external_backend: elsewhere })).toHaveStatus(200)
  })

  test('is made with a credential by whoever may read that', async () => {
    const { create, eve } = await open()
    expect(await create({}, eve)).toBeError('Unauthorized', 'You may not use the credential aws')
  })

  test('may be in Google Storage, or in BigQuery', async () => {
    const { create } = await open()
    const google = (configuration: object, name: string) =>
      create({ name, external_backend: backend({ configuration, credential_canonical: 'gcp' }) })
    const inBucket = await must(google({ engine: 'GCPStorage', bucket: 'bills', object: 'focus' }, 'Bucket'))
    expect(inBucket.body.data.cloud_provider.canonical).toBe('google')
    await must(google({ engine: 'GCPCostStorage', project_id: 'shop', dataset: 'billing' }, 'Table'))
  })

  test('whose bills come as files has neither backend nor import', async () => {
    const { ada, path, imports } = await open()
    const make = (body: object) => ada.createCloudCostFileAccount({ path, body: { name: 'Uploads', cloud_provider: 'azurerm', ...body } })
    const made = (await must(make({}))).body.data
    expect(made).toMatchObject({ canonical: 'uploads', status: 'idle', cloud_provider: { canonical: 'azurerm' } })
    expect(made.external_backend).toBeUndefined()
    expect(await imports()).toEqual([])
    expect(await make({})).toBeError('AlreadyExists', 'canonical')
    expect(await make({ name: 'Other', cloud_provider: 'nimbus' })).toBeError('Invalid', 'There is no cloud provider nimbus')
    await must(make({ name: 'Clusters', cloud_provider: 'kubernetes' }))
  })
})

describe('its state', () => {
  test('is that of the newest import', async () => {
    const { create, get, sql } = await open()
    await must(create())
    const change = (set: string) => sql(`update cost_imports set ${set} where organization_id = :org`)
    await change(`status = 'running', started_at = '2026-08-01T10:00:00Z'`)
    expect(await get('main-bill')).toMatchObject({ status: 'import', last_ingestion_started_at: 1785578400 })
    await change(`status = 'failed', message = 'There is no bucket', ended_at = '2026-08-01T10:01:00Z'`)
    expect(await get('main-bill')).toMatchObject({
      status: 'error',
      status_message: 'There is no bucket',
      last_ingestion_ended_at: 1785578460,
    })
    await change(`status = 'succeeded', message = 'Read July'`)
    const idle = await get('main-bill')
    expect(idle.status).toBe('idle')
    expect(idle.status_message).toBeUndefined()
  })

  test('tells the set of figures in use, and the month that may still change', async () => {
    const { create, get, sql } = await open()
    const { id } = (await must(create())).body.data
    const month = (period: string, state: string, phase: string, finalized: boolean) =>
      sql(
        `insert into cost_months (organization_id, cost_account_id, period, state, phase, finalized) values (:org, ${id}, '${period}', '${state}', '${phase}', ${finalized})`,
      )
    await month('2026-06-01', 'active', 'green', true)
    await month('2026-07-01', 'active', 'blue', false)
    await month('2026-08-01', 'loading', 'green', false)
    expect(await get('main-bill')).toMatchObject({ phase: 'blue', unfinalized_period: '2026-07' })
  })
})

describe('changing one', () => {
  test('renames it, stops its imports, and reads another place anew', async () => {
    const { ada, at, create, imports, sql } = await open()
    const { external_backend } = (await must(create())).body.data
    const update = (body: object) =>
      ada.updateCloudCostManagementAccount({ path: at('main-bill'), body: { enabled: true, ...body } as never })
    const renamed = (await must(update({ name: 'Renamed', enabled: false }))).body.data
    expect(renamed).toMatchObject({ canonical: 'main-bill', name: 'Renamed', enabled: false, external_backend })
    await must(update({ external_backend: backend() }))
    expect(await imports()).toHaveLength(1)
    await sql(
      `insert into cost_months (organization_id, cost_account_id, period, state, phase) select organization_id, id, '2026-07-01', 'active', 'green' from cost_accounts where organization_id = :org`,
    )
    const moved = (await must(update({ external_backend: backend({ configuration: s3({ key: 'new' }) }) }))).body.data
    expect(moved.external_backend).toMatchObject({ id: external_backend?.id, configuration: { key: 'new' } })
    expect(await imports()).toEqual([
      { status: 'waiting', source: 'backend', forced: 'false' },
      { status: 'waiting', source: 'backend', forced: 'true' },
    ])
    expect(await sql('select state from cost_months where organization_id = :org')).toEqual([{ state: 'active' }])
    const toGoogle = { configuration: { engine: 'GCPStorage', bucket: 'bills' }, credential_canonical: 'gcp' }
    expect(await update({ external_backend: backend(toGoogle) })).toBeError('Invalid', 'holds bills of aws')
  })

  test('gives an export to one whose bills came as files', async () => {
    const { ada, path, at, imports } = await open()
    await must(ada.createCloudCostFileAccount({ path, body: { name: 'Uploads', cloud_provider: 'aws' } }))
    const update = (configuration: object, credential_canonical = 'aws') =>
      ada.updateCloudCostManagementAccount({
        path: at('uploads'),
        body: { enabled: true, external_backend: backend({ configuration, credential_canonical }) },
      })
    expect(await update({ engine: 'GCPStorage', bucket: 'bills' }, 'gcp')).toBeError('Invalid', 'holds bills of aws')
    const { external_backend } = (await must(update(s3()))).body.data
    expect(external_backend?.configuration).toEqual(s3())
    expect(await imports()).toHaveLength(1)
  })

  test('deleting it takes its backend along, and readers see nothing of it any more', async () => {
    const { ada, at, path, create, sql } = await open()
    const { id } = (await must(create())).body.data
    await sql(
      `insert into cost_months (organization_id, cost_account_id, period, state, phase) values (:org, ${id}, '2026-07-01', 'active', 'green')`,
    )
    expect(await ada.deleteCloudCostManagementAccount({ path: at('main-bill') })).toHaveStatus(204)
    expect(await ada.getCloudCostManagementAccount({ path: at('main-bill') })).toHaveStatus(404)
    expect((await must(ada.getExternalBackends({ path }))).body.data).toEqual([])
    expect(await sql('select state, cost_account_id from cost_months where organization_id = :org')).toEqual([
      { state: 'replaced', cost_account_id: null },
    ])
    const jobs = await server.database.query(`select 1 from graphile_worker.jobs where task_identifier = 'costs.clear'`)
    expect(jobs.length).toBeGreaterThan(0)
    expect(await ada.deleteCloudCostManagementAccount({ path: at('main-bill') })).toHaveStatus(404)
  })
})

describe('external backends for cost_explorer', () => {
  test('bring their account along, follow it, and leave it its figures', async () => {
    const { ada, path, get, imports } = await open()
    const body = backend() as object
    const made = (await must(ada.createExternalBackend({ path, body: body as never }))).body.data
    const account = await get('aws-bills')
    expect(account).toMatchObject({ name: 'AWS bills', status: 'import', external_backend: { id: made.id } })
    expect(await ada.createExternalBackend({ path, body: body as never })).toBeError('AlreadyExists', 'aws-bills')
    const other = { ...body, configuration: s3({ key: 'other' }) } as never
    await must(ada.createExternalBackend({ path, body: other }))
    expect((await get('aws-bills-2')).status).toBe('import')
    const at = { ...path, external_backend_id: made.id ?? 0 }
    await must(ada.updateExternalBackend({ path: at, body: { ...body, configuration: s3({ key: 'third' }) } as never }))
    expect((await imports()).map(({ forced }) => forced)).toEqual(['false', 'false', 'true'])
    expect(await ada.deleteExternalBackend({ path: at })).toHaveStatus(204)
    expect((await get('aws-bills')).external_backend).toBeUndefined()
    const vsphere = { purpose: 'cost_explorer', configuration: { engine: 'VMwareVsphere', server: 'vsphere.example.com' } }
    await must(
      ada.createCredential({
        path,
        body: { name: 'vmware', type: 'vmware', path: 'v', raw: { username: 'u', password: 'vmware-secret-1' } },
      }),
    )
    expect(await ada.createExternalBackend({ path, body: { ...vsphere, credential_canonical: 'vmware' } as never })).toBeError(
      'Invalid',
      'vSphere writes no bills',
    )
  })
})

describe('the list', () => {
  test('is ordered, has pages, and keeps accounts of one time', async () => {
    const { ada, path, sql } = await open()
    for (const name of ['Beta', 'Alpha', 'Gamma'])
      await must(ada.createCloudCostFileAccount({ path, body: { name, cloud_provider: 'aws' } }))
    await sql(`update cost_accounts set created_at = '2026-01-01T00:00:00Z' where organization_id = :org and canonical = 'gamma'`)
    const list = async (query: object) => {
      const { data, pagination } = (await must(ada.getCloudCostManagementAccounts({ path, query }))).body
      return [data.map(({ canonical }) => canonical), pagination?.total]
    }
    expect(await list({})).toEqual([['alpha', 'beta', 'gamma'], 3])
    expect(await list({ order_by: 'cloud_cost_management_account_name:desc', page_size: 2 })).toEqual([['gamma', 'beta'], 3])
    expect(await list({ order_by: 'cloud_cost_management_account_created_at', page_size: 1 })).toEqual([['gamma'], 3])
    expect(await list({ cloud_cost_management_account_created_at_query: 1767225600 })).toEqual([['gamma'], 1])
    expect(await list({ cloud_cost_management_account_created_at_query: 1 })).toEqual([[], 0])
    expect(await ada.getCloudCostManagementAccounts({ path, query: { order_by: 'secret' } })).toHaveStatus(422)
  })

  test('of linked accounts shows the names that people chose, then those of the bill, then numbers', async () => {
    const { ada, at, create, sql } = await open()
    const { id } = (await must(create())).body.data
    await sql(`insert into cost_linked_accounts (organization_id, cost_account_id, account_id, cloud_provider, billed_name)
      values (:org, ${id}, '222', 'aws', 'Shop'), (:org, ${id}, '111', 'aws', '')`)
    const list = async () =>
      (await must(ada.getCloudCostManagementLinkedAccounts({ path: at('main-bill') }))).body.data.map(({ account_id, name }) => [
        account_id,
        name,
      ])
    expect(await list()).toEqual([
      ['111', '111'],
      ['222', 'Shop'],
    ])
    const name = (account: string, name: string) =>
      ada.updateCloudCostManagementLinkedAccount({ path: { ...at('main-bill'), cloud_provider_account_id: account }, body: { name } })
    expect((await must(name('222', 'Web shop'))).body.data).toMatchObject({ name: 'Web shop', account_id: '222', cloud_provider: 'aws' })
    expect(await list()).toEqual([
      ['111', '111'],
      ['222', 'Web shop'],
    ])
    await must(name('222', ''))
    expect((await list())[1]).toEqual(['222', 'Shop'])
    expect(await name('333', 'Nobody')).toBeError('NotFoundEntity', 'linked account 333')
    expect(await name('222', 'x'.repeat(201))).toHaveStatus(422)
  })
})
