/** On real repositories. */
import { existsSync, readFileSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { git } from '../../../../test/support/copies.ts'
import { useGitWorld } from '../../../../test/support/git-world.ts'
import { contextOf, useFolders } from '../../../../test/support/resource-context.ts'
import type { JsonObject, Version } from '../../../formats/pipeline/types.ts'
import { StepFailed } from '../execute/types.ts'
import { gitResource } from './git.ts'

const at = useGitWorld()
const folders = useFolders()
const type = () => gitResource(at.world.git)

/** A repository of its own with one commit, and its source. */
async function repository(files: Parameters<typeof at.repository>[0] = { a: '0' }) {
  const { name } = await at.repository(files)
  return {
    name,
    source: { uri: at.server.path(name), branch: 'main' } satisfies JsonObject,
    first: (await at.server.git(name, 'rev-parse', 'main')).trim(),
  }
}
const check = (source: JsonObject, ref?: string, context = contextOf()) =>
  type().check(context, { source, version: ref === undefined ? null : { ref } })
const commit = (name: string, message: string, path = 'a') => at.server.commitFiles(name, 'main', { [path]: message }, message)
const get = async (source: JsonObject, version: Version, params: JsonObject = {}, context = contextOf()) => {
  const folder = await folders.make()
  return { folder, ...(await type().in(context, folder, { source, version, params })) }
}
describe('a check', () => {
  test('finds the newest commit, and later what came after it', async () => {
    const { name, source, first } = await repository()
    expect(await check(source)).toEqual([{ ref: first }])
    const [second, third] = [await commit(name, 'Second'), await commit(name, 'Third')]
    expect(await check(source, first)).toEqual([{ ref: first }, { ref: second }, { ref: third }])
    expect(await check({ ...source, version_depth: 1 }, first)).toEqual([{ ref: third }])
    expect(await check(source)).toEqual([{ ref: third }])
    expect(await check(source, third)).toEqual([{ ref: third }])
  })

  test('leaves out what is marked so, unless that is off', async () => {
    const { name, source, first } = await repository()
    const [skipped, other, last] = [
      await commit(name, 'One [ci skip]'),
      await commit(name, 'Two\n\n[skip ci]'),
      await commit(name, 'Three'),
    ]
    expect(await check(source, first)).toEqual([{ ref: first }, { ref: last }])
    expect(await check({ ...source, disable_ci_skip: true }, first)).toEqual([
      { ref: first },
      { ref: skipped },
      { ref: other },
      { ref: last },
    ])
  })

  test('looks at paths and words', async () => {
    const { name, source, first } = await repository()
    const [docs, app] = [await commit(name, 'Docs', 'docs/x.md'), await commit(name, 'App release', 'app/x.ts')]
    expect(await check({ ...source, paths: ['docs'] }, first)).toEqual([{ ref: first }, { ref: docs }])
    expect(await check({ ...source, ignore_paths: ['docs/*'] }, first)).toEqual([{ ref: first }, { ref: app }])
    expect(await check({ ...source, commit_filter: { include: ['release'] } }, first)).toEqual([{ ref: first }, { ref: app }])
    expect(await check({ ...source, commit_filter: { exclude: ['App'] } }, first)).toEqual([{ ref: first }, { ref: docs }])
  })

  test('looks at tags', async () => {
    const { name, source, first } = await repository()
    const second = await commit(name, 'Second')
    await at.server.git(name, 'tag', 'v1', first)
    await at.server.git(name, 'tag', 'v2', second)
    await at.server.git(name, 'tag', 'w3', second)
    const tags = { ...source, tag_filter: 'v*' }
    expect(await check(tags)).toEqual([{ ref: 'v2', commit: second }])
    expect(await check(tags, 'v1')).toEqual([
      { ref: 'v1', commit: first },
      { ref: 'v2', commit: second },
    ])
    expect(await check({ ...source, tag_regex: '[vw][13]' })).toEqual([{ ref: 'w3', commit: second }])
    expect(await check({ ...source, tag_filter: 'none*' })).toEqual([])
  })

  test('of a repository that is not there fails with a sentence', async () => {
    const error = await check({ uri: at.server.path('missing'), branch: 'main' }).catch((caught: unknown) => caught)
    expect(error).toBeInstanceOf(StepFailed)
    expect(String(error)).toContain('There is no repository')
    await expect(check({ ...(await repository()).source, branch: 'nope' })).rejects.toThrow('The branch nope was not found')
  })

  test.each(['http://169.254.169.254/x.git', '/etc', 'ext::sh -c id', 'file:///etc', '-oProxyCommand=id'])(
    'goes nowhere else: %s',
    async (uri) => {
      await expect(check({ uri, branch: 'main' })).rejects.toThrow(StepFailed)
    },
  )

  test('ends when the build is aborted', { retry: 2 }, async () => {
    const { name } = await repository()
    at.server.trouble.delay = 5000
    const over = new AbortController()
    const reason = new Error('aborted')
    const checking = check({ uri: at.server.url(name), branch: 'main' }, undefined, contextOf({ signal: over.signal }))
    const started = performance.now()
    setTimeout(() => over.abort(reason), 100)
    await expect(checking).rejects.toBe(reason)
    expect(performance.now() - started).toBeLessThan(2000)
    at.server.trouble.delay = 0
  })
})

describe('a get', () => {
  test('is a working copy with its files, and says what it is', async () => {
    const { name, source } = await repository()
    const ref = await commit(name, 'Second\n\nWith words')
    await at.server.git(name, 'tag', 'v1', ref)
    const { folder, version, metadata } = await get(source, { ref })
    expect(version).toEqual({ ref })
    expect(metadata).toEqual([
      { name: 'commit', value: ref },
      { name: 'author', value: 'Somebody' },
      { name: 'author_date', value: '2023-11-14T22:13:20+00:00' },
      { name: 'branch', value: 'main' },
      { name: 'tags', value: 'v1' },
      { name: 'message', value: 'Second\n\nWith words' },
    ])
    const said = Object.fromEntries(
      ['ref', 'short_ref', 'committer', 'commit_message'].map((file) => [file, readFileSync(join(folder, '.git', file), 'utf8')]),
    )
    expect(said).toEqual({
      ref: `${ref}\n`,
      short_ref: `${ref.slice(0, 7)}\n`,
      committer: 'somebody@example.org\n',
      commit_message: 'Second\n\nWith words\n',
    })
    expect(git(folder, 'status', '--porcelain')).toBe('')
    expect(git(folder, 'rev-parse', '--abbrev-ref', 'HEAD')).toBe('main')
  })

  test('of a tag is of its commit, also when a person pinned the tag alone', async () => {
    const { name, source, first } = await repository()
    await commit(name, 'Second')
    await at.server.git(name, 'tag', 'v1', first)
    for (const version of [{ ref: 'v1', commit: first }, { ref: 'v1' }]) {
      const { folder } = await get({ ...source, tag_filter: 'v*' }, version)
      expect(git(folder, 'rev-parse', 'HEAD')).toBe(first)
      expect(readFileSync(join(folder, '.git/ref'), 'utf8')).toBe('v1\n')
    }
    await expect(get(source, { ref: 'abc123' })).rejects.toThrow('neither the whole hash of a commit nor a tag')
  })

  test('is as deep as one asks, with the tags that one asks for', async () => {
    const { name, source } = await repository()
    const ref = await commit(name, 'Second')
    await at.server.git(name, 'tag', 'v1', ref)
    const { folder } = await get(source, { ref }, { depth: 1, clean_tags: true })
    expect([git(folder, 'rev-list', '--count', 'HEAD'), git(folder, 'tag')]).toEqual(['1', ''])
  })

  test('says what it leaves out', async () => {
    const { source, first } = await repository({
      '.gitattributes': '*.bin filter=lfs\n',
      '.gitmodules': '[submodule "m"]\n\tpath = m\n\turl = ./m\n',
      m: { submodule: '3'.repeat(40) },
    })
    const context = contextOf()
    await get(source, { ref: first }, { submodules: 'none' }, context)
    expect(context.lines.join('')).toMatch(/submodules are not fetched.*\n.*LFS/)
    await expect(get(source, { ref: first }, { submodules: ['m'] })).rejects.toThrow('params.submodules: must be none')
  })

  test('ends when the build is aborted', { retry: 2 }, async () => {
    const { name, first } = await repository()
    at.server.trouble.delay = 5000
    const over = new AbortController()
    const reason = new Error('aborted')
    const getting = get({ uri: at.server.url(name), branch: 'main' }, { ref: first }, {}, contextOf({ signal: over.signal }))
    const started = performance.now()
    setTimeout(() => over.abort(reason), 150)
    await expect(getting).rejects.toBe(reason)
    expect(performance.now() - started).toBeLessThan(2000)
    at.server.trouble.delay = 0
  })
})

describe('a put', () => {
  /** What a task made of a get. */
  async function worked(source: JsonObject, ref: string) {
    const { folder } = await get(source, { ref })
    await writeFile(join(folder, 'made'), 'by a task')
    git(folder, 'add', '.')
    git(folder, 'commit', '-q', '-m', 'Of a task')
    return { out: join(folder, '..'), head: git(folder, 'rev-parse', 'HEAD'), folder }
  }
  const put = (out: string, source: JsonObject, params: JsonObject) =>
    type().out(contextOf(), out, { source, params: { repository: 'folder', ...params } })

  test('pushes what a task has committed', async () => {
    const { name, source, first } = await repository()
    const { out, head } = await worked(source, first)
    const { version, metadata } = await put(out, source, {})
    expect(version).toEqual({ ref: head })
    expect(metadata).toContainEqual({ name: 'message', value: 'Of a task' })
    expect(await at.server.files(name, 'main')).toMatchObject({ made: 'by a task' })
    expect(await check(source, first)).toEqual([{ ref: first }, { ref: head }])
  })

  test('fails when others were faster, or goes on top of theirs', async () => {
    const { name, source, first } = await repository()
    const { out, head } = await worked(source, first)
    await commit(name, 'Theirs')
    await expect(put(out, source, {})).rejects.toThrow(StepFailed)
    const { version } = await put(out, source, { rebase: true })
    expect(version['ref']).not.toBe(head)
    expect((await at.server.log(name, 'main')).map(({ message }) => message.trim())).toEqual(['Of a task', 'Theirs', 'First'])
  })

  test('merges, and gives either commit', async () => {
    const { name, source, first } = await repository()
    const { out, head } = await worked(source, first)
    await commit(name, 'Theirs')
    expect((await put(out, source, { merge: true, returning: 'unmerged' })).version).toEqual({ ref: head })
    expect((await at.server.log(name, 'main'))[0]?.parents).toHaveLength(2)
    await expect(put(out, source, { merge: true, rebase: true })).rejects.toThrow('rebase or merge')
  })

  test('tags, with or without the branch', async () => {
    const { name, source, first } = await repository()
    const { out, head, folder } = await worked(source, first)
    await writeFile(join(out, 'number'), '1.2.3\n')
    await writeFile(join(out, 'words'), 'Released')
    await put(out, source, { tag: 'number', tag_prefix: 'v', annotate: 'words', only_tag: true })
    expect((await at.server.git(name, 'rev-parse', 'v1.2.3^{commit}')).trim()).toBe(head)
    expect((await at.server.git(name, 'rev-parse', 'main')).trim()).toBe(first)
    expect(existsSync(join(folder, '.git/refs/tags/v1.2.3'))).toBe(false)
  })

  test('pushes to another branch, and over what is there', async () => {
    const { name, source, first } = await repository()
    const { out, head } = await worked(source, first)
    await put(out, source, { branch: 'release' })
    expect((await at.server.git(name, 'rev-parse', 'release')).trim()).toBe(head)
    await commit(name, 'Theirs')
    await put(out, source, { force: true })
    expect((await at.server.git(name, 'rev-parse', 'main')).trim()).toBe(head)
  })

  test.each([
    [{ repository: '../..' }, 'there is no folder'],
    [{ repository: 'none' }, 'there is no folder'],
    [{ repository: '' }, 'params.repository: must be a text'],
    [{ notes: 'x' }, 'params.notes: the embedded engine writes no notes'],
    [{ refs_prefix: 'refs/for' }, 'params.refs_prefix'],
    [{ tag: '/etc/passwd' }, 'params.tag: there is no file'],
  ])('%j is refused', async (params, sentence) => {
    const { source, first } = await repository()
    const { out } = await worked(source, first)
    await expect(put(out, source, params)).rejects.toThrow(sentence)
  })

  test('wants a branch', async () => {
    const { source, first } = await repository()
    const { out } = await worked(source, first)
    await expect(put(out, { uri: source.uri }, {})).rejects.toThrow('source.branch: is missing')
  })
})

test('checks of many resources of one repository do not disturb each other', async () => {
  const { name, source, first } = await repository()
  for (let n = 0; n < 34; n++) await commit(name, `${n}`, n % 2 ? 'x/a' : 'y/a')
  const answers = await Promise.all(['x', 'y', 'x', 'y'].map((path) => check({ ...source, paths: [path] }, first)))
  expect(answers.map((one) => one.length)).toEqual([18, 18, 18, 18])
})
