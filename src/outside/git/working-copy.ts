/** Repositories with files beside them: how they are laid out, and what git may do there. */
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Processes, Ran, RunOptions } from './run.ts'
import { assertEnded, Damaged, type Trees } from './tree.ts'
import { GitError, type GitLimits } from './types.ts'

export interface WorkingCopy {
  /** Absolute; `.git` is in it. */
  readonly folder: string
  readonly signal: AbortSignal | undefined
  readonly limits: GitLimits
}

/** What git reads there is written by us: git itself would look for templates. */
export async function layOut(folder: string, settings: string): Promise<void> {
  for (const path of ['objects/pack', 'objects/info', 'refs/heads', 'refs/tags', 'info'])
    await mkdir(join(folder, '.git', path), { recursive: true })
  await writeFile(
    join(folder, '.git/config'),
    `[core]\n\trepositoryformatversion = 0\n\tfilemode = true\n\tbare = false\n\tlogallrefupdates = true\n${settings}`,
  )
  await writeFile(join(folder, '.git/HEAD'), 'ref: refs/heads/none\n')
}

/** As a value in git's settings. */
export const quoted = (text: string) => `"${text.replace(/[\\"]/g, '\\$&')}"`

/** For those who may have none. */
export const until = (signal: AbortSignal | undefined): Partial<RunOptions> => (signal ? { signal } : {})

/** Runs git in it. How it ended is the answer, unless the signal is why. */
export async function gitIn(
  processes: Processes,
  copy: WorkingCopy,
  args: readonly string[],
  options: Partial<RunOptions> = {},
): Promise<Ran> {
  const { folder, signal, limits } = copy
  // A few bytes that unpack to gigabytes end here, and not the platform.
  const caps = { file: 4 * limits.repositoryBytes, memory: 4 * limits.repositoryBytes + 2 ** 30 }
  const where = ['-C', folder, '--git-dir', join(folder, '.git'), '--work-tree', folder]
  const ran = await processes.git([...where, ...args], { milliseconds: limits.seconds * 1000, caps, ...until(signal), ...options })
  signal?.throwIfAborted()
  return ran
}

export async function hasCommit(processes: Processes, copy: WorkingCopy, commit: string): Promise<boolean> {
  return (await gitIn(processes, copy, ['cat-file', '-e', `${commit}^{commit}`])).code === 0
}

/** The files of a commit. @param how arguments of `git checkout` before it @throws GitError too_large, failed */
export async function checkOutFiles(
  processes: Processes,
  trees: Trees,
  copy: WorkingCopy,
  commit: string,
  how: readonly string[],
): Promise<{ hasSubmodules: boolean }> {
  const { entries } = await trees.tree(join(copy.folder, '.git'), commit).catch(asGitError)
  const bytes = entries.reduce((sum, { size }) => sum + size, 0)
  if (bytes > 4 * copy.limits.repositoryBytes)
    throw new GitError('too_large', `The files of the commit have ${bytes} bytes together: this platform does not check out so many`)
  const ran = await gitIn(processes, copy, ['checkout', '--quiet', '--force', ...how, commit, '--'])
  try {
    assertEnded(ran, 'The files of the commit are larger than this platform checks out')
  } catch (error) {
    asGitError(error)
  }
  return { hasSubmodules: entries.some(({ kind }) => kind === 'submodule') }
}

export function asGitError(error: unknown): never {
  throw error instanceof Damaged ? new GitError('failed', 'git cannot read the repository: check it with git fsck', error) : error
}

/** @throws the signal's reason as soon as it is aborted; the work goes on */
export function untilAborted<T>(signal: AbortSignal | undefined, work: Promise<T>): Promise<T> {
  if (!signal) return work
  return new Promise((resolve, reject) => {
    const onAbort = () => reject(signal.reason)
    signal.addEventListener('abort', onAbort, { once: true })
    if (signal.aborted) onAbort()
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort))
  })
}
