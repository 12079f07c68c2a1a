/** Repositories that are made against the engine. */
import { execFileSync } from 'node:child_process'
import { symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { contextOf, useFolders } from '../../../../test/support/resource-context.ts'
import type { Git } from '../../../outside/git/types.ts'
import { gitResource } from './git.ts'

const folders = useFolders()
const commit = '0'.repeat(40)
const person = { name: 'Ada', email: 'ada@example.com', date: '2026-01-31T12:00:00+00:00' }

test('a get looks at no file that .gitattributes points to outside of the working copy', async () => {
  const pipe = join(folders.home, 'pipe')
  execFileSync('mkfifo', [pipe])
  const git = {
    async checkOut(_remote: unknown, _branch: unknown, folder: string) {
      // Whoever reads it waits for ever, and holds one of the few threads that read files for everybody.
      await symlink(pipe, join(folder, '.gitattributes'))
      const facts = { commit, message: '', author: person, committer: person }
      return { facts, tags: [], hasSubmodules: false, branch: 'main' }
    },
  } as unknown as Git
  const source = { uri: 'https://git.example.com/a.git', branch: 'main' }
  const got = gitResource(git).in(contextOf(), await folders.make(), { source, version: { ref: commit }, params: {} })
  expect(await got).toMatchObject({ version: { ref: commit } })
}, 5000)

test('a filter for tags that takes too long for the tags that are there is given up', async () => {
  const names = Array.from({ length: 2000 }, (_, at) => `${'x'.repeat(230)}-${at}`)
  const git = {
    tags: async (_remote: unknown, _branch: unknown, { passes }: { passes(name: string): boolean }) =>
      names.filter(passes).map((tag) => ({ tag, commit })),
  } as unknown as Git
  const check = (tag_regex: string) =>
    gitResource(git).check(contextOf(), { source: { uri: 'https://git.example.com/a.git', tag_regex }, version: null })
  expect(await check('x+-\\d+')).toHaveLength(1)
  const begun = performance.now()
  await expect(check(`${'(?:x{0,1000})?'.repeat(30)}y`)).rejects.toThrow('the filter for tags takes too long')
  expect(performance.now() - begun).toBeLessThan(10_000)
}, 30_000)
