/** The part of Git that builds of pipelines use: histories, working copies and what is pushed from them. */
import { mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Cache } from './cache.ts'
import { checkOut } from './checkout.ts'
import type { Person } from './commit.ts'
import type { Place } from './fetch.ts'
import { historyOf, inTurn } from './history.ts'
import { assertBranch } from './paths.ts'
import { publish } from './publish.ts'
import { openRemote, type Remote, type RemoteWorld } from './remote.ts'
import type { Processes } from './run.ts'
import { tagsOf } from './tags.ts'
import { Damaged, type Trees } from './tree.ts'
import { GitError, type GitLimits, type GitRemote, type WorkingCopies } from './types.ts'
import { asGitError, until, untilAborted } from './working-copy.ts'

export interface CopiesWorld {
  readonly world: RemoteWorld
  readonly cache: Cache
  readonly processes: Processes
  readonly trees: Trees
  readonly limits: GitLimits
  readonly committer: Person
  /** What is left there by a killed process is removed at the next start. */
  readonly scratchFolder: string
  counted<T>(work: () => Promise<T>): Promise<T>
}

export function workingCopies({ world, cache, processes, trees, limits, committer, scratchFolder, counted }: CopiesWorld): WorkingCopies {
  const at = <T>(
    remote: GitRemote,
    branch: string | undefined,
    signal: AbortSignal | undefined,
    work: (place: Place) => Promise<T>,
  ): Promise<T> =>
    // What is brought for one may be for others too, so it goes on when one gives up waiting.
    untilAborted(
      signal,
      counted(async () => {
        signal?.throwIfAborted()
        const opened = await openRemote(world, remote)
        const name = branch ?? (await defaultBranch(opened, signal))
        assertBranch(name)
        const repository = cache.find(remote, 'history')
        using _pin = cache.pin(repository)
        const place: Place = { cache, limits, repository, remote: opened, branch: name }
        return await inTurn(repository, async () => {
          signal?.throwIfAborted()
          try {
            return await work(place)
          } catch (error) {
            if (!(error instanceof Damaged)) throw error
            // Nobody repairs a copy: the next one is another.
            if (repository.copy) await cache.leave(repository, repository.copy)
            return await work(place).catch(asGitError)
          }
        })
      }),
    )

  return {
    history: (remote, branch, question) => at(remote, branch, question.signal, (place) => historyOf(processes, place, question)),
    tags: (remote, branch, question) => at(remote, branch, question.signal, (place) => tagsOf(processes, place, question)),
    checkOut: (remote, branch, folder, request) =>
      counted(async () => {
        const opened = await openRemote(world, remote)
        const name = branch ?? (await defaultBranch(opened, request.signal))
        assertBranch(name)
        const done = await checkOut({ processes, trees, limits, remote: opened, url: remote.url }, name, folder, request)
        return { ...done, branch: name }
      }),
    publish: (remote, branch, folder, request) =>
      counted(async () => {
        assertBranch(branch)
        const opened = await openRemote(world, remote)
        const scratch = await mkdtemp(join(scratchFolder, 'publish-'))
        try {
          return await publish({ processes, trees, limits, remote: opened, committer, scratch }, branch, folder, request)
        } finally {
          await rm(scratch, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 })
        }
      }),
  }
}

/** @throws GitError */
async function defaultBranch(remote: Remote, signal: AbortSignal | undefined): Promise<string> {
  const ran = await remote.run(undefined, ['ls-remote', '--symref', '--', '{}', 'HEAD'], until(signal))
  signal?.throwIfAborted()
  if (ran.code !== 0) throw remote.failure(ran)
  const [, name] = /^ref: refs\/heads\/(\S+)\tHEAD$/m.exec(ran.output.toString()) ?? []
  if (name === undefined) throw new GitError('empty', 'The repository has no default branch: name one, or push a first commit')
  return name
}
