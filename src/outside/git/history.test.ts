/** Commits and tags, as builds of pipelines look for them: in real repositories, by path and over http. */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { git, useCopies } from '../../../test/support/copies.ts'
import { failing, remoteTo, useGitWorld } from '../../../test/support/git-world.ts'
import type { HistoryQuestion } from './types.ts'

const at = useGitWorld()
const { newFolder } = useCopies()

const everything: HistoryQuestion = { passes: () => true }
const subjects = async (
  remote: ReturnType<typeof remoteTo>,
  question: Partial<HistoryQuestion> = {},
  branch: string | undefined = 'main',
) => (await at.world.git.history(remote, branch, { ...everything, ...question })).map(({ message }) => message)

describe.each(['local', 'http'] as const)('the history of a branch, %s', (how) => {
  test('is its newest commit for who knows none', async () => {
    const { name, remote } = await at.repository({ a: '1' }, how)
    const second = await at.server.commitFiles(name, 'main', { a: '2' }, 'Second\n\nWith more')
    const [facts, ...more] = await at.world.git.history(remote, 'main', everything)
    expect(more).toEqual([])
    expect(facts).toEqual({
      commit: second,
      message: 'Second\n\nWith more',
      author: { name: 'Somebody', email: 'somebody@example.org', date: '2023-11-14T22:13:20+00:00' },
      committer: { name: 'Somebody', email: 'somebody@example.org', date: '2023-11-14T22:13:20+00:00' },
    })
  })

  test('is what came after the commit that one knows, oldest first and beginning with it', async () => {
    const { name, remote } = await at.repository({ a: '0' }, how)
    const [first] = await at.world.git.history(remote, 'main', everything)
    expect(await subjects(remote, { since: first?.commit })).toEqual(['First'])
    for (const n of ['1', '2', '3']) await at.server.commitFiles(name, 'main', { a: n }, n)
    expect(await subjects(remote, { since: first?.commit })).toEqual(['First', '1', '2', '3'])
    expect(await subjects(remote, { since: first?.commit, passes: ({ message }) => message !== '2' })).toEqual(['First', '1', '3'])
  })

  test('reaches as far back as one knows', async () => {
    const { name, remote } = await at.repository({ a: '0' }, how)
    const first = await at.server.git(name, 'rev-parse', 'main')
    for (let n = 1; n <= 45; n++) await at.server.commitFiles(name, 'main', { a: String(n) }, String(n))
    expect(await subjects(remote, { since: first.trim() })).toEqual(['First', ...Array.from({ length: 45 }, (_, n) => String(n + 1))])
  })
})

describe('the history of a branch', () => {
  test('knows what changed under which paths', async () => {
    const { name, remote } = await at.repository({ 'app/a': '1', 'docs/b': '1', 'x.yml': '1' })
    for (const [path, message] of [
      ['app/a', 'app'],
      ['docs/b', 'docs'],
      ['app/deep/er/c', 'deep'],
      ['x.yml', 'yml'],
      [':odd', 'odd'],
    ] as const)
      await at.server.commitFiles(name, 'main', { [path]: message }, message)
    const since = (await at.server.git(name, 'rev-parse', 'main~5')).trim()
    const later = async (question: Partial<HistoryQuestion>) => (await subjects(remote, { since, ...question })).slice(1)
    expect(await later({ only: ['app'] })).toEqual(['app', 'deep'])
    expect(await later({ only: ['*.yml', 'docs/*'] })).toEqual(['docs', 'yml'])
    expect(await later({ except: ['app'] })).toEqual(['docs', 'yml', 'odd'])
    expect(await later({ only: ['app'], except: ['app/deep'] })).toEqual(['app'])
    expect(await later({ only: [':odd'] })).toEqual(['odd'])
    expect(await subjects(remote, { only: ['docs'] })).toEqual(['docs'])
    expect(await subjects(remote, { only: ['nothing'] })).toEqual([])
  })

  test('finds the newest change of a path that is older than what a first look brings', async () => {
    const { name, remote } = await at.repository({ old: '1' })
    await at.server.commitFiles(name, 'main', { old: '2' }, 'Old')
    for (let n = 1; n <= 35; n++) await at.server.commitFiles(name, 'main', { a: String(n) }, String(n))
    expect(await subjects(remote, { only: ['old'] })).toEqual(['Old'])
  })

  test('goes on with the newest when the known commit is gone', async () => {
    const { remote } = await at.repository({ a: '1' })
    expect(await subjects(remote, { since: '1'.repeat(40) })).toEqual(['First'])
    expect(await subjects(remote, { since: '--output=/tmp/x' })).toEqual(['First'])
  })

  test('counts a merge as one commit, that of the merge', async () => {
    const { name, remote } = await at.repository({ a: '1' })
    const since = (await at.server.git(name, 'rev-parse', 'main')).trim()
    const folder = await newFolder()
    git(folder, 'clone', '-q', at.server.path(name), '.')
    git(folder, 'checkout', '-q', '-b', 'side')
    await writeFile(join(folder, 'side'), '1')
    git(folder, 'add', '.')
    git(folder, 'commit', '-q', '-m', 'Side')
    git(folder, 'checkout', '-q', 'main')
    git(folder, 'merge', '-q', '--no-ff', '-m', 'Merged', 'side')
    git(folder, 'push', '-q', 'origin', 'main')
    expect(await subjects(remote, { since })).toEqual(['First', 'Merged'])
    expect(await subjects(remote, { since, only: ['side'] })).toEqual(['First', 'Merged'])
  })

  test('without a branch is that of the default one', async () => {
    await at.server.repository('trunked', { trunk: { a: '1' } })
    expect((await at.world.git.history(remoteTo(at.server.path('trunked')), undefined, everything)).length).toBe(1)
    expect((await failing(at.world.git.history(remoteTo(at.server.path('trunked')), 'main', everything))).kind).toBe('no_branch')
  })

  test('is the same for many who ask at once', async () => {
    const { name, remote } = await at.repository({ a: '0', b: '0' })
    const since = (await at.server.git(name, 'rev-parse', 'main')).trim()
    for (let n = 1; n <= 40; n++) await at.server.commitFiles(name, 'main', { [n % 2 ? 'a' : 'b']: String(n) }, String(n))
    const answers = await Promise.all(
      Array.from({ length: 6 }, (_, n) => subjects(remote, n % 2 ? { since, only: ['a'] } : { only: ['b'] })),
    )
    expect(answers.map((one) => one.length)).toEqual([1, 21, 1, 21, 1, 21])
  })

  test('refuses patterns that would keep git busy', async () => {
    const { remote } = await at.repository()
    for (const only of [['a*'.repeat(20)], [''], Array.from({ length: 101 }, () => 'a'), ['x'.repeat(501)]])
      expect((await failing(at.world.git.history(remote, 'main', { ...everything, only }))).kind).toBe('refused')
  })

  test('ends with the signal of who asks', async () => {
    const { remote } = await at.repository({ a: '1' }, 'http')
    at.server.trouble.delay = 3000
    const over = new AbortController()
    const asking = at.world.git.history(remote, 'main', { ...everything, signal: over.signal })
    setTimeout(() => over.abort(new Error('enough')), 100)
    await expect(asking.finally(() => (at.server.trouble.delay = 0))).rejects.toThrow()
  })

  test('asks nobody that must not be asked', async () => {
    for (const url of ['http://169.254.169.254/x.git', '/etc', 'ext::sh -c id'])
      expect((await failing(at.world.git.history(remoteTo(url), 'main', everything))).kind).toBe('refused')
  })
})

describe('tags', () => {
  const tag = async (name: string, tagged: string, commit: string, annotated = false) =>
    at.server.git(name, '-c', 'user.name=T', '-c', 'user.email=t@x', 'tag', ...(annotated ? ['-m', 'x'] : []), tagged, commit)

  test('come by their age, annotated ones too, as far as they fit and are on the branch', async () => {
    const { name, remote } = await at.repository({ a: '0' })
    const first = (await at.server.git(name, 'rev-parse', 'main')).trim()
    const second = await at.server.commitFiles(name, 'main', { a: '1' }, 'Second')
    const side = await at.server.commitFiles(name, 'side', { b: '1' }, 'Side')
    await tag(name, 'v1.0', first)
    await tag(name, 'v2.0', second, true)
    await tag(name, 'v3.0', side)
    await tag(name, 'other', second)
    const passes = (one: string) => one.startsWith('v')
    expect(await at.world.git.tags(remote, 'main', { passes, isOnBranch: true })).toEqual([
      { tag: 'v1.0', commit: first },
      { tag: 'v2.0', commit: second },
    ])
    expect((await at.world.git.tags(remote, 'main', { passes, isOnBranch: false })).map((one) => one.tag).sort()).toEqual([
      'v1.0',
      'v2.0',
      'v3.0',
    ])
    await at.server.git(name, 'tag', '-d', 'v1.0')
    expect((await at.world.git.tags(remote, 'main', { passes, isOnBranch: true })).map((one) => one.tag)).toEqual(['v2.0'])
    expect(await at.world.git.tags(remote, 'main', { passes: () => false, isOnBranch: true })).toEqual([])
  })
})
