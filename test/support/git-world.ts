/** A Git with a cache of its own, for tests of it. */
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll } from 'vitest'
import { type AddressGuard, openAddressGuard } from '../../src/outside/address-guard.ts'
import { openGit } from '../../src/outside/git/git.ts'
import type {
  CommitOptions,
  FileChanges,
  Git,
  GitCredential,
  GitError,
  GitLimits,
  GitPolicy,
  GitRemote,
} from '../../src/outside/git/types.ts'
import type { TestFiles } from './fast-import.ts'
import { type GitServer, openGitServer } from './git-server.ts'

export interface GitWorld extends AsyncDisposable {
  readonly git: Git
  readonly cacheFolder: string
  /** Everything below the cache, without what is there from the start; sorted. */
  left(): Promise<string[]>
  /** Ends this process's Git and opens another on the same cache. */
  restart(): Promise<Git>
}

export interface GitWorldOptions {
  readonly localPaths?: readonly string[]
  readonly limits?: Partial<GitLimits>
  readonly policy?: Partial<GitPolicy>
  readonly guard?: AddressGuard
  readonly cacheFolder?: string
}

export async function openGitWorld({ localPaths = [], limits = {}, policy = {}, guard, cacheFolder }: GitWorldOptions): Promise<GitWorld> {
  const folder = cacheFolder ?? (await mkdtemp(join(tmpdir(), 'trochoid-cache-')))
  const options = {
    cacheFolder: folder,
    guard: guard ?? openAddressGuard({ allowed: ['127.0.0.1'] }),
    policy: {
      localPaths,
      plainHttp: true,
      hostKeys: 'accept-new' as const,
      knownHostsFile: undefined,
      limits: { repositoryBytes: 5_000_000, fileBytes: 200_000, files: 500, seconds: 20, ...limits },
      ...policy,
    },
  }
  let git = await openGit(options)
  return {
    get git() {
      return git
    },
    cacheFolder: folder,
    async left() {
      const names = (await readdir(folder, { recursive: true })).sort()
      return names.filter((name) => !/^(\d+|\d+\/(owner-[^/]+|salt|home|private|repositories)|known_hosts)$/.test(name))
    },
    async restart() {
      await git[Symbol.asyncDispose]()
      git = await openGit(options)
      return git
    },
    async [Symbol.asyncDispose]() {
      await git[Symbol.asyncDispose]()
      if (cacheFolder === undefined) await rm(folder, { recursive: true, force: true, maxRetries: 5 })
    },
  }
}

/** A server, a Git that may use its repositories over http and by path, and what most tests do with them. */
export function useGitWorld() {
  let server: GitServer
  let world: GitWorld
  let made = 0
  beforeAll(async () => {
    server = await openGitServer()
    world = await openGitWorld({ localPaths: [server.folder] })
  })
  afterAll(async () => {
    await world[Symbol.asyncDispose]()
    await server[Symbol.asyncDispose]()
  })
  return {
    get server() {
      return server
    },
    get world() {
      return world
    },
    /** A repository of its own, by its local path or over http. */
    async repository(files: TestFiles = { 'README.md': 'Hello' }, how: 'local' | 'http' = 'local') {
      const name = `r${made++}`
      await server.repository(name, { main: files })
      return { name, remote: remoteTo(how === 'local' ? server.path(name) : server.url(name)) }
    },
    write: (remote: GitRemote, change: string, files: FileChanges, branch = 'main') =>
      world.git.commit(remote, branch, commitOptions(change), async () => files),
  }
}

export const remoteTo = (url: string, credential: GitCredential | null = null, tenant = 1): GitRemote => ({ tenant, url, credential })

export const commitOptions = (change: string, more: Partial<CommitOptions> = {}): CommitOptions => ({
  author: { name: 'Ada Lovelace', email: 'ada@example.org' },
  message: `Write ${change}`,
  change,
  deadline: performance.now() + 20_000,
  ...more,
})

/** Files as text; null deletes. */
export const changes = (files: Readonly<Record<string, string | null>>): FileChanges =>
  new Map(Object.entries(files).map(([path, text]) => [path, text === null ? null : Buffer.from(text)]))

/** The whole branch as text. */
export const textOf = (git: Git, remote: GitRemote, branch: string): Promise<Record<string, string>> =>
  git.read(remote, branch, async (snapshot) => {
    const contents = await snapshot.read((await snapshot.list()).map(({ path }) => path))
    return Object.fromEntries([...contents].map(([path, content]) => [path, content.toString()]))
  })

/** What went wrong; fails the test when nothing did. */
export async function failing(work: Promise<unknown>): Promise<GitError> {
  const outcome = await work.then(
    (value) => ({ value }),
    (error: unknown) => ({ error }),
  )
  if ('error' in outcome && outcome.error instanceof Error && 'kind' in outcome.error) return outcome.error as GitError
  throw new Error(`expected a GitError, not ${'error' in outcome ? outcome.error : JSON.stringify(outcome.value)}`)
}
