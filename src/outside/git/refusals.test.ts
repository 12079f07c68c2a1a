import { mkdir, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type GitServer, openGitServer } from '../../../test/support/git-server.ts'
import { failing, type GitWorld, openGitWorld, remoteTo, textOf } from '../../../test/support/git-world.ts'
import { openAddressGuard } from '../address-guard.ts'
import type { GitRemote } from './types.ts'

let server: GitServer
let world: GitWorld
let local: GitRemote
let http: GitRemote

beforeAll(async () => {
  server = await openGitServer()
  await server.repository('stacks', { main: { 'README.md': 'Hello' } })
  world = await openGitWorld({ localPaths: [server.folder] })
  local = remoteTo(server.path('stacks'))
  http = remoteTo(server.url('stacks'))
})
afterAll(async () => {
  await world[Symbol.asyncDispose]()
  await server[Symbol.asyncDispose]()
})

describe('files that are not what they seem are refused by name', () => {
  const pointer = `version https://git-lfs.github.com/spec/v1\noid sha256:${'a'.repeat(64)}\nsize 12345\n`
  beforeAll(async () => {
    await server.repository('odd', {
      main: {
        'way/out': { link: '../../../etc/passwd' },
        folder: { link: 'way' },
        module: { submodule: '1'.repeat(40) },
        'image.iso': pointer,
        'large.json': 'x'.repeat(300_000),
        'run.sh': { executable: 'true' },
      },
    })
  })

  test('they are listed for what they are', async () => {
    const listed = await world.git.read(remoteTo(server.path('odd')), 'main', (snapshot) => snapshot.list())
    expect(Object.fromEntries(listed.map(({ path, kind }) => [path, kind]))).toEqual({
      'way/out': 'link',
      folder: 'link',
      module: 'submodule',
      'image.iso': 'file',
      'large.json': 'file',
      'run.sh': 'executable',
    })
  })

  test.each([
    ['way/out', 'unusable_file', 'way/out is a symbolic link'],
    ['folder/out', 'unusable_file', 'folder is a symbolic link'],
    ['module', 'unusable_file', 'module is a submodule'],
    ['module/a/b', 'unusable_file', 'module is a submodule'],
    ['image.iso', 'unusable_file', 'image.iso is a pointer to large file storage (LFS)'],
    ['large.json', 'too_large', 'The file large.json has 300000 bytes'],
  ])('%s', async (path, kind, words) => {
    const error = await failing(world.git.read(remoteTo(server.path('odd')), 'main', (snapshot) => snapshot.read([path])))
    expect([error.kind, error.message]).toEqual([kind, expect.stringContaining(words)])
  })

  test('many files that are small but large together', async () => {
    const bulky = Object.fromEntries(Array.from({ length: 40 }, (_, index) => [`f${index}`, 'x'.repeat(190_000)]))
    await server.repository('bulky', { main: bulky }) // packs to almost nothing
    expect((await failing(textOf(world.git, remoteTo(server.path('bulky')), 'main'))).kind).toBe('too_large')
  })
})

describe('addresses that are refused before anything starts', () => {
  test.each([
    ...[
      'ext::sh -c touch% /tmp/x',
      'ext::sh',
      'file:///etc',
      'git://host/a.git',
      'ftp://host/a',
      '--upload-pack=touch',
      '-oProxyCommand=x',
    ],
    ...[
      'ssh://-oProxyCommand=x/a',
      '-u@host:a',
      'git@-oProxyCommand=x:a',
      'git@host:-x',
      'ssh://git@host/-x',
      'host:a/b',
      '',
      ' ',
      './a',
      '../a',
    ],
    ...[
      'https://me:pw@host/a.git',
      'https://me@host/a',
      'https://host',
      'https://host/a?x',
      'https://host/a#x',
      'https://host\\@evil/a',
      'https://a b/c',
    ],
    ...[
      'ssh://git:pw@host/a',
      'git@host:a:b',
      'git@host::a',
      'fd::3',
      'http::http://x/y',
      '/etc',
      '/',
      '/etc/passwd',
      '\\\\host\\share',
      'C:\\x',
    ],
  ])('%s', async (url) => {
    await using fresh = await openGitWorld({ localPaths: [server.folder] })
    expect((await failing(fresh.git.branches(remoteTo(url)))).kind).toBe('refused')
    expect(await fresh.left()).toEqual([])
  })

  test.each([
    'http://127.0.0.1/a.git',
    'https://10.0.0.1/a.git',
    'https://[::1]/a',
    'https://2130706433/a',
    'https://localhost/a.git',
    'ssh://git@127.0.0.1/a',
    'git@0x7f.1:a',
  ])('on a private network: %s', async (url) => {
    await using fresh = await openGitWorld({ guard: openAddressGuard({ allowed: [] }) })
    const key = url.startsWith('http') ? null : { type: 'ssh' as const, key: 'x' }
    expect((await failing(fresh.git.branches(remoteTo(url, key)))).kind).toBe('refused')
  })

  test('a name that resolves to a private address', async () => {
    const guard = openAddressGuard({ allowed: [], lookup: async () => ['127.0.0.1'] })
    await using fresh = await openGitWorld({ guard })
    expect((await failing(fresh.git.branches(remoteTo(`http://git.example:${server.port}/stacks.git`)))).kind).toBe('refused')
  })

  test('but the address that was checked is used, whatever the name says later', async () => {
    const answers = [['127.0.0.1']]
    const guard = openAddressGuard({ allowed: ['git.example'], lookup: async () => answers.shift() ?? [] })
    await using fresh = await openGitWorld({ guard })
    expect(await fresh.git.branches(remoteTo(`http://git.example:${server.port}/stacks.git`))).toContain('main')
  })

  test('redirects, before their target is connected to', async () => {
    await using target = await openGitServer()
    await target.repository('stacks', { main: { a: '1' } })
    server.trouble.redirect = `http://127.0.0.1:${target.port}`
    const error = await failing(world.git.branches(http)).finally(() => {
      server.trouble.redirect = undefined
    })
    expect([error.kind, error.message]).toEqual(['refused', expect.stringContaining('sends to another address')])
    expect(target.requests).toEqual([])
  })

  test('http, when the policy wants https', async () => {
    await using fresh = await openGitWorld({ policy: { plainHttp: false } })
    expect((await failing(fresh.git.branches(http))).kind).toBe('refused')
  })

  test('local paths that lead out of the allowed folders, by links too', async () => {
    const allowed = join(server.folder, 'allowed')
    await mkdir(allowed)
    await symlink(server.path('stacks'), join(allowed, 'link.git'))
    await using fresh = await openGitWorld({ localPaths: [allowed] })
    for (const path of [join(allowed, 'link.git'), `${allowed}/../stacks.git`, server.path('stacks'), `${allowed}2`, allowed])
      expect((await failing(fresh.git.branches(remoteTo(path)))).kind).toBe('refused')
  })

  test('local paths, when none is allowed', async () => {
    await using fresh = await openGitWorld({})
    expect((await failing(fresh.git.branches(local))).kind).toBe('refused')
  })
})
