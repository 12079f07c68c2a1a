import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type GitServer, openGitServer } from '../../../test/support/git-server.ts'
import { failing, type GitWorld, openGitWorld, remoteTo, textOf } from '../../../test/support/git-world.ts'
import type { GitRemote } from './types.ts'

const credential = { type: 'basic_auth' as const, username: 'ada', password: 'correct horse' }
let server: GitServer
let world: GitWorld
let local: GitRemote
let http: GitRemote

beforeAll(async () => {
  server = await openGitServer({ users: { ada: 'correct horse', bob: 'battery' } })
  await server.repository('stacks', {
    main: { 'README.md': 'Hello', 'aws/.forms.yml': 'a: 1\n', 'aws/x/deep.tf': '# é\n' },
    config: { 'a b': 'c' },
  })
  world = await openGitWorld({ localPaths: [server.folder] })
  local = remoteTo(server.path('stacks'))
  http = remoteTo(server.url('stacks'), credential)
})
afterAll(async () => {
  await world[Symbol.asyncDispose]()
  await server[Symbol.asyncDispose]()
})

describe('a branch is read', () => {
  const everything = { 'README.md': 'Hello', 'aws/.forms.yml': 'a: 1\n', 'aws/x/deep.tf': '# é\n' }

  test('from a local path', async () => {
    expect(await textOf(world.git, local, 'main')).toEqual(everything)
  })

  test('over http with a name and password', async () => {
    expect(await textOf(world.git, http, 'main')).toEqual(everything)
  })

  test('by folder, sorted, with kinds and sizes', async () => {
    const listed = await world.git.read(local, 'main', (snapshot) => snapshot.list('aws/'))
    expect(listed.map(({ path, kind, size }) => [path, kind, size])).toEqual([
      ['aws/.forms.yml', 'file', 5],
      ['aws/x/deep.tf', 'file', 5],
    ])
    expect(await world.git.read(local, 'main', (snapshot) => snapshot.list('a'))).toEqual([])
  })

  test('and what is not in it is not in the answer', async () => {
    const contents = await world.git.read(local, 'main', (snapshot) => snapshot.read(['README.md', 'none', 'aws', 'README.md/x', '']))
    expect([...contents.keys()]).toEqual(['README.md'])
  })

  test('as it is now: what somebody else pushed since is there', async () => {
    await server.repository('moving', { main: { a: '1' } })
    const remote = remoteTo(server.url('moving'), credential)
    expect(await textOf(world.git, remote, 'main')).toEqual({ a: '1' })
    await server.commitFiles('moving', 'main', { a: '2', b: '3' })
    expect(await textOf(world.git, remote, 'main')).toEqual({ a: '2', b: '3' })
  })

  test('as it is now, when its history was replaced', async () => {
    await server.repository('replaced', { main: { a: '1' }, other: { b: '2' } })
    const remote = remoteTo(server.path('replaced'))
    await textOf(world.git, remote, 'main')
    await server.git('replaced', 'update-ref', 'refs/heads/main', 'refs/heads/other')
    expect(await textOf(world.git, remote, 'main')).toEqual({ b: '2' })
  })

  test('when a branch became a folder of branches', async () => {
    await server.repository('folders', { a: { x: '1' }, main: {} })
    const remote = remoteTo(server.path('folders'))
    await textOf(world.git, remote, 'a')
    await server.git('folders', 'branch', '-m', 'a', 'a/b')
    expect(await textOf(world.git, remote, 'a/b')).toEqual({ x: '1' })
  })

  test('its names are listed', async () => {
    expect(await world.git.branches(http)).toEqual(['config', 'main'])
    await server.repository('empty')
    expect(await world.git.branches(remoteTo(server.path('empty')))).toEqual([])
  })
})

describe('the cache', () => {
  test('saves the fetch: what has not changed is one question', async () => {
    await textOf(world.git, http, 'config')
    const before = server.requests.length
    await textOf(world.git, http, 'config')
    expect(server.requests.slice(before)).toEqual(['GET /stacks.git/info/refs?service=git-upload-pack', 'POST /stacks.git/git-upload-pack'])
  })

  test('lets many who ask at once share the answer', async () => {
    const before = server.requests.length
    await Promise.all(Array.from({ length: 20 }, () => textOf(world.git, http, 'config')))
    expect(server.requests.length - before).toBeLessThanOrEqual(4)
  })

  test('is warm after a restart', async () => {
    await textOf(world.git, http, 'main')
    await world.restart()
    const before = server.requests.length
    await textOf(world.git, http, 'main')
    expect(server.requests.length - before).toBe(2)
  })

  test('never answers instead of the server: a wrong password reads nothing that the right one fetched', async () => {
    await textOf(world.git, http, 'main')
    const wrong = remoteTo(http.url, { ...credential, password: 'guessed' })
    expect((await failing(textOf(world.git, wrong, 'main'))).kind).toBe('unauthorized')
  })

  test('is one for each tenant', async () => {
    await using fresh = await openGitWorld({ localPaths: [server.folder] })
    await textOf(fresh.git, { ...local, tenant: 1 }, 'main')
    await textOf(fresh.git, { ...local, tenant: 2 }, 'main')
    expect(await readdir(join(fresh.cacheFolder, '0/repositories'))).toHaveLength(2)
  })

  test('is one for each credential', async () => {
    await using fresh = await openGitWorld({})
    await textOf(fresh.git, http, 'main')
    await textOf(fresh.git, remoteTo(http.url, { type: 'basic_auth', username: 'bob', password: 'battery' }), 'main')
    expect(await readdir(join(fresh.cacheFolder, '0/repositories'))).toHaveLength(2)
  })

  test('is not shared with a second process, which takes the next slot', async () => {
    await using second = await openGitWorld({ localPaths: [server.folder], cacheFolder: world.cacheFolder })
    await textOf(second.git, local, 'main')
    expect((await readdir(world.cacheFolder)).filter((name) => /^\d/.test(name))).toEqual(['0', '1'])
  })

  test.each([
    ['its objects are gone', 'objects'],
    ['its settings are gone', 'config'],
    ['all of it is gone', ''],
  ])('is fetched anew when it is damaged: %s', async (_, part) => {
    await using fresh = await openGitWorld({ localPaths: [server.folder] })
    await textOf(fresh.git, local, 'main')
    await fresh.restart() // nothing remembered
    const [copy = ''] = await readdir(join(fresh.cacheFolder, '0/repositories'))
    await rm(join(fresh.cacheFolder, '0/repositories', copy, part), { recursive: true })
    expect(Object.keys(await textOf(fresh.git, local, 'main'))).toHaveLength(3)
    expect(await readdir(join(fresh.cacheFolder, '0/repositories'))).toHaveLength(1)
  })

  test('is fetched anew when a file in it is damaged while somebody reads', async () => {
    await using fresh = await openGitWorld({ localPaths: [server.folder] })
    const contents = await fresh.git.read(local, 'main', async (snapshot) => {
      await snapshot.list()
      const [copy = ''] = await readdir(join(fresh.cacheFolder, '0/repositories'))
      const packs = join(fresh.cacheFolder, '0/repositories', copy, 'objects/pack')
      for (const name of await readdir(packs)) await rm(join(packs, name))
      return snapshot.read(['README.md'])
    })
    expect(contents.get('README.md')?.toString()).toBe('Hello')
  })
})

describe('what cannot be read says what it is, and leaves nothing on the disk', () => {
  const cases: [what: string, kind: string, words: RegExp, make: () => Promise<[GitRemote, string]>][] = [
    [
      'a wrong password',
      'unauthorized',
      /does not accept the credential/,
      async () => [remoteTo(http.url, { ...credential, password: 'no' }), 'main'],
    ],
    ['no password', 'unauthorized', /wants a credential/, async () => [remoteTo(http.url), 'main']],
    ['no such repository', 'no_repository', /no such repository/, async () => [remoteTo(server.url('none'), credential), 'main']],
    ['no such local repository', 'no_repository', /no repository at/, async () => [remoteTo(server.path('none')), 'main']],
    ['no such branch', 'no_branch', /prod was not found in the repository: its branches are config, main$/, async () => [http, 'prod']],
    [
      'an empty repository',
      'empty',
      /repository is empty/,
      async () => {
        await server.repository('blank')
        return [remoteTo(server.url('blank'), credential), 'main']
      },
    ],
    [
      'a file that makes the repository too large',
      'too_large',
      /larger than this platform reads/,
      async () => {
        await server.repository('huge', { main: { 'huge.bin': noise(9_000_000) } })
        return [remoteTo(server.url('huge'), credential), 'main']
      },
    ],
    [
      'a local repository that is too large',
      'too_large',
      /larger than this platform reads/,
      async () => [remoteTo(server.path('huge')), 'main'],
    ],
    ['a closed port', 'unreachable', /cannot be reached/, async () => [remoteTo('http://127.0.0.1:1/a.git'), 'main']],
    ['ssh without a key', 'unauthorized', /ssh key/, async () => [remoteTo('ssh://git@127.0.0.1/a.git'), 'main']],
    [
      'a key where a password is wanted',
      'unauthorized',
      /not an ssh key/,
      async () => [remoteTo(http.url, { type: 'ssh', key: 'x' }), 'main'],
    ],
    ['a branch that is no name', 'refused', /not a name/, async () => [local, '--upload-pack=touch']],
  ]

  test.each(cases)('%s', async (_, kind, words, make) => {
    await using fresh = await openGitWorld({ localPaths: [server.folder] })
    const [remote, branch] = await make()
    const error = await failing(textOf(fresh.git, remote, branch))
    expect([error.kind, error.message]).toEqual([kind, expect.stringMatching(words)])
    expect(await fresh.left()).toEqual([])
  })

  test('a branch that vanished after it was read', async () => {
    await using fresh = await openGitWorld({ localPaths: [server.folder] })
    await server.repository('vanishing', { main: { a: '1' }, other: { a: '1' } })
    const remote = remoteTo(server.url('vanishing'), credential)
    await textOf(fresh.git, remote, 'other')
    await server.git('vanishing', 'update-ref', '-d', 'refs/heads/other')
    expect((await failing(textOf(fresh.git, remote, 'other'))).message).toMatch(/its branches are main$/)
    expect(await fresh.left()).toEqual([])
  })

  test('a repository that grew too large after it was read', async () => {
    await using fresh = await openGitWorld({ localPaths: [server.folder] })
    await server.repository('growing', { main: { a: '1' } })
    await textOf(fresh.git, remoteTo(server.path('growing')), 'main')
    await server.commitFiles('growing', 'main', { b: noise(9_000_000) })
    expect((await failing(textOf(fresh.git, remoteTo(server.path('growing')), 'main'))).kind).toBe('too_large')
    expect(await fresh.left()).toEqual([])
  })

  test.each([404, 403, 429, 500, 502])('a server that answers %i', async (status) => {
    await using fresh = await openGitWorld({})
    server.trouble.status = status
    const error = await failing(textOf(fresh.git, http, 'main')).finally(() => {
      server.trouble.status = undefined
    })
    expect(error.kind).toBe({ 404: 'no_repository', 403: 'unauthorized' }[status] ?? 'unreachable')
    expect(await fresh.left()).toEqual([])
  })

  test('a server that is too slow', async () => {
    await using fresh = await openGitWorld({ limits: { seconds: 1 } })
    server.trouble.delay = 60_000
    const error = await failing(textOf(fresh.git, http, 'main')).finally(() => {
      server.trouble.delay = 0
    })
    expect([error.kind, error.message]).toEqual(['timeout', 'The git server 127.0.0.1 did not answer completely within 1 seconds'])
    expect(await fresh.left()).toEqual([])
  })

  test('too many files', async () => {
    const many = Object.fromEntries(Array.from({ length: 501 }, (_, index) => [`f/${index}`, 'x']))
    await server.repository('many', { main: many })
    const error = await failing(world.git.read(remoteTo(server.path('many')), 'main', (snapshot) => snapshot.list()))
    expect([error.kind, error.message]).toEqual(['too_large', expect.stringContaining('more than 500 files')])
  })

  test('a tree that has itself inside many times over', async () => {
    await server.repository('bomb', { main: Object.fromEntries(Array.from({ length: 10 }, (_, index) => [`${index}`, 'x'])) })
    for (let depth = 0; depth < 8; depth++) {
      const tree = (await server.git('bomb', 'rev-parse', 'main^{tree}')).trim()
      await handMadeTree(
        'bomb',
        Array.from({ length: 10 }, (_, index) => `040000 tree ${tree}\t${index}`),
      )
    }
    const error = await failing(world.git.read(remoteTo(server.path('bomb')), 'main', (snapshot) => snapshot.list()))
    expect(error.kind).toBe('too_large')
  })
})

test('names that could pass for another place are refused, even where nothing is checked out', async () => {
  await server.repository('names', { main: { config: 'x' } })
  const tree = (await server.git('names', 'rev-parse', 'main^{tree}')).trim()
  await handMadeTree('names', [`040000 tree ${tree}\t.git`, `040000 tree ${tree}\t..`])
  await using fresh = await openGitWorld({ localPaths: [server.folder] })
  const error = await failing(textOf(fresh.git, remoteTo(server.path('names')), 'main'))
  expect([error.kind, error.message]).toEqual(['failed', expect.stringContaining('git finds broken')])
  expect(await fresh.left()).toEqual([])
})

/** A commit of a tree as no honest git makes it. */
async function handMadeTree(name: string, lines: string[]): Promise<void> {
  const tree = execFileSync('git', ['mktree'], { cwd: server.path(name), input: `${lines.join('\n')}\n` })
    .toString()
    .trim()
  const commit = await server.git(name, '-c', 'user.name=x', '-c', 'user.email=x', 'commit-tree', '-m', 'x', tree)
  await server.git(name, 'update-ref', 'refs/heads/main', commit.trim())
}

/** That no compression makes smaller; the same every time. */
const noise = (size: number): Buffer => createHash('shake256', { outputLength: size }).update('noise').digest()
