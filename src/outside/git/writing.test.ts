import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { changes, commitOptions, failing, openGitWorld, remoteTo, textOf, useGitWorld } from '../../../test/support/git-world.ts'

const at = useGitWorld()
const { repository, write } = at

describe.each(['local', 'http'] as const)('a commit (%s)', (how) => {
  test('adds, replaces and deletes files on the tip, with the author, the message and its trailer', async () => {
    const { name, remote } = await repository({ 'README.md': 'Hello', 'a/old': 'x', 'a/kept': 'y' }, how)
    const first = (await at.server.log(name, 'main'))[0]
    const files = changes({ 'README.md': 'Bonjour é', 'a/old': null, 'b/c/"new"-file': '# new\n' })
    const committed = await at.world.git.commit(remote, 'main', commitOptions('ch-1'), async (tip) => {
      expect(tip?.commit).toBe(first?.commit)
      return files
    })
    expect(await at.server.files(name, 'main')).toEqual({ 'README.md': 'Bonjour é', 'a/kept': 'y', 'b/c/"new"-file': '# new\n' })
    const [newest] = await at.server.log(name, 'main')
    expect(newest).toEqual({
      commit: committed.commit,
      parents: [first?.commit],
      author: 'Ada Lovelace <ada@example.org>',
      committer: 'Trochoid <noreply@trochoid.invalid>',
      message: 'Write ch-1\n\nTrochoid-Change: ch-1\n',
    })
    expect(committed.parent).toBe(first?.commit)
    await expect(at.server.git(name, 'fsck', '--strict')).resolves.toBeDefined()
  })

  test('is read at once by whoever reads', async () => {
    const { remote } = await repository({ a: '1' }, how)
    await write(remote, 'c', changes({ a: '2' }))
    expect(await textOf(at.world.git, remote, 'main')).toEqual({ a: '2' })
  })

  test('goes onto what somebody else pushed meanwhile', async () => {
    const { name, remote } = await repository({ a: '1' }, how)
    await write(remote, 'mine', changes({ b: '1' }))
    const theirs = await at.server.commitFiles(name, 'main', { a: 'theirs' })
    const seen: (string | undefined)[] = []
    await at.world.git.commit(remote, 'main', commitOptions('mine-2'), async (tip) => {
      seen.push((await tip?.read(['a']))?.get('a')?.toString())
      return changes({ c: '1' })
    })
    expect(seen).toEqual(['1', 'theirs'])
    expect(await at.server.files(name, 'main')).toEqual({ a: 'theirs', b: '1', c: '1' })
    expect((await at.server.log(name, 'main'))[0]?.parents).toEqual([theirs])
  })

  test('makes a branch that is not there, and the first branch of an empty repository', async () => {
    const { name, remote } = await repository({ a: '1' }, how)
    await write(remote, 'c', changes({ 'x/y': '1' }), 'config/new')
    expect(await at.server.files(name, 'config/new')).toEqual({ 'x/y': '1' })
    const empty = `empty-${how}`
    await at.server.repository(empty)
    const tips: unknown[] = []
    const target = remoteTo(how === 'local' ? at.server.path(empty) : at.server.url(empty))
    await at.world.git.commit(target, 'main', commitOptions('c'), async (tip) => {
      tips.push(tip)
      return changes({ a: '1' })
    })
    expect(tips).toEqual([null])
    await write(target, 'd', changes({ b: '1' }))
    expect(await at.server.files(empty, 'main')).toEqual({ a: '1', b: '1' })
  })
})

test('a commit is made although the copy in the cache is damaged', async () => {
  await using fresh = await openGitWorld({ localPaths: [at.server.folder] })
  const { name, remote } = await repository({ a: '1' })
  await fresh.git.commit(remote, 'main', commitOptions('c'), async () => changes({ b: '1' }))
  const copies = join(fresh.cacheFolder, '0/repositories')
  for (const copy of await readdir(copies)) await rm(join(copies, copy, 'objects'), { recursive: true })
  await fresh.git.commit(remote, 'main', commitOptions('d'), async () => changes({ c: '1' }))
  expect(await at.server.files(name, 'main')).toEqual({ a: '1', b: '1', c: '1' })
})

describe('what is not written', () => {
  test('nothing: no changes, or only such that change nothing', async () => {
    const { name, remote } = await repository({ a: '1' })
    expect((await write(remote, 'c', changes({}))).commit).toBeNull()
    expect((await write(remote, 'c', changes({ a: '1', none: null }))).commit).toBeNull()
    expect(await at.server.log(name, 'main')).toHaveLength(1)
  })

  test('and "nothing to do" is only believed on the true tip', async () => {
    const { name, remote } = await repository({ a: '1' })
    await write(remote, 'c', changes({ a: '2' }))
    await at.server.commitFiles(name, 'main', { a: 'other' })
    await write(remote, 'd', changes({ a: '2' }))
    expect(await at.server.files(name, 'main')).toEqual({ a: '2' })
  })

  test('and so is an error of the edit', async () => {
    const { name, remote } = await repository({ a: '1' })
    await write(remote, 'c', changes({ b: '1' }))
    await at.server.commitFiles(name, 'main', { b: null })
    await at.world.git.commit(remote, 'main', commitOptions('d'), async (tip) => {
      if ((await tip?.read(['b']))?.has('b')) throw new Error('b exists already')
      return changes({ b: '2' })
    })
    expect(await at.server.files(name, 'main')).toEqual({ a: '1', b: '2' })
    const failed = at.world.git.commit(remote, 'main', commitOptions('e'), () => Promise.reject(new Error('no')))
    await expect(failed).rejects.toThrow('no')
  })

  test('what somebody removed from the branch does not come back', async () => {
    const { name, remote } = await repository({ a: '1' })
    const before = (await at.server.log(name, 'main'))[0]?.commit ?? ''
    await write(remote, 'c', changes({ secret: 'oops' }))
    await at.server.git(name, 'update-ref', 'refs/heads/main', before)
    await write(remote, 'd', changes({ b: '1' }))
    expect(await at.server.files(name, 'main')).toEqual({ a: '1', b: '1' })
    expect(await at.server.log(name, 'main')).toHaveLength(2)
  })
})

describe('paths', () => {
  const odd = { link: { link: '/etc/passwd' }, module: { submodule: '1'.repeat(40) }, 'folder/file': 'x', 'run.sh': { executable: 'true' } }
  let shared: Awaited<ReturnType<typeof repository>>
  beforeAll(async () => {
    shared = await repository(odd)
  })

  test.each([
    ...['', '/a', 'a/', 'a//b', '.', '..', './a', 'a/../b', 'a/..', '../a', 'a\\b', 'a\nb', 'a\0b', 'a\tb', 'a\u0085b', 'x'.repeat(256)],
    ...[
      '.git/config',
      '.GIT/config',
      'a/.git',
      'a/.Git/b',
      '.git./a',
      '.git /a',
      '.git . ./a',
      'git~1/a',
      'GIT~2',
      '.git::$INDEX_ALLOCATION/a',
    ],
    ...['.g\u200cit/a', '\ufeff.git/a', '.gi\u200dt', '\u202e.git', '.git:x', '．git/a', '.ｇit', 'a/'.repeat(600).concat('b'), '\ud800'],
  ])('%j is refused', async (path) => {
    expect((await failing(write(shared.remote, 'c', changes({ [path]: 'x' })))).kind).toBe('refused')
  })

  test.each([
    '.gitignore',
    '.github/x.yml',
    'a.git/b',
    'git',
    '.cycloid.yml',
    'ä/ö ü',
    '日本',
    'a"b',
    "a'b",
    '-x',
    '--help',
    '$(x)',
    '*',
    '{}',
    'a;b',
  ])('%j is written', async (path) => {
    const { name, remote } = await repository()
    await write(remote, 'c', changes({ [path]: 'x' }))
    expect(await at.server.files(name, 'main')).toEqual({ 'README.md': 'Hello', [path]: 'x' })
  })

  test.each([
    ['a link', { link: 'x' }, 'link is a symbolic link'],
    ['through a link', { 'link/passwd': 'x' }, 'link/passwd cannot be made, since link is no folder'],
    ['a submodule', { module: 'x' }, 'module is a submodule'],
    ['inside a submodule', { 'module/a': 'x' }, 'since module is no folder'],
    ['over a folder', { folder: 'x' }, 'folder is a folder'],
    ['a folder away', { folder: null }, 'folder is a folder'],
    ['below a file', { 'folder/file/a': 'x' }, 'since folder/file is no folder'],
    ['a file and a folder of one name', { new: 'x', 'new/a': 'y' }, 'new would be a file and a folder'],
  ])('%s is refused', async (_, files, words) => {
    const error = await failing(write(shared.remote, 'c', changes(files)))
    expect([error.kind, error.message]).toEqual(['unusable_file', expect.stringContaining(words)])
  })

  test('a folder takes the place of a file that goes with the same commit', async () => {
    const { name, remote } = await repository({ a: '1', b: '2' })
    await write(remote, 'c', changes({ 'a/x': '3', a: null }))
    expect(await at.server.files(name, 'main')).toEqual({ 'a/x': '3', b: '2' })
  })

  test('a file that can be executed stays so', async () => {
    const { name, remote } = await repository(odd)
    await write(remote, 'c', changes({ 'run.sh': 'false' }))
    expect(await at.server.git(name, 'ls-tree', 'main', 'run.sh')).toMatch(/^100755/)
  })

  test('files above the limit are refused', async () => {
    const { remote } = await repository()
    expect((await failing(write(remote, 'c', changes({ a: 'x'.repeat(200_001) })))).kind).toBe('too_large')
  })
})

describe('what people wrote is text and nothing else', () => {
  test('in names, addresses and messages', async () => {
    const { name, remote } = await repository()
    const author = { name: 'Eve <root@x>\ncommitter Root', email: 'eve@x>\n<' }
    const message = 'Line\r\n\r\nTrochoid-Change: other\n\0data 3\n.\n'
    await at.world.git.commit(remote, 'main', { ...commitOptions('mine'), author, message }, async () => changes({ a: '1' }))
    const [commit] = await at.server.log(name, 'main')
    expect(commit?.author).toBe('Eve root@x committer Root <eve@x>')
    expect(commit?.message).toBe('Line\n\n Trochoid-Change: other\n data 3\n.\n\nTrochoid-Change: mine\n')
    expect(await at.world.git.findChange(remote, 'main', 'other', 10)).toBeUndefined()
  })

  test('an author without a name', async () => {
    const { name, remote } = await repository()
    await at.world.git.commit(remote, 'main', { ...commitOptions('c'), author: { name: ' <> ', email: '' } }, async () =>
      changes({ a: '1' }),
    )
    expect((await at.server.log(name, 'main'))[0]?.author).toBe('unknown <>')
  })
})

describe('a change is found by its trailer', () => {
  test('among the newest, and not when there is none', async () => {
    const { name, remote } = await repository({ a: '1' }, 'http')
    const { commit } = await write(remote, 'wanted', changes({ a: '2' }))
    for (const text of ['3', '4', '5']) await at.server.commitFiles(name, 'main', { a: text })
    expect(await at.world.git.findChange(remote, 'main', 'wanted', 10)).toBe(commit)
    expect(await at.world.git.findChange(remote, 'main', 'wanted', 2)).toBeUndefined()
    expect(await at.world.git.findChange(remote, 'main', 'unwanted', 10)).toBeUndefined()
    expect(await at.world.git.findChange(remote, 'none', 'wanted', 10)).toBeUndefined()
  })
})
