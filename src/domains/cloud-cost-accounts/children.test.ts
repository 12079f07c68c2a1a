import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import { openS3Double, s3Keys } from '../../../test/support/bill-doubles/s3.ts'
import { child, fresh, member, organization, role, scenario } from '../../../test/support/scenario.ts'
import { useServer } from '../../../test/support/server.ts'
import { must } from '../../../test/support/workshop.ts'
import { readConfig } from '../../config.ts'
import { OrgTx } from '../../db/organization-tx.ts'
import { insideOf } from '../../db/pool.ts'
import { openSourceSpec } from './source.ts'

const ours = '111122223333'
const billed = '999900001111'

const aws = await openS3Double()
const server = useServer({ config: { terraform: { ...readConfig({}).terraform, awsEndpoint: aws.url } } })
afterAll(() => aws[Symbol.asyncDispose]())
beforeEach(() => {
  aws.keys = { [s3Keys.access_key]: ours, AKIASTRANGER00000001: '444455556666', AKIABILLED0000000001: billed }
  aws.asked.length = 0
})

/** An organization with the bill of `billed`, on which `ours` is; below it one with credentials; beside them another. */
async function open() {
  const [top, sub, other] = [fresh('top'), fresh('sub'), fresh('other')]
  const { ada, bob, eve, olaf } = await scenario(
    server,
    organization(
      top,
      member('ada'),
      child(sub, member('bob'), role('costs', ['organization:cloud_cost_management:**']), member('eve', 'costs')),
    ),
    organization(other, member('olaf')),
  )
  const path = { organization_canonical: sub }
  const query = <R extends object>(text: string) => server.database.query<R>(text)
  const idOf = async (canonical: string) =>
    Number((await query<{ id: string }>(`select id from organizations where canonical = '${canonical}'`))[0]?.id)
  const bill = (
    await must(ada.createCloudCostFileAccount({ path: { organization_canonical: top }, body: { name: 'The bill', cloud_provider: 'aws' } }))
  ).body.data
  await query(`update cost_accounts set account_id = '${billed}' where id = ${bill.id}`)
  await query(`insert into cost_linked_accounts (organization_id, cost_account_id, account_id, cloud_provider)
    select organization_id, id, linked, 'aws' from cost_accounts, unnest(array['${ours}', '${billed}']) linked where id = ${bill.id}`)
  const credential = (who: typeof ada, org: string, canonical: string, access_key: string) =>
    must(
      who.createCredential({
        path: { organization_canonical: org },
        body: { name: canonical, canonical, type: 'aws', path: canonical, raw: { access_key, secret_key: s3Keys.secret_key } },
      }),
    )
  await credential(bob, sub, 'ours', s3Keys.access_key)
  await credential(bob, sub, 'stranger', 'AKIASTRANGER00000001')
  await credential(bob, sub, 'revoked', 'AKIAREVOKED000000001')
  await credential(olaf, other, 'ours', s3Keys.access_key)
  const hasParent = (credential_canonical: string, who = bob, at = path) =>
    who.getCloudCostManagementAccountsHasParent({ path: at, query: { credential_canonical } })
  const create = (body: object = {}, who = bob, at = path) =>
    who.createCloudCostManagementAccountChild({ path: at, body: { credential_canonical: 'ours', parent_account_id: billed, ...body } })
  const sourceOf = async (org: string, accountId: number) => {
    const organizationId = await idOf(org)
    return OrgTx.read(server.platform.database, insideOf(organizationId), (tx) => openSourceSpec(tx, server.platform, accountId))
  }
  return { ada, bob, eve, olaf, top, sub, other, path, bill, query, idOf, hasParent, create, credential, sourceOf }
}

describe('the bill that covers a cloud account', () => {
  test('is found in an organization above, by whose the credential proves to be', async () => {
    const { hasParent, bill } = await open()
    const { data } = (await must(hasParent('ours'))).body
    expect(data).toMatchObject({
      id: bill.id,
      canonical: 'the-bill',
      account_id: billed,
      status: 'idle',
      cloud_provider: { canonical: 'aws' },
    })
    expect(aws.asked.map(({ action }) => action)).toEqual(['GetCallerIdentity'])
  })

  test("is nobody else's business: other cloud accounts, other organizations, keys that AWS refuses", async () => {
    const { hasParent, olaf, other } = await open()
    expect(await hasParent('stranger')).toBeError('NotFoundEntity', 'covers 444455556666')
    expect(await hasParent('ours', olaf, { organization_canonical: other })).toBeError('NotFoundEntity', `covers ${ours}`)
    expect(await hasParent('revoked')).toBeError('Invalid', 'AWS refuses the credential (InvalidClientTokenId)')
    expect(await hasParent('nobody')).toBeError('Invalid', 'There is no credential nobody')
  })

  test('is looked for with a credential that the caller may read', async () => {
    const { hasParent, create, eve } = await open()
    expect(await hasParent('ours', eve)).toBeError('Unauthorized', 'You may not use the credential ours')
    expect(await create({}, eve)).toBeError('Unauthorized', 'You may not use the credential ours')
    expect(aws.asked).toEqual([])
  })
})

describe('a child account', () => {
  test('takes its part of the bill of an organization above', async () => {
    const { create, sub, top, idOf, sourceOf, bill, query } = await open()
    const { data } = (await must(create({ name: 'Our part' }))).body
    expect(data).toMatchObject({
      canonical: 'our-part',
      account_id: ours,
      parent_account_id: billed,
      status: 'import',
      cloud_provider: { canonical: 'aws' },
      credential: { canonical: 'ours' },
    })
    expect(data.external_backend).toBeUndefined()
    expect(await sourceOf(sub, data.id)).toEqual({
      kind: 'parent',
      organizationId: await idOf(top),
      costAccountId: bill.id,
      linkedAccount: ours,
    })
    const imports = await query(`select source from cost_imports where cost_account_id = ${data.id}`)
    expect(imports).toEqual([{ source: 'parent' }])
    expect(await create({ name: 'Once more' })).toBeError('AlreadyExists', 'a child account of this cloud account: our-part')
  })

  test('takes it once, also when several are made of it at once', async () => {
    const { create } = await open()
    const made = await Promise.all(Array.from({ length: 6 }, (_, index) => create({ name: `Part ${index}` })))
    expect(made.map(({ status }) => status).sort()).toEqual([200, 409, 409, 409, 409, 409])
  })

  test('is refused without proof, in the same words whether or not there is such a bill', async () => {
    const { create, olaf, other } = await open()
    const words = (account: string) => `No bill of ${billed} covers the cloud account ${account}`
    expect(await create({ credential_canonical: 'stranger' })).toBeError('Invalid', words('444455556666'))
    expect(await create({}, olaf, { organization_canonical: other })).toBeError('Invalid', words(ours))
    expect(await create({ parent_account_id: '000000000000' })).toBeError('Invalid', 'No bill of 000000000000 covers')
    expect(await create({ credential_canonical: 'revoked' })).toBeError('Invalid', 'AWS refuses the credential')
  })

  test('cannot be the account that is billed', async () => {
    const { create, credential, bob, sub } = await open()
    await credential(bob, sub, 'billed', 'AKIABILLED0000000001')
    expect(await create({ credential_canonical: 'billed' })).toBeError('Invalid', 'is no child of itself')
  })

  test('of a bill in the same organization is not counted again', async () => {
    const { create, credential, ada, top, sourceOf } = await open()
    await credential(ada, top, 'ours', s3Keys.access_key)
    const { data } = (await must(create({}, ada, { organization_canonical: top }))).body
    expect(data).toMatchObject({ canonical: `aws-${ours}`, status: 'idle' })
    await expect(sourceOf(top, data.id)).rejects.toThrow('they are not counted again')
  })

  test('has no source any more when the bill is gone, or no longer names it', async () => {
    const { create, sub, sourceOf, query, bill } = await open()
    const { data } = (await must(create())).body
    await query(`delete from cost_linked_accounts where cost_account_id = ${bill.id} and account_id = '${ours}'`)
    await expect(sourceOf(sub, data.id)).rejects.toThrow(`No bill of ${billed} covers ${ours} any more`)
    await query(`delete from cost_accounts where id = ${bill.id}`)
    await expect(sourceOf(sub, data.id)).rejects.toThrow(`No bill of ${billed} covers ${ours} any more`)
  })

  test('has no export of its own, and keeps its credential from being deleted', async () => {
    const { create, bob, path } = await open()
    const { data } = (await must(create())).body
    const at = { ...path, cloud_cost_management_account_canonical: data.canonical }
    const update = (body: object) => bob.updateCloudCostManagementAccount({ path: at, body: { enabled: false, ...body } as never })
    const s3 = { engine: 'AWSStorage', bucket: 'bills', region: 'eu-west-1' }
    const external_backend = { purpose: 'cost_explorer', configuration: s3, credential_canonical: 'ours' }
    expect(await update({ external_backend })).toBeError('Invalid', 'it has no export of its own')
    expect((await must(update({ name: 'Stopped' }))).body.data).toMatchObject({ name: 'Stopped', enabled: false })
    expect(await bob.deleteCredential({ path: { ...path, credential_canonical: 'ours' } })).toBeError('Conflict', 'cloud cost account')
    expect(await bob.deleteCloudCostManagementAccount({ path: at })).toHaveStatus(204)
    expect(await bob.deleteCredential({ path: { ...path, credential_canonical: 'ours' } })).toHaveStatus(204)
  })
})

describe('where the bills of an account are', () => {
  test('is told with the secret that opens them, and the address of the operator', async () => {
    const { bob, path, sub, sourceOf } = await open()
    const configuration = { engine: 'AWSStorage', bucket: 'bills', region: 'eu-west-1', key: 'cur' }
    const external_backend = { purpose: 'cost_explorer', configuration, credential_canonical: 'ours' } as never
    const { data } = (await must(bob.createCloudCostManagementAccount({ path, body: { name: 'Own bill', external_backend } }))).body
    expect(await sourceOf(sub, data.id)).toEqual({
      kind: 's3',
      bucket: 'bills',
      region: 'eu-west-1',
      prefix: 'cur',
      endpoint: aws.url,
      isOperators: true,
      pathStyle: false,
      skipVerify: false,
      accessKey: s3Keys.access_key,
      secretKey: s3Keys.secret_key,
    })
    const files = (await must(bob.createCloudCostFileAccount({ path, body: { name: 'Files', cloud_provider: 'aws' } }))).body.data
    await expect(sourceOf(sub, files.id)).rejects.toThrow('The bills of files come as files')
  })
})
