/** Working copies for tasks: of real repositories, by path and over http. */
import { existsSync, lstatSync, readdirSync, readFileSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { git, useCopies } from '../../../test/support/copies.ts'
import { openGitServer } from '../../../test/support/git-server.ts'
import { failing, openGitWorld, remoteTo, useGitWorld } from '../../../test/support/git-world.ts'

const at = useGitWorld()
const { newFolder } = useCopies()

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
