/** Bare git repositories in a folder of their own, made and looked into with git itself. */
import { execFileSync } from 'node:child_process'
import { appendFileSync, mkdtempSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll } from 'vitest'
import { bareSettings, gitEnvironment, importArguments, importStream, type TestChanges } from './fast-import.ts'

export type Files = Readonly<Record<string, string | Buffer>>

export interface Repositories {
  readonly folder: string
  /** A bare repository with these branches; answers its path. Without branches it is empty. */
  make(name: string, branches?: Readonly<Record<string, Files>>): string
  /** One more commit on a branch; null deletes. */
  commit(name: string, branch: string, changes: TestChanges, message?: string): string
  files(name: string, branch: string): Record<string, string>
  /** Newest first: hash, parents, author, subject and body. */
  log(name: string, branch: string): { hash: string; parents: string[]; author: string; message: string }[]
}

export function openRepositories(): Repositories & Disposable {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'trochoid-repositories-')))
  const path = (name: string) => join(folder, `${name}.git`)
  const git = (name: string, args: string[], input?: Buffer): string =>
    execFileSync('git', ['--git-dir', path(name), ...args], {
      input: input ?? '',
      encoding: 'utf8',
      maxBuffer: 2 ** 28,
      env: gitEnvironment,
    })
  const write = (name: string, branch: string, changes: TestChanges, message: string) => {
    const tip = git(name, ['for-each-ref', '--format=%(objectname)', `refs/heads/${branch}`]).trim()
    git(name, [...importArguments], importStream(branch, tip, changes, message))
    return git(name, ['rev-parse', `refs/heads/${branch}`]).trim()
  }
  return {
    folder,
    make(name, branches = {}) {
      execFileSync('git', ['init', '--quiet', '--bare', '--template=', '--initial-branch=main', path(name)], { env: gitEnvironment })
      appendFileSync(join(path(name), 'config'), bareSettings)
      for (const [branch, files] of Object.entries(branches)) write(name, branch, files, 'First')
      return path(name)
    },
    commit: (name, branch, changes, message = 'By hand') => write(name, branch, changes, message),
    files(name, branch) {
      // One commit, also while somebody pushes.
      const commit = git(name, ['rev-parse', `refs/heads/${branch}`]).trim()
      const paths = git(name, ['ls-tree', '-r', '-z', '--name-only', commit]).split('\0').filter(Boolean)
      return Object.fromEntries(paths.map((file) => [file, git(name, ['cat-file', 'blob', `${commit}:${file}`])]))
    },
    log: (name, branch) =>
      git(name, ['log', '--format=%H%x1f%P%x1f%an <%ae>%x1f%B%x1e', `refs/heads/${branch}`])
        .split('\x1e')
        .map((entry) => entry.trim().split('\x1f'))
        .filter(([hash]) => hash)
        .map(([hash = '', parents = '', author = '', message = '']) => ({
          hash,
          parents: parents.split(' ').filter(Boolean),
          author,
          message: message.trim(),
        })),
    [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }),
  }
}

/** For a whole test file. */
export function useRepositories(): Repositories {
  const repositories = openRepositories()
  afterAll(() => repositories[Symbol.dispose]())
  return repositories
}
