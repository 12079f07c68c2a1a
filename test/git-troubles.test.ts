/** What can be wrong with a repository, over real http and ssh: each is a 422 that says what, and nothing stays on disk. */
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { Client } from './support/client.ts'
import type { TestFiles } from './support/fast-import.ts'
import { type GitServer, openGitServer } from './support/git-server.ts'
import { environment, fresh, member, organization, project, scenario } from './support/scenario.ts'
import { useServer } from './support/server.ts'
import { noSshServer, openSshServer, type SshServer } from './support/ssh-server.ts'
import { webStack } from './support/web-stack.ts'
import { must } from './support/workshop.ts'

const megabyte = 2 ** 20
const server = useServer({
  config: {
    privateAddresses: ['127.0.0.1'],
    git: {
      localPaths: [],
      plainHttp: true,
      hostKeys: 'accept-new',
      knownHostsFile: undefined,
      limits: { repositoryBytes: 2 * megabyte, fileBytes: megabyte / 2, files: 200, seconds: 20 },
    },
  },
})
let git: GitServer
let org: string
let ada: Client

beforeAll(async () => {
  git = await openGitServer({ users: { ada: 'right' } })
})
afterAll(() => git[Symbol.asyncDispose]())
beforeEach(async () => {
  org = fresh('acme')
  const cast = await scenario(server, organization(org, member('ada'), project('shop', environment('prod'))))
  ada = cast.ada
  for (const [name, password] of Object.entries({ right: 'right', wrong: 'wrong' }))
    await must(
      ada.createCredential({
        path: { organization_canonical: org },
        body: { name, canonical: name, type: 'basic_auth', path: name, raw: { username: 'ada', password } },
      }),
    )
})

const addSource = (url: string, more: { branch?: string; credential_canonical?: string } = {}) =>
  ada.createServiceCatalogSource({
    path: { organization_canonical: org },
    body: { name: 'Catalogue', url, branch: 'stacks', credential_canonical: 'right', ...more },
  })

/** Copies of repositories, and keys, that the platform has on its disk. */
function onDisk(): string[] {
  const folder = join(server.platform.config.home, 'git')
  const found = readdirSync(folder, { recursive: true, withFileTypes: true })
  return found.flatMap((entry) => (/\/(repositories|private)$/.test(entry.parentPath) ? [join(entry.parentPath, entry.name)] : []))
}

describe('a catalog repository', () => {
  const noise = () => Buffer.from(Array.from({ length: 3 * megabyte }, () => Math.floor(Math.random() * 256)))
  const cases: [string, () => Promise<Awaited<ReturnType<typeof addSource>>>, RegExp][] = [
    [
      'with wrong credentials',
      async () => addSource(await made({ stacks: webStack() }), { credential_canonical: 'wrong' }),
      /password|credential/i,
    ],
    ['that is not there', async () => addSource(git.url(fresh('none'))), /has no such repository/],
    ['without the branch', async () => addSource(await made({ main: { a: '1' } })), /branch stacks was not found.*main/],
    ['that is empty', async () => addSource(await made({})), /empty/],
    [
      'that is too large',
      async () => addSource(await made({ stacks: { ...webStack(), 'large.bin': noise() } })),
      /larger|too large|more than/i,
    ],
  ]
  const made = async (branches: Readonly<Record<string, TestFiles>>) => {
    const name = fresh('repo')
    await git.repository(name, branches)
    return git.url(name)
  }

  test.each(cases)('%s is refused, and leaves nothing on disk', async (_, act, sentence) => {
    const before = onDisk()
    const answer = await act()
    expect(answer).toHaveStatus(422)
    expect(JSON.stringify(answer.body)).toMatch(sentence)
    expect(onDisk()).toEqual(before)
    const sources = await ada.getServiceCatalogSources({ path: { organization_canonical: org } })
    expect(sources.body.data).toEqual([])
  })

  test('whose branch vanishes later says so, and keeps its stacks', async () => {
    const name = fresh('repo')
    await git.repository(name, { stacks: webStack(), main: { a: '1' } })
    await must(addSource(git.url(name)))
    await git.git(name, 'update-ref', '-d', 'refs/heads/stacks')
    const path = { organization_canonical: org, service_catalog_source_canonical: 'catalogue' }
    const answer = await ada.refreshServiceCatalogSource({ path })
    expect(answer).toBeError('Invalid', 'The branch stacks was not found')
    expect(await ada.validateServiceCatalogSource({ path })).toHaveStatus(422)
    expect((await ada.getServiceCatalogSource({ path })).body.data?.stack_count).toBe(1)
  })

  test('with links, submodules, pointers and huge files keeps its good stacks, and tells of the others', async () => {
    const name = fresh('repo')
    const pointer = `version https://git-lfs.github.com/spec/v1\noid sha256:${'a'.repeat(64)}\nsize 1\n`
    const stacks = ['good', 'linked', 'foreign', 'pointing', 'huge'].map((canonical) => webStack(canonical))
    await git.repository(name, {
      stacks: {
        ...Object.assign({}, ...stacks),
        'linked/terraform/main.tf.sample': { link: '../../../../etc/passwd' },
        'foreign/terraform/main.tf.sample': { submodule: '1'.repeat(40) },
        'pointing/terraform/main.tf.sample': pointer,
        'huge/terraform/main.tf.sample': 'x'.repeat(megabyte * 0.6),
      },
    })
    const answer = await addSource(git.url(name))
    expect(answer.body.data?.service_catalogs?.map(({ canonical }) => canonical)).toEqual(['good'])
    const problems = (answer.body.data as { problems?: { directory?: string; error: string }[] }).problems ?? []
    expect(problems.map(({ directory }) => directory).sort()).toEqual(['foreign', 'huge', 'linked', 'pointing'])
    expect(problems.map(({ error }) => error).join()).toMatch(/link.*submodule|submodule.*link/)
  })
})

describe('a config repository', () => {
  const target = () => `${org}/shop/prod/front/pipeline/variables.yml`
  const openShop = async (files: (path: string) => TestFiles) => {
    const names = { catalogue: fresh('stacks'), config: fresh('config') }
    await git.repository(names.catalogue, { stacks: webStack() })
    await git.repository(names.config, { config: files(target()) })
    await must(addSource(git.url(names.catalogue)))
    await must(
      ada.updateConfigRepository({
        path: { organization_canonical: org, config_repository_canonical: 'config' },
        body: { name: 'config', url: git.url(names.config), branch: 'config', credential_canonical: 'right', default: true },
      }),
    )
    return names
  }
  const create = () =>
    ada.createComponent({
      path: { organization_canonical: org, project_canonical: 'shop', environment_canonical: 'prod' },
      body: {
        name: 'Front',
        canonical: 'front',
        service_catalog_ref: `${org}:web`,
        use_case: 'default',
        vars: { Server: { Pipeline: { region: 'eu' } } },
      },
    })

  test('over http with a password gets the files', async () => {
    const { config } = await openShop(() => ({ 'README.md': 'mine\n' }))
    expect(await create()).toHaveStatus(200)
    expect(Object.keys(await git.files(config, 'config')).sort()).toEqual(
      ['README.md', target(), `${org}/shop/prod/front/terraform/main.tf`].sort(),
    )
  })

  const pointer = `version https://git-lfs.github.com/spec/v1\noid sha256:${'a'.repeat(64)}\nsize 1\n`
  test.each([
    ['a link', (path: string): TestFiles => ({ [path]: { link: '/etc/passwd' } })],
    ['a folder that is a link', (): TestFiles => ({ [org]: { link: '/etc' } })],
    ['a submodule', (): TestFiles => ({ [`${org}/shop`]: { submodule: '1'.repeat(40) } })],
    ['a pointer to large file storage', (path: string): TestFiles => ({ [path]: pointer })],
    ['a huge file', (path: string): TestFiles => ({ [path]: 'x'.repeat(megabyte * 0.6) })],
    ['no YAML', (path: string): TestFiles => ({ [path]: 'a: [1\n' })],
  ])('that has %s where a file belongs is refused with its name, and not touched', async (_, files) => {
    const { config } = await openShop(files)
    const answer = await create()
    expect(answer).toHaveStatus(422)
    expect(JSON.stringify(answer.body)).toContain(org)
    expect(await git.log(config, 'config')).toHaveLength(1)
    const path = { organization_canonical: org }
    expect((await ada.getOrganizationComponents({ path })).body.data).toEqual([])
  })

  test('that breaks the connection after it took the commit has one commit, and the component is there', async () => {
    const { config } = await openShop(() => ({ 'README.md': 'mine\n' }))
    Object.assign(git.trouble, { breakPush: 'after', pushes: 1 })
    expect(await create()).toHaveStatus(200)
    git.trouble.breakPush = undefined
    expect(await git.log(config, 'config')).toHaveLength(2)
  })
})

describe.skipIf(noSshServer !== undefined)(`over ssh (${noSshServer ?? 'with a real sshd'})`, () => {
  let ssh: SshServer
  beforeAll(async () => {
    ssh = await openSshServer()
  })
  afterAll(() => ssh[Symbol.asyncDispose]())

  const withKey = (name: string, ssh_key: string) =>
    must(
      ada.createCredential({
        path: { organization_canonical: org },
        body: { name, canonical: name, type: 'ssh', path: name, raw: { ssh_key } },
      }),
    )

  test('a catalogue is read with its key, and the key is nowhere afterwards', async () => {
    await withKey('key', ssh.key)
    const url = ssh.url(await git.repository(fresh('repo'), { stacks: webStack() }))
    const answer = await addSource(url, { credential_canonical: 'key' })
    expect(answer.body.data?.stack_count).toBe(1)
    expect(onDisk().filter((path) => path.includes('/private/'))).toEqual([])
  })

  test('another key is refused', async () => {
    await withKey('stranger', ssh.strangerKey)
    const url = ssh.url(await git.repository(fresh('repo'), { stacks: webStack() }))
    expect(await addSource(url, { credential_canonical: 'stranger' })).toHaveStatus(422)
    expect(onDisk().filter((path) => path.includes('/private/'))).toEqual([])
  })

  test('branches are listed', async () => {
    await withKey('key', ssh.key)
    const git_url = ssh.url(await git.repository(fresh('repo'), { stacks: webStack(), main: { a: '1' } }))
    const answer = await ada.getRepoBranches({
      path: { organization_canonical: org },
      query: { git_url, credential_canonical: 'key' },
    })
    expect(answer.body.data).toEqual(['main', 'stacks'])
  })
})
