/** Folders for working copies, and git in them as a task would run it. */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, realpathSync } from 'node:fs'
import { mkdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll } from 'vitest'
import { gitEnvironment } from './fast-import.ts'

const person = { GIT_AUTHOR_NAME: 'T', GIT_AUTHOR_EMAIL: 't@x', GIT_COMMITTER_NAME: 'T', GIT_COMMITTER_EMAIL: 't@x' }

/** What git says in the folder. */
export const git = (folder: string, ...args: string[]): string =>
  execFileSync('git', args, {
    cwd: folder,
    env: { ...gitEnvironment, ...person },
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  }).trim()

export function useCopies(): { readonly home: string; newFolder(): Promise<string> } {
  const home = realpathSync(mkdtempSync(join(tmpdir(), 'trochoid-copies-')))
  afterAll(() => rm(home, { recursive: true, force: true }))
  let made = 0
  return {
    home,
    async newFolder() {
      const folder = join(home, String(++made))
      await mkdir(folder)
      return folder
    },
  }
}
