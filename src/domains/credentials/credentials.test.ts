import { describe, expect, test } from 'vitest'
import type { Client } from '../../../test/support/client.ts'
import { apiKey, child, fresh, member, organization, role, scenario } from '../../../test/support/scenario.ts'
import { useServer } from '../../../test/support/server.ts'
import type { Schema } from '../../contract/operation.ts'

const server = useServer()
const acme = () => fresh('acme')

type Raw = Schema<'CredentialRaw'>
type NewCredential = Schema<'NewCredential'>

const secret = 'S3cr3t-value'
const types: [NewCredential['type'], Raw][] = [
  ['ssh', { ssh_key: `-----BEGIN KEY-----\n${secret}` }],
  ['aws', { access_key: 'AKIA', secret_key: secret }],
  ['gcp', { json_key: JSON.stringify({ private_key: secret }) }],
  ['azure', { client_id: 'c', client_secret: secret, subscription_id: 's', tenant_id: 't', environment: 'china' }],
  ['azure_storage', { account_name: 'a', access_key: secret }],
  ['basic_auth', { username: 'u', password: secret }],
  ['elasticsearch', { username: 'u', password: secret, ca_cert: '' }],
  ['swift', { auth_url: 'https://keystone', username: 'u', password: secret, domain_id: 'd', tenant_id: 't' }],
  ['vmware', { username: 'u', password: secret }],
  ['custom', { raw: { token: secret, nested: { list: [1, null, 'x'] } } as never }],
]

const basic = (name: string, more: Partial<NewCredential> = {}): NewCredential => ({
  name,
  path: name,
  type: 'basic_auth',
  raw: { username: 'u', password: secret },
  ...more,
})
const updateOf = (body: NewCredential, canonical: string): Schema<'UpdateCredential'> => ({
  name: body.name,
  path: body.path,
  type: body.type,
  raw: body.raw,
  canonical,
})

/** A repository that uses the credential. */
const use = (who: Client, organization_canonical: string, credential_canonical: string) =>
  who.createConfigRepository({
    path: { organization_canonical },
    body: { name: 'config', url: 'https://git.example.com/config.git', branch: 'main', default: true, credential_canonical },
  })

describe('credentials of each type', () => {
  test.each(types)('%s: what is sent can be read back, listed without values, replaced and deleted', async (type, raw) => {
    const organization_canonical = acme()
    const { ada } = await scenario(server, organization(organization_canonical, member('ada')))
    const body = { name: 'My Key', path: 'a/b', type, raw }
    const created = await ada.createCredential({ path: { organization_canonical }, body })
    expect(created).toHaveStatus(200)
    expect(created.body.data).toMatchObject({
      canonical: 'my-key',
      type,
      raw,
      owner: { username: 'ada' },
      in_use: { config_repositories: [] },
    })
    const path = { organization_canonical, credential_canonical: 'my-key' }
    const keys = type === 'custom' ? ['token', 'nested'] : Object.keys(raw)
    expect((await ada.getCredential({ path })).body.data).toMatchObject({ raw, keys })

    const list = await ada.listCredentials({ path: { organization_canonical }, query: { credential_types: [type] } })
    expect(list.body.data.map(({ canonical, keys }) => ({ canonical, keys }))).toContainEqual({ canonical: 'my-key', keys })
    expect(JSON.stringify(list.body)).not.toContain(secret)

    const replaced = JSON.parse(JSON.stringify(raw).replaceAll(secret, 'another'))
    expect(await ada.updateCredential({ path, body: { ...updateOf(body, 'my-key'), raw: replaced } })).toHaveStatus(200)
    expect((await ada.getCredential({ path })).body.data.raw).toEqual(replaced)
    expect(await ada.deleteCredential({ path })).toHaveStatus(204)
    expect(await ada.getCredential({ path })).toHaveStatus(404)
  })

  test.each(types.filter(([type]) => type !== 'custom'))('%s: a missing key and an unknown one are named', async (type, raw) => {
    const organization_canonical = acme()
    const { ada } = await scenario(server, organization(organization_canonical, member('ada')))
    const create = (values: object) =>
      ada.createCredential({ path: { organization_canonical }, body: { name: 'key', path: 'key', type, raw: values } })
    for (const key of Object.keys(raw).filter((name) => name !== 'environment')) {
      const { [key as 'ssh_key']: _, ...rest } = raw
      expect(await create(rest)).toBeError('Invalid', `body.raw.${key}: is missing`)
    }
    expect(await create({ ...raw, extra: 'x' })).toBeError('Invalid', 'body.raw.extra')
    expect((await ada.listCredentials({ path: { organization_canonical } })).body.data.map(({ canonical }) => canonical)).toEqual(['vault'])
  })

  test('azure works without naming its environment', async () => {
    const organization_canonical = acme()
    const { ada } = await scenario(server, organization(organization_canonical, member('ada')))
    const raw = { client_id: 'c', client_secret: 'x', subscription_id: 's', tenant_id: 't' }
    expect(
      (await ada.createCredential({ path: { organization_canonical }, body: { name: 'azure', path: 'azure', type: 'azure', raw } })).body
        .data.keys,
    ).toEqual(Object.keys(raw))
  })

  test.each<[string, NewCredential['type'], unknown, string]>([
    ['a key file that is not JSON', 'gcp', { json_key: 'not json' }, 'body.raw.json_key'],
    ['custom values beside raw.raw', 'custom', { raw: {}, password: 'x' }, 'body.raw.password'],
    ['custom values that are a list', 'custom', { raw: ['x'] }, 'body.raw.raw: must be an object'],
    ['no custom values', 'custom', {}, 'body.raw.raw: is missing'],
    ['a custom key that no pipeline could write', 'custom', { raw: { 'a))': 'x' } }, 'body.raw.raw'],
    ['an empty secret', 'ssh', { ssh_key: '' }, 'body.raw.ssh_key: must not be empty'],
    ['more than 64 KiB', 'custom', { raw: { big: 'x'.repeat(70_000) } }, '64 KiB'],
    ['a text that is a number', 'basic_auth', { username: 'u', password: 5 }, 'body.raw.password'],
  ])('%s is refused', async (_, type, raw, text) => {
    const organization_canonical = acme()
    const { ada } = await scenario(server, organization(organization_canonical, member('ada')))
    const answer = await ada.createCredential({
      path: { organization_canonical },
      body: { name: 'key', path: 'key', type, raw: raw as Raw },
    })
    expect(answer).toHaveStatus(422)
    expect(answer).toBeError('Invalid', text)
  })
})

test('values nested without end are refused', async () => {
  const organization_canonical = acme()
  const { ada } = await scenario(server, organization(organization_canonical, member('ada')))
  const body = `{"name":"key","path":"key","type":"custom","raw":{"raw":{"deep":${'['.repeat(20_000)}${']'.repeat(20_000)}}}}`
  const answer = await ada.call('createCredential', { path: { organization_canonical }, body })
  expect(answer).toHaveStatus(422)
  expect(answer).toMatchObject({ body: { errors: [{ details: ['body.raw.raw: must not be nested deeper than 32 levels'] }] } })
})

describe('credentials', () => {
  test('canonical and path are each taken once in an organization, and again in another', async () => {
    const [one, two] = [acme(), acme()]
    const { ada } = await scenario(server, organization(one, member('ada')), organization(two, member('ada')))
    const create = (organization_canonical: string, body: NewCredential) => ada.createCredential({ path: { organization_canonical }, body })
    expect(await create(one, basic('key'))).toHaveStatus(200)
    expect(await create(one, basic('key', { path: 'other' }))).toBeError('AlreadyExists', 'canonical')
    expect(await create(one, basic('other', { path: 'key' }))).toBeError('AlreadyExists', 'path')
    expect(await create(two, basic('key', { raw: { username: 'u', password: 'of two' } }))).toHaveStatus(200)
    expect((await ada.getCredential({ path: { organization_canonical: one, credential_canonical: 'key' } })).body.data.raw.password).toBe(
      secret,
    )
  })

  test('type, canonical and the path of the built-in one stay; everything else is replaced', async () => {
    const organization_canonical = acme()
    const { ada } = await scenario(server, organization(organization_canonical, member('ada')))
    const body = basic('key', { description: 'old' })
    await ada.createCredential({ path: { organization_canonical }, body })
    const path = { organization_canonical, credential_canonical: 'key' }
    expect(await ada.updateCredential({ path, body: { ...updateOf(body, 'key'), type: 'vmware' } })).toBeError('Invalid', 'body.type')
    expect(await ada.updateCredential({ path, body: updateOf(body, 'other') })).toBeError('Invalid', 'body.canonical')
    expect(await ada.updateCredential({ path, body: { ...updateOf(body, 'key'), raw: { username: 'u' } } })).toBeError(
      'Invalid',
      'body.raw.password',
    )
    const changed = await ada.updateCredential({ path, body: { ...updateOf(body, 'key'), name: 'New', path: 'new/path' } })
    expect(changed.body.data).toMatchObject({ name: 'New', path: 'new/path', description: '', owner: { username: 'ada' } })
    expect((await ada.getCredential({ path })).body.data.raw).toEqual(body.raw)

    const vault = { organization_canonical, credential_canonical: 'vault' }
    const values = { name: 'Vault', canonical: 'vault', type: 'custom' as const, raw: { raw: { role_id: 'r', secret_id: 's' } as never } }
    expect(await ada.updateCredential({ path: vault, body: { ...values, path: 'elsewhere' } })).toBeError('Invalid', 'body.path')
    expect(await ada.updateCredential({ path: vault, body: { ...values, path: 'vault' } })).toHaveStatus(200)
    expect((await ada.getCredential({ path: vault })).body.data.raw).toEqual({ raw: { role_id: 'r', secret_id: 's' } })
    expect(await ada.deleteCredential({ path: vault })).toBeError('Conflict', 'belongs to the platform')
  })

  test('the built-in credential of a new organization opens', async () => {
    const organization_canonical = acme()
    const { ada } = await scenario(server, organization(organization_canonical, member('ada')))
    expect((await ada.getCredential({ path: { organization_canonical, credential_canonical: 'vault' } })).body.data.raw).toEqual({
      raw: { role_id: '', secret_id: '' },
    })
  })

  test('one that is used says by what, and cannot be deleted', async () => {
    const organization_canonical = acme()
    const { ada } = await scenario(server, organization(organization_canonical, member('ada')))
    await ada.createCredential({ path: { organization_canonical }, body: basic('git') })
    expect(await use(ada, organization_canonical, 'git')).toHaveStatus(200)
    const path = { organization_canonical, credential_canonical: 'git' }
    expect((await ada.getCredential({ path })).body.data.in_use?.config_repositories).toEqual([{ canonical: 'config', name: 'config' }])
    expect(await ada.deleteCredential({ path })).toBeError('Conflict', 'config repository config')
    await ada.deleteConfigRepository({ path: { organization_canonical, config_repository_canonical: 'config' } })
    expect(await ada.deleteCredential({ path })).toHaveStatus(204)
  })

  test('whoever may only list sees keys and no values; lists hold what rules allow and what is one’s own', async () => {
    const organization_canonical = acme()
    const { ada, bob, eve } = await scenario(
      server,
      organization(
        organization_canonical,
        role('lister', ['organization:credential:list']),
        role(
          'writer',
          ['organization:credential:create'],
          ['organization:credential:read', `organization:${organization_canonical}:credential:cy-*`],
        ),
        member('ada'),
        member('bob', 'lister'),
        member('eve', 'writer'),
      ),
    )
    const create = (who: Client, name: string) => who.createCredential({ path: { organization_canonical }, body: basic(name) })
    expect(await create(ada, 'cy-one')).toHaveStatus(200)
    expect(await create(ada, 'secret')).toHaveStatus(200)
    expect(await create(eve, 'mine')).toHaveStatus(200)
    const names = async (who: Client) =>
      (await who.listCredentials({ path: { organization_canonical } })).body.data.map(({ canonical }) => canonical)
    expect(await names(bob)).toEqual(['cy-one', 'mine', 'secret', 'vault'])
    expect(await bob.getCredential({ path: { organization_canonical, credential_canonical: 'secret' } })).toHaveStatus(403)
    expect(await eve.getCredential({ path: { organization_canonical, credential_canonical: 'mine' } })).toHaveStatus(200)
    expect(await eve.getCredential({ path: { organization_canonical, credential_canonical: 'cy-one' } })).toHaveStatus(200)
    expect(await eve.getCredential({ path: { organization_canonical, credential_canonical: 'secret' } })).toHaveStatus(403)
  })

  test('only the owner or an administrator hands a credential over', async () => {
    const organization_canonical = acme()
    const { ada, bob } = await scenario(
      server,
      organization(organization_canonical, role('keeper', ['organization:credential:*']), member('ada'), member('bob', 'keeper')),
    )
    const path = { organization_canonical, credential_canonical: 'key' }
    await ada.createCredential({ path: { organization_canonical }, body: basic('key') })
    const give = (who: Client, owner: string) => who.updateCredential({ path, body: { ...updateOf(basic('key'), 'key'), owner } })
    expect(await give(bob, 'bob')).toBeError('Invalid', 'body.owner')
    expect(await give(ada, 'nobody')).toBeError('Invalid', 'body.owner')
    expect((await give(ada, 'bob')).body.data.owner?.username).toBe('bob')
  })

  test('types filter the list, alone or together', async () => {
    const organization_canonical = acme()
    const { ada } = await scenario(server, organization(organization_canonical, member('ada')))
    for (const [type, raw] of types)
      await ada.createCredential({ path: { organization_canonical }, body: { name: `one-${type}`, path: type, type, raw } })
    const list = async (query: object) =>
      (await ada.call('listCredentials', { path: { organization_canonical }, query })).body as {
        data: { type: string }[]
        pagination: object
      }
    expect((await list({ credential_type: 'aws' })).data.map(({ type }) => type)).toEqual(['aws'])
    const page = await list({ credential_types: ['swift', 'vmware', 'gcp'], page_size: 2 })
    expect(page.data).toHaveLength(2)
    expect(page.pagination).toEqual({ index: 1, size: 2, total: 3 })
  })

  test('nothing secret reaches events or the log', async () => {
    const organization_canonical = acme()
    const { ada } = await scenario(server, organization(organization_canonical, member('ada')))
    const password = `${secret}-${organization_canonical}`
    const body = basic('key', { raw: { username: 'u', password } })
    await ada.createCredential({ path: { organization_canonical }, body })
    await ada.createCredential({ path: { organization_canonical }, body })
    await ada.updateCredential({
      path: { organization_canonical, credential_canonical: 'key' },
      body: { ...updateOf(body, 'key'), raw: { username: 'u', password, extra: password } as Raw },
    })
    await ada.getCredential({ path: { organization_canonical, credential_canonical: 'key' } })
    const events = await ada.getEvents({ path: { organization_canonical }, query: { begin: 0, end: Date.now() + 1000 } })
    expect(events.body.data.filter(({ title }) => title === 'A credential has been created')).toHaveLength(1)
    const rows = await server.database.query('select sealed, keys from credentials where path = $1', ['key'])
    expect(rows.length).toBeGreaterThan(0)
    for (const text of [JSON.stringify(events.body), server.logs.join('\n'), JSON.stringify(rows)]) expect(text).not.toContain(password)
  })

  test('a sealed value that was changed, or moved to another row, does not open, and says nothing of why', async () => {
    const organization_canonical = acme()
    const { ada } = await scenario(server, organization(organization_canonical, member('ada')))
    for (const name of ['one', 'two']) await ada.createCredential({ path: { organization_canonical }, body: basic(name) })
    const read = (credential_canonical: string) => ada.getCredential({ path: { organization_canonical, credential_canonical } })
    const where = `organization_id = (select id from organizations where canonical = '${organization_canonical}')`
    await server.database.query(
      `update credentials set sealed = (select sealed from credentials where ${where} and canonical = 'one') where ${where} and canonical = 'two'`,
    )
    const moved = await read('two')
    expect(moved).toHaveStatus(500)
    expect(moved).toBeError('Unexpected', 'Something went wrong on our side')
    expect(moved.body).toHaveProperty('request_id')
    await server.database.query(
      `update credentials set sealed = overlay(sealed placing case substr(sealed, 25, 1) when 'A' then 'B' else 'A' end from 25 for 1) where ${where} and canonical = 'one'`,
    )
    expect(await read('one')).toHaveStatus(500)
    await server.database.query(`update credentials set sealed = left(sealed, 22) where ${where} and canonical = 'one'`)
    expect(await read('one')).toHaveStatus(500)
    expect(server.logs.join('\n')).toContain('cannot be opened')
  })

  test('administrators from above read credentials of a child; members of another organization are strangers', async () => {
    const [one, two, three] = [acme(), acme(), acme()]
    const { ada, eve, robot } = await scenario(
      server,
      organization(one, member('ada'), child(two)),
      organization(three, member('eve'), apiKey('robot')),
    )
    expect(await ada.createCredential({ path: { organization_canonical: two }, body: basic('key') })).toHaveStatus(200)
    const path = { organization_canonical: two, credential_canonical: 'key' }
    expect(await ada.getCredential({ path })).toHaveStatus(200)
    for (const stranger of [eve, robot]) expect(await stranger.getCredential({ path })).toHaveStatus(403)
    expect(await robot.getCredential({ path: { organization_canonical: three, credential_canonical: 'key' } })).toHaveStatus(404)
  })

  test('options are for Google credentials with a usable key', async () => {
    const organization_canonical = acme()
    const { ada } = await scenario(server, organization(organization_canonical, member('ada')))
    await ada.createCredential({ path: { organization_canonical }, body: basic('basic') })
    await ada.createCredential({
      path: { organization_canonical },
      body: {
        name: 'google',
        path: 'google',
        type: 'gcp',
        raw: { json_key: JSON.stringify({ private_key: secret, client_email: 'a@b' }) },
      },
    })
    const options = (credential_canonical: string) =>
      ada.getCredentialOptions({ path: { organization_canonical, credential_canonical }, query: { service: 'gcp_bigquery' } })
    expect(await options('basic')).toBeError('Invalid', 'type gcp')
    const unusable = await options('google')
    expect(unusable).toBeError('Invalid', 'not a usable service account key')
    expect(JSON.stringify(unusable.body)).not.toContain(secret)
    expect(await options('nope')).toHaveStatus(404)
  })
})
