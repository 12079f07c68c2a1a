import { expect, test } from 'vitest'
import { fresh, member, organization, scenario } from '../../../test/support/scenario.ts'
import { useServer } from '../../../test/support/server.ts'
import { must } from '../../../test/support/workshop.ts'
import { openPostgresStore } from '../../costs/postgres/store.ts'
import { OrgTx } from '../../db/organization-tx.ts'
import { insideOf } from '../../db/pool.ts'
import { isSameAccount } from './children.ts'
import { exportName, placeOf } from './exports.ts'
import { listCovering } from './queries.ts'

const server = useServer()

async function open() {
  const org = fresh('acme')
  const { ada } = await scenario(server, organization(org, member('ada')))
  const path = { organization_canonical: org }
  const credential = (canonical: string, type: 'aws' | 'azure', raw: Record<string, string>) =>
    must(ada.createCredential({ path, body: { name: canonical, canonical, type, path: canonical, raw } }))
  await credential('aws', 'aws', { access_key: 'AKIAEXAMPLE000000001', secret_key: 'aws-secret-value-1' })
  await credential('azure', 'azure', {
    ...{ subscription_id: '64e355d7-997c-491d-b0c1-8414dccfcf42', tenant_id: 'tenant', client_id: 'client' },
    ...{ client_secret: 'azure-secret-value-1', environment: 'public' },
  })
  const create = (name: string, configuration: object, credential_canonical = 'aws') =>
    ada.createCloudCostManagementAccount({
      path,
      body: { name, external_backend: { purpose: 'cost_explorer', configuration, credential_canonical } } as never,
    })
  const [row] = await server.database.query<{ id: string }>(`select id from organizations where canonical = '${org}'`)
  return { ada, path, org, create, organizationId: Number(row?.id) }
}

const bucket = (key: string) => ({ engine: 'AWSStorage', bucket: 'bills', region: 'eu-west-1', key })
const azure = (blob_service_url: string) => ({ engine: 'AzureCostExport', blob_service_url })

test('the same folder is the same export, with slashes around it or without', async () => {
  const { create } = await open()
  await must(create('First', bucket('cur/daily')))
  for (const key of ['cur/daily/', '/cur/daily', '//cur//daily/'])
    expect(await create(`Once more ${key}`, bucket(key))).toBeError('AlreadyExists', 'everything would count twice: first')
  await must(create('Second', bucket('cur/monthly')))
  await must(create('Third', azure('https://Shop.blob.core.windows.net/exports/daily/'), 'azure'))
  expect(await create('Fourth', azure('https://shop.blob.core.windows.net/exports//daily'), 'azure')).toBeError('AlreadyExists', 'third')
  expect(placeOf(bucket('/a/'))).toEqual(placeOf(bucket('a')))
  expect(placeOf(bucket('a'))).not.toEqual(placeOf(bucket('a/b')))
})

test('an export has one account, also when several are made of it at once', async () => {
  const { create } = await open()
  const made = await Promise.all(Array.from({ length: 6 }, (_, index) => create(`Bill ${index}`, bucket('cur'))))
  expect(made.map(({ status }) => status).sort()).toEqual([200, 409, 409, 409, 409, 409])
})

test('an account whose imports are stopped remembers that its export lies elsewhere now, and reads it anew afterwards', async () => {
  const { create, ada, path, organizationId } = await open()
  await must(create('Main bill', bucket('old')))
  await server.database.query(`update cost_imports set status = 'succeeded' where organization_id = ${organizationId}`)
  const update = async (body: object) =>
    (
      await must(
        ada.updateCloudCostManagementAccount({
          path: { ...path, cloud_cost_management_account_canonical: 'main-bill' },
          body: body as never,
        }),
      )
    ).body.data
  for (const key of ['new', 'newer']) {
    const external_backend = { purpose: 'cost_explorer', configuration: bucket(key), credential_canonical: 'aws' }
    expect((await update({ enabled: false, external_backend })).status).toBe('idle')
  }
  expect(
    await server.database.query(`select status, forced from cost_imports where organization_id = ${organizationId} order by id`),
  ).toEqual([
    { status: 'succeeded', forced: false },
    { status: 'waiting', forced: true },
  ])
  expect((await update({ enabled: true })).status).toBe('import')
})

test('an address with a signature is refused, and its secret is in no answer and no name', async () => {
  const { create, ada, path } = await open()
  const address = 'https://shop.blob.core.windows.net/exports'
  for (const secret of [`${address}?sv=2022&sig=topsecret`, `${address}#topsecret`, `${address}?`]) {
    const answer = await create('Signed', azure(secret), 'azure')
    expect(answer).toBeError('Invalid', 'what is secret belongs into the credential')
    expect(JSON.stringify(answer.body)).not.toContain('topsecret')
    const body = { purpose: 'cost_explorer', configuration: azure(secret), credential_canonical: 'azure' } as never
    expect(await ada.createExternalBackend({ path, body })).toBeError('Invalid', 'what is secret belongs into the credential')
  }
  expect(await create('User', azure('https://user:topsecret@shop.blob.core.windows.net/exports'), 'azure')).toHaveStatus(422)
  expect((await must(ada.getExternalBackends({ path }))).body.data).toEqual([])
  expect(exportName(azure(`https://user:topsecret@shop.blob.core.windows.net/exports/daily?sig=topsecret#topsecret`))).toBe(
    'Azure shop.blob.core.windows.net/exports/daily',
  )
})

test('resources of an account that is deleted were never charged for', async () => {
  const { ada, path, organizationId } = await open()
  const { id } = (await must(ada.createCloudCostFileAccount({ path, body: { name: 'Uploads', cloud_provider: 'aws' } }))).body.data
  await server.database.query(`
    with month as (
      insert into cost_months (organization_id, cost_account_id, period, state, phase, first_day, last_day, activated_at)
      values (${organizationId}, ${id}, '2026-07-01', 'active', 'green', '2026-07-01', '2026-07-31', now()) returning *),
    resource as (
      insert into cost_resources (organization_id, provider, resource, digest, first_day)
      values (${organizationId}, 'aws', 'i-1', '\\x01', '2026-07-02') returning *)
    insert into cost_month_resources (organization_id, month_id, month, resource_id, dimension_id, project, environment, component, days)
    select ${organizationId}, month.id, '2026-07-01', resource.id, 1, '', '', '', 2 from month, resource`)
  const store = openPostgresStore()
  const { database } = server.platform
  const counted = () =>
    OrgTx.read(database, insideOf(organizationId), (tx) =>
      store.resourceCounts(tx, { begin: '2026-07-01', end: '2026-08-01', filters: {} }, 10),
    )
  await must(ada.deleteCloudCostManagementAccount({ path: { ...path, cloud_cost_management_account_canonical: 'uploads' } }))
  expect((await counted()).counts).toEqual([])
  await store.clear({ database, organizationId })
  expect(await server.database.query(`select first_day from cost_resources where organization_id = ${organizationId}`)).toEqual([
    { first_day: null },
  ])
})

test('a cloud account is the same one in other letters, and by its whole path', async () => {
  const { ada, path, organizationId } = await open()
  const subscription = '64e355d7-997c-491d-b0c1-8414dccfcf42'
  const { id } = (await must(ada.createCloudCostFileAccount({ path, body: { name: 'Bill', cloud_provider: 'azurerm' } }))).body.data
  for (const linked of [subscription.toUpperCase(), `/Subscriptions/${subscription}`])
    await server.database.query(`insert into cost_linked_accounts (organization_id, cost_account_id, account_id, cloud_provider)
      values (${organizationId}, ${id}, '${linked}', 'azurerm')`)
  const covering = (account: string) =>
    OrgTx.read(server.platform.database, insideOf(organizationId), (tx) => listCovering(tx, 'azurerm', account))
  for (const account of [subscription, subscription.toUpperCase(), `/subscriptions/${subscription}`]) {
    expect((await covering(account)).map(({ canonical, linked_account }) => [canonical, linked_account])).toEqual([['bill', subscription]])
    expect(isSameAccount(account, subscription)).toBe(true)
  }
  expect(await covering('74e355d7')).toEqual([])
})
