/** A working copy for tasks: a real repository, at one commit, with nothing of a credential in it. */
import { join } from 'node:path'
import { packBytes } from './cache.ts'
import { tooLarge } from './errors.ts'
import { factsOf } from './facts.ts'
import { fetchSettings } from './fetch.ts'
import type { Remote } from './remote.ts'
import type { Processes } from './run.ts'
import type { Trees } from './tree.ts'
import { type CheckedOut, type CheckoutRequest, GitError, type GitLimits } from './types.ts'
import { asGitError, checkOutFiles, gitIn, hasCommit, layOut, quoted, until, type WorkingCopy } from './working-copy.ts'

export interface CheckoutWorld {
  readonly processes: Processes
  readonly trees: Trees
  readonly limits: GitLimits
  readonly remote: Remote
  /** As the tenant wrote it: it becomes the remote `origin` of the working copy. */
  readonly url: string
}

/** @throws GitError */
export async function checkOut(world: CheckoutWorld, branch: string, folder: string, request: CheckoutRequest): Promise<CheckedOut> {
  const { processes, trees, limits, url } = world
  const { depth, signal } = request
  const copy: WorkingCopy = { folder, signal, limits }
  const origin = `[remote "origin"]\n\turl = ${quoted(url)}\n\tfetch = +refs/heads/*:refs/remotes/origin/*\n`
  await layOut(folder, `${origin}[branch ${quoted(branch)}]\n\tremote = origin\n\tmerge = ${quoted(`refs/heads/${branch}`)}\n`)
  const refspec = `+refs/heads/${branch}:refs/remotes/origin/${branch}`
  await bring(world, copy, [...(depth === undefined ? [] : [`--depth=${depth}`]), ...tagFlags(request.tags), '--', '{}', refspec])
  const commit = await found(world, copy, request, refspec)
  const { hasSubmodules } = await checkOutFiles(processes, trees, copy, commit, ['-B', branch])
  const facts = await factsOf(processes, join(folder, '.git'), commit, limits).catch(asGitError)
  const tags = await gitIn(processes, copy, ['tag', '--points-at', commit])
  return { facts, tags: tags.output.toString().split('\n').filter(Boolean), hasSubmodules }
}

const flags = ['--no-write-fetch-head', '--no-auto-maintenance', '--no-recurse-submodules', '--quiet']
const tagFlags = (tags: boolean | undefined) => (tags === undefined ? [] : [tags ? '--tags' : '--no-tags'])

/** The commit, brought too when the branch alone does not hold it: it may be older than the depth, or no longer on the branch. */
async function found(world: CheckoutWorld, copy: WorkingCopy, { commit, depth }: CheckoutRequest, branch: string): Promise<string> {
  const { processes } = world
  if (!/^[0-9a-f]{40}$/.test(commit)) throw new GitError('refused', 'The version is not the whole hash of a commit')
  if (await hasCommit(processes, copy, commit)) return commit
  const shallow = depth === undefined ? [] : [`--depth=${depth}`]
  const direct = await tryToBring(world, copy, [...shallow, '--no-tags', '--', '{}', `+${commit}:refs/remotes/origin/wanted`])
  if (!direct && depth !== undefined) await bring(world, copy, ['--unshallow', '--no-tags', '--', '{}', branch])
  if (await hasCommit(processes, copy, commit)) return commit
  throw new GitError('failed', `The commit ${commit} is not in the repository any more: check for new versions`)
}

async function tryToBring(world: CheckoutWorld, copy: WorkingCopy, args: readonly string[]): Promise<boolean> {
  return bring(world, copy, args).then(
    () => true,
    (error: unknown) => {
      if (copy.signal?.aborted || (error instanceof GitError && error.kind === 'too_large')) throw error
      return false
    },
  )
}

async function bring({ remote, limits }: CheckoutWorld, { folder, signal }: WorkingCopy, args: readonly string[]): Promise<void> {
  const isFine = async () => (await packBytes(join(folder, '.git'))) <= limits.repositoryBytes
  const ran = await remote.run(join(folder, '.git'), ['fetch', ...flags, ...args], {
    ...until(signal),
    settings: fetchSettings,
    watch: isFine,
  })
  signal?.throwIfAborted()
  if (!(await isFine())) throw tooLarge(remote.place)
  if (ran.code !== 0) throw remote.failure(ran)
}
