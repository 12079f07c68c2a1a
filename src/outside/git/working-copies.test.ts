/** What builds of pipelines do with repositories: on real ones, by path and over http. */
import { execFileSync } from 'node:child_process'
import { existsSync, lstatSync, mkdtempSync, readdirSync, readFileSync, realpathSync } from 'node:fs'
import { mkdir, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, describe, expect, test } from 'vitest'
import { gitEnvironment } from '../../../test/support/fast-import.ts'
import { openGitServer } from '../../../test/support/git-server.ts'
import { failing, openGitWorld, remoteTo, useGitWorld } from '../../../test/support/git-world.ts'
import type { HistoryQuestion, PublishRequest } from './types.ts'

const at = useGitWorld()
const home = realpathSync(mkdtempSync(join(tmpdir(), 'trochoid-copies-')))
afterAll(() => rm(home, { recursive: true, force: true }))

let made = 0
const newFolder = async () => {
  const folder = join(home, String(++made))
  await mkdir(folder)
  return folder
}
const person = { GIT_AUTHOR_NAME: 'T', GIT_AUTHOR_EMAIL: 't@x', GIT_COMMITTER_NAME: 'T', GIT_COMMITTER_EMAIL: 't@x' }
/** As a task would. */
const git = (folder: string, ...args: string[]) =>
  execFileSync('git', args, {
    cwd: folder,
    env: { ...gitEnvironment, ...person },
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  }).trim()

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

describe.each(['local', 'http'] as const)('a working copy, %s', (how) => {
  test('holds the files of its commit and is a repository to work in', async () => {
    const { name, remote } = await at.repository({ 'a/b': 'one', run: { executable: '#!/bin/sh\n' }, link: { link: 'a/b' } }, how)
    const wanted = await at.server.commitFiles(name, 'main', { 'a/b': 'two' }, 'Wanted')
    await at.server.commitFiles(name, 'main', { 'a/b': 'three' }, 'Later')
    await at.server.git(name, 'tag', 'v1', wanted)
    const folder = await newFolder()
    const { facts, branch, tags, hasSubmodules } = await at.world.git.checkOut(remote, 'main', folder, { commit: wanted })
    expect([facts.commit, facts.message, branch, tags, hasSubmodules]).toEqual([wanted, 'Wanted', 'main', ['v1'], false])
    expect(readFileSync(join(folder, 'a/b'), 'utf8')).toBe('two')
    expect(lstatSync(join(folder, 'run')).mode & 0o111).toBe(0o111)
    expect(lstatSync(join(folder, 'link')).isSymbolicLink()).toBe(true)
    expect(git(folder, 'status', '--porcelain', '--branch')).toBe('## main...origin/main [behind 1]')
    expect(git(folder, 'log', '--format=%s')).toBe('Wanted\nFirst')
    await writeFile(join(folder, 'new'), '1')
    git(folder, 'add', '.')
    git(folder, 'commit', '-q', '-m', 'Of a task')
    expect(git(folder, 'fsck')).toBe('')
  })

  test('is as deep as one asks, and finds what is older', async () => {
    const { name, remote } = await at.repository({ a: '0' }, how)
    const first = (await at.server.git(name, 'rev-parse', 'main')).trim()
    for (let n = 1; n <= 5; n++) await at.server.commitFiles(name, 'main', { a: String(n) }, String(n))
    const [shallow, old] = [await newFolder(), await newFolder()]
    await at.world.git.checkOut(remote, 'main', shallow, { commit: (await at.server.git(name, 'rev-parse', 'main')).trim(), depth: 2 })
    expect(git(shallow, 'log', '--format=%s')).toBe('5\n4')
    await at.world.git.checkOut(remote, 'main', old, { commit: first, depth: 1 })
    expect(git(old, 'log', '--format=%s')).toBe('First')
  })

  test('is of a commit that the branch has left, as long as the server has it', async () => {
    const { name, remote } = await at.repository({ a: '0' }, how)
    const gone = await at.server.commitFiles(name, 'main', { a: '1' }, 'Gone')
    await at.server.git(name, 'update-ref', 'refs/heads/main', 'main~1')
    const folder = await newFolder()
    await at.world.git.checkOut(remote, 'main', folder, { commit: gone })
    expect(readFileSync(join(folder, 'a'), 'utf8')).toBe('1')
    const error = await failing(at.world.git.checkOut(remote, 'main', await newFolder(), { commit: '2'.repeat(40) }))
    expect(error.message).toContain('is not in the repository any more')
  })

  test.each([
    [undefined, ['v1']],
    [true, ['side', 'v1']],
    [false, []],
  ] as const)('has the tags that one asks for: %s', async (tags, names) => {
    const { name, remote } = await at.repository({ a: '0' }, how)
    await at.server.git(name, 'tag', 'v1', 'main')
    await at.server.commitFiles(name, 'other', { b: '1' }, 'Side')
    await at.server.git(name, 'tag', 'side', 'other')
    const folder = await newFolder()
    await at.world.git.checkOut(remote, 'main', folder, { commit: (await at.server.git(name, 'rev-parse', 'main')).trim(), tags })
    expect(git(folder, 'tag').split('\n').filter(Boolean)).toEqual(names)
  })
})

describe('a working copy', () => {
  test('runs nothing that the repository brings, and says that submodules are not there', async () => {
    const { name, remote } = await at.repository({
      '.gitattributes': '* filter=evil\n',
      '.gitmodules': '[submodule "m"]\n\tpath = m\n\turl = ./m\n',
      m: { submodule: '3'.repeat(40) },
    })
    const folder = await newFolder()
    const commit = (await at.server.git(name, 'rev-parse', 'main')).trim()
    expect((await at.world.git.checkOut(remote, 'main', folder, { commit })).hasSubmodules).toBe(true)
    expect(readdirSync(folder).sort()).toEqual(['.git', '.gitattributes', '.gitmodules', 'm'])
    expect(existsSync(join(folder, '.git/hooks'))).toBe(false)
  })

  test('has no credential in it', async () => {
    await using server = await openGitServer({ users: { ada: 'correct horse' } })
    await server.repository('stacks', { main: { a: '1' } })
    const folder = await newFolder()
    const remote = remoteTo(server.url('stacks'), { type: 'basic_auth', username: 'ada', password: 'correct horse' })
    await at.world.git.checkOut(remote, 'main', folder, { commit: (await server.git('stacks', 'rev-parse', 'main')).trim() })
    const encoded = Buffer.from('ada:correct horse').toString('base64')
    const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
    const holding = files.filter((file) => {
      const text = readFileSync(join(file.parentPath, file.name), 'latin1')
      return text.includes('horse') || text.includes(encoded)
    })
    expect(holding).toEqual([])
    expect(git(folder, 'remote', 'get-url', 'origin')).toBe(server.url('stacks'))
  })

  test('that would be too large is refused', async () => {
    await using world = await openGitWorld({ localPaths: [at.server.folder], limits: { repositoryBytes: 100_000 } })
    const { name, remote } = await at.repository({ bomb: Buffer.alloc(3_000_000) })
    const commit = (await at.server.git(name, 'rev-parse', 'main')).trim()
    expect((await failing(world.git.checkOut(remote, 'main', await newFolder(), { commit }))).kind).toBe('too_large')
  })
})

/** A working copy with one commit of a task in it. */
async function worked(files: Record<string, string> = { task: 'made' }, how: 'local' | 'http' = 'local') {
  const { name, remote } = await at.repository({ a: '0' }, how)
  const folder = await newFolder()
  const commit = (await at.server.git(name, 'rev-parse', 'main')).trim()
  await at.world.git.checkOut(remote, 'main', folder, { commit })
  for (const [path, text] of Object.entries(files)) await writeFile(join(folder, path), text)
  git(folder, 'add', '.')
  git(folder, 'commit', '-q', '-m', 'Of a task')
  const publish = (more: Partial<PublishRequest> = {}) => at.world.git.publish(remote, 'main', folder, { otherwise: 'refuse', ...more })
  return { name, remote, folder, first: commit, head: git(folder, 'rev-parse', 'HEAD'), publish }
}
const messages = async (name: string) => (await at.server.log(name, 'main')).map(({ message }) => message.trim())

describe.each(['local', 'http'] as const)('what a working copy publishes, %s', (how) => {
  test('is on the branch then', async () => {
    const { name, head, publish } = await worked({ task: 'made' }, how)
    const { facts, original } = await publish()
    expect([facts.commit, facts.message, original]).toEqual([head, 'Of a task', head])
    expect(await at.server.files(name, 'main')).toEqual({ a: '0', task: 'made' })
  })

  test('is refused when the branch went elsewhere', async () => {
    const { name, publish } = await worked({ task: 'made' }, how)
    await at.server.commitFiles(name, 'main', { b: '1' }, 'Theirs')
    const error = await failing(publish())
    expect([error.kind, error.message]).toEqual(['contended', expect.stringContaining('rebase: true')])
    expect(await messages(name)).toEqual(['Theirs', 'First'])
  })

  test('is put on top of theirs', async () => {
    const { name, head, publish } = await worked({ task: 'made' }, how)
    await at.server.commitFiles(name, 'main', { b: '1' }, 'Theirs')
    const { facts, original } = await publish({ otherwise: 'rebase' })
    expect(original).toBe(head)
    expect(await messages(name)).toEqual(['Of a task', 'Theirs', 'First'])
    expect((await at.server.log(name, 'main'))[0]).toMatchObject({ commit: facts.commit, author: 'T <t@x>' })
    expect(await at.server.files(name, 'main')).toEqual({ a: '0', b: '1', task: 'made' })
  })

  test('is merged with theirs', async () => {
    const { name, publish } = await worked({ task: 'made' }, how)
    await at.server.commitFiles(name, 'main', { b: '1' }, 'Theirs')
    const { facts } = await publish({ otherwise: 'merge' })
    const [merge] = await at.server.log(name, 'main')
    expect([merge?.commit, merge?.parents.length, merge?.message.trim()]).toEqual([facts.commit, 2, "Merge branch 'main'"])
  })

  test('overwrites theirs when one says so', async () => {
    const { name, publish } = await worked({ task: 'made' }, how)
    await at.server.commitFiles(name, 'main', { b: '1' }, 'Theirs')
    await publish({ otherwise: 'overwrite' })
    expect(await messages(name)).toEqual(['Of a task', 'First'])
  })

  test('changes the same lines as theirs: nothing is written', async () => {
    const { name, publish } = await worked({ a: 'ours' }, how)
    await at.server.commitFiles(name, 'main', { a: 'theirs' }, 'Theirs')
    for (const otherwise of ['rebase', 'merge'] as const)
      expect((await failing(publish({ otherwise }))).message).toContain('change the same lines')
    expect(await messages(name)).toEqual(['Theirs', 'First'])
  })
})

describe('what a working copy publishes', () => {
  test('goes out although others are faster, again and again', async () => {
    const { name, publish } = await worked()
    let isOver = false
    const others = (async () => {
      for (let n = 0; !isOver && n < 6; n++) await at.server.commitFiles(name, 'main', { [`b${n}`]: '1' }, `Theirs ${n}`)
    })()
    await sleep(20)
    await publish({ otherwise: 'rebase' }).finally(() => (isOver = true))
    await others.catch(() => {})
    expect(await messages(name)).toContain('Of a task')
  })

  test('takes its tags along, with one more that may have words', async () => {
    const { name, folder, head, publish } = await worked()
    git(folder, 'tag', 'by-task')
    const { tags } = await publish({ tag: { name: 'v1.0', message: 'Release\n\nOf it' } })
    expect(tags).toEqual(['by-task', 'v1.0'])
    expect((await at.server.git(name, 'rev-parse', 'by-task', 'v1.0^{commit}')).trim()).toBe(`${head}\n${head}`)
    expect(await at.server.git(name, 'tag', '-l', '--format=%(objecttype) %(contents)', 'v1.0')).toContain('tag Release\n\nOf it')
  })

  test('is its tags alone when one says so', async () => {
    const { name, head, publish } = await worked()
    expect((await publish({ onlyTags: true, tag: { name: 'v1' } })).facts.commit).toBe(head)
    expect((await at.server.git(name, 'rev-parse', 'v1')).trim()).toBe(head)
    expect(await messages(name)).toEqual(['First'])
  })

  test('takes no tag from another commit', async () => {
    const { name, first, publish } = await worked()
    await at.server.git(name, 'tag', 'v1', first)
    expect((await failing(publish({ tag: { name: 'v1' }, onlyTags: true }))).message).toContain('The tag v1 is in the repository already')
    expect((await failing(publish({ tag: { name: '--delete' } }))).kind).toBe('refused')
  })

  test('may be packed, shallow or detached', async () => {
    const packed = await worked()
    git(packed.folder, 'gc', '-q', '--prune=now')
    expect((await packed.publish()).facts.commit).toBe(packed.head)
    const { name, remote } = await at.repository({ a: '0' })
    const tip = await at.server.commitFiles(name, 'main', { a: '1' }, 'Second')
    const shallow = await newFolder()
    await at.world.git.checkOut(remote, 'main', shallow, { commit: tip, depth: 1 })
    git(shallow, 'checkout', '-q', '--detach')
    git(shallow, 'commit', '-q', '--allow-empty', '-m', 'Shallow')
    await at.world.git.publish(remote, 'main', shallow, { otherwise: 'refuse' })
    expect(await messages(name)).toEqual(['Shallow', 'Second', 'First'])
  })

  test('leaves nothing in the cache', async () => {
    const { publish } = await worked()
    await publish()
    expect((await at.world.left()).filter((path) => path.includes('publish-'))).toEqual([])
  })
})

describe('a hostile working copy', () => {
  test('makes git run nothing', async () => {
    const { folder, name, publish } = await worked()
    const proof = join(home, `proof-${name}`)
    const program = join(home, 'evil.sh')
    await writeFile(program, `#!/bin/sh\ntouch ${proof}\n`, { mode: 0o755 })
    const keys = ['fsmonitor', 'sshCommand', 'askPass', 'editor', 'gitProxy', 'alternateRefsCommand', 'pager']
    const settings = keys.map((key) => `\t${key} = ${program}`).join('\n')
    await writeFile(
      join(folder, '.git/config'),
      `[core]\n${settings}\n\thooksPath = .git/hooks\n[gpg]\n\tprogram = ${program}\n[commit]\n\tgpgSign = true\n[credential]\n\thelper = !${program}\n[uploadpack]\n\tpackObjectsHook = ${program}\n[filter "x"]\n\tsmudge = ${program}\n\tclean = ${program}\n`,
    )
    await mkdir(join(folder, '.git/hooks'), { recursive: true })
    for (const hook of ['pre-push', 'post-checkout', 'pre-rebase', 'reference-transaction', 'post-index-change', 'post-rewrite'])
      await writeFile(join(folder, '.git/hooks', hook), `#!/bin/sh\ntouch ${proof}\n`, { mode: 0o755 })
    await at.server.commitFiles(name, 'main', { '.gitattributes': '* filter=x\n' }, 'Theirs')
    await publish({ otherwise: 'rebase', tag: { name: 'v', message: 'x' } })
    expect(existsSync(proof)).toBe(false)
    expect(await messages(name)).toContain('Of a task')
  })

  test('gives away no object of another repository', async () => {
    const { name: secret } = await at.repository({ secret: 'of others' })
    const stolen = (await at.server.git(secret, 'rev-parse', 'main')).trim()
    const { folder, publish } = await worked()
    await mkdir(join(folder, '.git/objects/info'), { recursive: true })
    await writeFile(join(folder, '.git/objects/info/alternates'), `${at.server.path(secret)}/objects\n`)
    await writeFile(join(folder, '.git/HEAD'), `${stolen}\n`)
    await failing(publish({ otherwise: 'overwrite' }))
    const linked = await worked()
    await rm(join(linked.folder, '.git/objects'), { recursive: true })
    await symlink(join(at.server.path(secret), 'objects'), join(linked.folder, '.git/objects'))
    await writeFile(join(linked.folder, '.git/HEAD'), `${stolen}\n`)
    expect((await failing(linked.publish({ otherwise: 'overwrite' }))).kind).toBe('unusable_file')
  })

  test.each([
    ['is no repository', async (folder: string) => rm(join(folder, '.git'), { recursive: true })],
    [
      'points elsewhere',
      async (folder: string) => {
        await rm(join(folder, '.git'), { recursive: true })
        await writeFile(join(folder, '.git'), 'gitdir: /etc\n')
      },
    ],
    ['has no commit', async (folder: string) => writeFile(join(folder, '.git/HEAD'), 'ref: refs/heads/none\n')],
    ['is at something odd', async (folder: string) => writeFile(join(folder, '.git/HEAD'), 'ref: refs/heads/../../../../etc/passwd\n')],
    [
      'is full of zero bytes',
      async (folder: string) => {
        for (const half of readdirSync(join(folder, '.git/objects')).filter((name) => name.length === 2))
          for (const rest of readdirSync(join(folder, '.git/objects', half)))
            await rm(join(folder, '.git/objects', half, rest)).then(() => writeFile(join(folder, '.git/objects', half, rest), '\0'))
      },
    ],
  ])('that %s is refused with a sentence', async (_, spoil) => {
    const { folder, publish, name } = await worked()
    await spoil(folder)
    const error = await failing(publish())
    expect(['unusable_file', 'failed']).toContain(error.kind)
    expect(error.message).not.toContain(home)
    expect(await messages(name)).toEqual(['First'])
  })
})
