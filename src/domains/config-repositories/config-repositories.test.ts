import { describe, expect, test } from 'vitest'
import type { Client } from '../../../test/support/client.ts'
import { fresh, member, organization, role, scenario } from '../../../test/support/scenario.ts'
import { useServer } from '../../../test/support/server.ts'
import type { Schema } from '../../contract/operation.ts'

const server = useServer()
const acme = () => fresh('acme')

type NewConfigRepository = Schema<'NewConfigRepository'>
const https = (name: string, more: Partial<NewConfigRepository> = {}): NewConfigRepository => ({
  name,
  url: 'https://git.example.com/config.git',
  branch: 'main',
  default: false,
  credential_canonical: 'basic',
  ...more,
})

/** With the credentials `basic` and `ssh-key`. */
async function withCredentials(): Promise<{ organization_canonical: string; ada: Client }> {
  const organization_canonical = acme()
  const { ada } = await scenario(server, organization(organization_canonical, member('ada')))
  const path = { organization_canonical }
  await ada.createCredential({ path, body: { name: 'basic', path: 'basic', type: 'basic_auth', raw: { username: 'u', password: 'p' } } })
  await ada.createCredential({ path, body: { name: 'ssh-key', path: 'ssh-key', type: 'ssh', raw: { ssh_key: 'k' } } })
  return { organization_canonical, ada }
}

const defaults = async (who: Client, organization_canonical: string) =>
  (await who.listConfigRepositories({ path: { organization_canonical }, query: { default: true } })).body.data.map(
    ({ canonical }) => canonical,
  )

describe('config repositories', () => {
  test('one is registered, read, listed, changed and removed', async () => {
    const { organization_canonical, ada } = await withCredentials()
    const created = await ada.createConfigRepository({ path: { organization_canonical }, body: https('My config') })
    expect(created).toHaveStatus(200)
    expect(created.body.data).toMatchObject({ canonical: 'my-config', branch: 'main', credential_canonical: 'basic', default: true })
    const path = { organization_canonical, config_repository_canonical: 'my-config' }
    expect((await ada.getConfigRepository({ path })).body).toEqual(created.body)
    expect((await ada.listConfigRepositories({ path: { organization_canonical } })).body.data).toEqual([created.body.data])
    const body = {
      name: 'Moved',
      url: 'git@git.example.com:acme/config.git',
      branch: 'stacks/prod',
      credential_canonical: 'ssh-key',
      default: true,
    }
    expect((await ada.updateConfigRepository({ path, body })).body.data).toMatchObject({ ...body, canonical: 'my-config' })
    expect(await ada.createConfigRepository({ path: { organization_canonical }, body: https('x', { canonical: 'my-config' }) })).toBeError(
      'AlreadyExists',
    )
    expect(await ada.deleteConfigRepository({ path })).toHaveStatus(204)
    for (const answer of [
      ada.getConfigRepository({ path }),
      ada.updateConfigRepository({ path, body }),
      ada.deleteConfigRepository({ path }),
    ])
      expect(await answer).toBeError('NotFoundEntity', 'my-config')
  })

  test.each([
    ['git@git.example.com:acme/config.git', 'ssh-key'],
    ['ssh://git@git.example.com:2222/acme/config.git', 'ssh-key'],
    ['ssh://git.example.com/~acme/config.git', 'ssh-key'],
    ['git@[::1]:acme/config.git', 'ssh-key'],
    ['https://git.example.com:8443/acme/config', 'basic'],
  ])('%s is an address', async (url, credential_canonical) => {
    const { organization_canonical, ada } = await withCredentials()
    expect(
      await ada.createConfigRepository({ path: { organization_canonical }, body: https('config', { url, credential_canonical }) }),
    ).toHaveStatus(200)
  })

  test.each([
    ['https://u:p@git.example.com/config.git', 'put them into a credential'],
    ['https://token@git.example.com/config.git', 'put them into a credential'],
    ['ssh://git:secret@git.example.com/config.git', 'put them into a credential'],
    ['http://git.example.com/config.git', 'body.url'],
    ['git://git.example.com/config.git', 'body.url'],
    ['file:///etc/config.git', 'body.url'],
    ['/srv/config.git', 'body.url'],
    ['ext::sh -c touch% /tmp/x', 'body.url'],
    ['ext::sh', 'body.url'],
    ['git@host:ext::sh', 'body.url'],
    ['git@-oProxyCommand=x:acme/config.git', 'body.url'],
    ['-u@host:acme/config.git', 'body.url'],
    ['git@host:-u/config.git', 'body.url'],
    ['ssh://-oProxyCommand=x/config.git', 'body.url'],
    ['ssh://git@git.example.com:acme/config.git', 'body.url'],
    ['https://git.example.com/config.git\n--upload-pack=x', 'body.url'],
    ['https://git.example.com\\@evil.example.com/config.git', 'body.url'],
    ['https://git.example.com/config.git?token=x', 'body.url'],
    ['https://git.example.com', 'body.url'],
    ['https://', 'body.url'],
    [`https://git.example.com/${'x'.repeat(3000)}`, 'body.url'],
  ])('%s is refused as an address', async (url, text) => {
    const { organization_canonical, ada } = await withCredentials()
    const answer = await ada.createConfigRepository({ path: { organization_canonical }, body: https('config', { url }) })
    expect(answer).toHaveStatus(422)
    expect(answer).toBeError('Invalid', text)
  })

  test('branches follow the rules of git', async () => {
    const { organization_canonical, ada } = await withCredentials()
    const wrong = [
      '',
      '-x',
      'a..b',
      'a b',
      'a~1',
      'a^',
      'a:b',
      'a?',
      'a*',
      'a[',
      'a\\b',
      '/a',
      'a/',
      'a//b',
      '.a',
      'a/.b',
      'a.lock',
      'a.lock/b',
      'a.',
      'a@{1}',
      '@',
      'HEAD',
      'a\tb',
      'x'.repeat(300),
    ]
    for (const branch of wrong)
      expect(await ada.createConfigRepository({ path: { organization_canonical }, body: https('config', { branch }) }), branch).toBeError(
        'Invalid',
        'body.branch',
      )
    for (const [index, branch] of ['main', 'feature/é_1.0', 'a@b', 'x-y'].entries())
      expect(
        await ada.createConfigRepository({ path: { organization_canonical }, body: https(`config-${index}`, { branch }) }),
        branch,
      ).toHaveStatus(200)
  })

  test('a secret is sent to an address only by those who may read it', async () => {
    const organization_canonical = acme()
    const { ada, bob } = await scenario(
      server,
      organization(organization_canonical, role('keeper', ['organization:config_repository:*']), member('ada'), member('bob', 'keeper')),
    )
    await ada.createCredential({
      path: { organization_canonical },
      body: { name: 'basic', path: 'basic', type: 'basic_auth', raw: { username: 'u', password: 'p' } },
    })
    const path = { organization_canonical, config_repository_canonical: 'config' }
    const body = https('config', { default: true })
    expect(await bob.createConfigRepository({ path: { organization_canonical }, body })).toBeError('Unauthorized', 'no rule grants')
    expect(await ada.createConfigRepository({ path: { organization_canonical }, body })).toHaveStatus(200)
    expect(await bob.updateConfigRepository({ path, body: { ...body, name: 'renamed' } })).toHaveStatus(200)
    expect(await bob.updateConfigRepository({ path, body: { ...body, url: 'https://evil.example.com/x.git' } })).toHaveStatus(403)
  })

  test('the credential must exist and fit the address', async () => {
    const { organization_canonical, ada } = await withCredentials()
    const create = (more: Partial<NewConfigRepository>) =>
      ada.createConfigRepository({ path: { organization_canonical }, body: https('config', more) })
    expect(await create({ credential_canonical: 'nope' })).toBeError('Invalid', 'body.credential_canonical: unknown')
    expect(await create({ credential_canonical: 'ssh-key' })).toBeError('Invalid', 'must be of the type basic_auth')
    expect(await create({ url: 'git@h.example.com:a/b.git' })).toBeError('Invalid', 'must be of the type ssh')
    const other = await withCredentials()
    await other.ada.createCredential({
      path: { organization_canonical: other.organization_canonical },
      body: { name: 'foreign', path: 'f', type: 'basic_auth', raw: { username: 'u', password: 'p' } },
    })
    expect(await create({ credential_canonical: 'foreign' })).toBeError('Invalid', 'unknown')
  })

  test('there is exactly one default: the first, until another one takes it', async () => {
    const { organization_canonical, ada } = await withCredentials()
    const path = (config_repository_canonical: string) => ({ organization_canonical, config_repository_canonical })
    for (const name of ['one', 'two']) await ada.createConfigRepository({ path: { organization_canonical }, body: https(name) })
    expect(await defaults(ada, organization_canonical)).toEqual(['one'])
    await ada.createConfigRepository({ path: { organization_canonical }, body: https('three', { default: true }) })
    expect(await defaults(ada, organization_canonical)).toEqual(['three'])
    await ada.updateConfigRepository({ path: path('two'), body: https('two', { default: true }) })
    expect(await defaults(ada, organization_canonical)).toEqual(['two'])
    expect(await ada.updateConfigRepository({ path: path('two'), body: https('two') })).toBeError('Invalid', 'body.default')
    expect(await ada.deleteConfigRepository({ path: path('two') })).toBeError('Conflict', 'make another one the default first')
    for (const name of ['one', 'three', 'two']) expect(await ada.deleteConfigRepository({ path: path(name) })).toHaveStatus(204)
    expect((await ada.listConfigRepositories({ path: { organization_canonical }, query: { default: false } })).body.data).toEqual([])
  })

  test('many at once, all wanting to be the default, leave one', async () => {
    const { organization_canonical, ada } = await withCredentials()
    const names = Array.from({ length: 6 }, (_, index) => `config-${index}`)
    const made = await Promise.all(
      names.map((name) => ada.createConfigRepository({ path: { organization_canonical }, body: https(name, { default: true }) })),
    )
    expect(made.map(({ status }) => status)).toEqual(names.map(() => 200))
    expect(await defaults(ada, organization_canonical)).toHaveLength(1)
    const changed = await Promise.all(
      names.map((name) =>
        ada.updateConfigRepository({
          path: { organization_canonical, config_repository_canonical: name },
          body: https(name, { default: true }),
        }),
      ),
    )
    expect(changed.map(({ status }) => status)).toEqual(names.map(() => 200))
    expect(await defaults(ada, organization_canonical)).toHaveLength(1)
  })

  test('one that projects use cannot be deleted, and says which', async () => {
    const { organization_canonical, ada } = await withCredentials()
    await ada.createConfigRepository({ path: { organization_canonical }, body: https('config') })
    await ada.createProject({
      path: { organization_canonical },
      body: { name: 'Web', canonical: 'web', config_repository_canonical: 'config' },
    })
    expect(await ada.deleteConfigRepository({ path: { organization_canonical, config_repository_canonical: 'config' } })).toBeError(
      'Conflict',
      'project web',
    )
  })

  test('a list holds what rules allow', async () => {
    const organization_canonical = acme()
    const { ada, bob } = await scenario(
      server,
      organization(
        organization_canonical,
        role(
          'cy',
          ['organization:config_repository:*', `organization:${organization_canonical}:config_repository:cy-*`],
          ['organization:credential:read', `organization:${organization_canonical}:credential:basic`],
        ),
        member('ada'),
        member('bob', 'cy'),
      ),
    )
    await ada.createCredential({
      path: { organization_canonical },
      body: { name: 'basic', path: 'basic', type: 'basic_auth', raw: { username: 'u', password: 'p' } },
    })
    for (const name of ['cy-one', 'web']) await ada.createConfigRepository({ path: { organization_canonical }, body: https(name) })
    expect((await bob.listConfigRepositories({ path: { organization_canonical } })).body.data.map(({ canonical }) => canonical)).toEqual([
      'cy-one',
    ])
    expect(await bob.createConfigRepository({ path: { organization_canonical }, body: https('other') })).toHaveStatus(403)
    expect(await bob.createConfigRepository({ path: { organization_canonical }, body: https('cy-two') })).toHaveStatus(200)
  })
})
