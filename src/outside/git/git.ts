/**
 * Repositories of others, read and written as objects: bare shallow copies in a cache, git's own commands. Only builds of
 * pipelines check anything out (working-copies.ts).
 *
 *   <cacheFolder>/known_hosts             host keys, unless the policy names a file
 *   <cacheFolder>/<slot>/repositories/    one copy per tenant, address and credential
 *   <cacheFolder>/<slot>/private/         keys of the calls that run now
 *
 * Every read asks the remote first, with the caller's credential: the cache saves the bytes, never the question.
 */
import { join, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { AddressGuard } from '../address-guard.ts'
import { openCache } from './cache.ts'
import type { Person } from './commit.ts'
import { freshTip, type Place } from './fetch.ts'
import { assertBranch } from './paths.ts'
import { openRemote } from './remote.ts'
import { openProcesses } from './run.ts'
import { openSlot } from './slot.ts'
import { withSnapshot } from './snapshot.ts'
import { openTrees } from './tree.ts'
import { type Git, GitError, type GitPolicy, type GitRemote } from './types.ts'
import { workingCopies } from './working-copies.ts'
import { commitOn, findCommit, type Workshop } from './writer.ts'

export interface GitOptions {
  /** Made when missing. Several processes may name the same one. */
  readonly cacheFolder: string
  readonly policy: GitPolicy
  readonly guard: AddressGuard
  /** Of every commit; some servers ask that they know the address. */
  readonly committer?: Person
  readonly log?: (line: string) => void
}

/** @throws Error when the cache folder cannot be used */
export async function openGit({ cacheFolder, policy, guard, committer = platform, log = () => {} }: GitOptions): Promise<Git> {
  const slot = await openSlot(cacheFolder)
  const processes = openProcesses(slot.home)
  const cache = await openCache(slot)
  const { limits } = policy
  const knownHosts = policy.knownHostsFile ?? join(resolve(cacheFolder), 'known_hosts')
  const world = { processes, policy, guard, privateFolder: slot.secrets, knownHosts }
  const shop: Workshop = { processes, trees: openTrees(processes, limits), committer }
  log(`git keeps its copies in ${slot.folder}`)

  const busy = new Set<Promise<unknown>>()
  let isClosed = false
  const counted = <T>(work: () => Promise<T>): Promise<T> => {
    if (isClosed) return Promise.reject(new GitError('failed', 'The platform is stopping: try again'))
    const working = work()
    busy.add(working)
    const forget = () => void busy.delete(working)
    working.then(forget, forget)
    return working
  }
  const at = <T>(remote: GitRemote, branch: string, work: (place: Place) => Promise<T>): Promise<T> =>
    counted(async () => {
      assertBranch(branch)
      const opened = await openRemote(world, remote)
      const repository = cache.find(remote)
      using _pin = cache.pin(repository)
      return await work({ cache, limits, repository, remote: opened, branch })
    })

  const copies = workingCopies({ world, cache, processes, trees: shop.trees, limits, committer, scratchFolder: slot.repositories, counted })
  return {
    ...copies,
    branches: (remote) => counted(async () => [...(await (await openRemote(world, remote)).heads()).keys()].sort()),
    read: (remote, branch, run) =>
      at(remote, branch, async (place) => {
        for (;;) {
          const tip = await freshTip(place)
          if (!tip.copy.isLeft) return withSnapshot(shop.trees, place, tip, run)
        }
      }),
    commit: (remote, branch, options, edit) =>
      at(remote, branch, (place) => {
        // It becomes a line of the message, by which it is found again.
        if (!/^[\w.:-]{1,200}$/.test(options.change)) throw new Error('the name of a change is letters, digits and .:_-')
        return commitOn(shop, place, options, edit)
      }),
    findChange: (remote, branch, change, depth) => at(remote, branch, (place) => findCommit(shop, place, change, depth)),
    async [Symbol.asyncDispose]() {
      if (isClosed) return
      isClosed = true
      await processes.close()
      // Callers learn what became of their calls; one that hangs in its own code is not waited for.
      await Promise.race([Promise.allSettled(busy), sleep(5000, undefined, { ref: false })])
      await slot.release()
    },
  }
}

const platform: Person = { name: 'Trochoid', email: 'noreply@trochoid.invalid' }
