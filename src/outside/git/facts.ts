/** What a commit says of itself. */
import type { Processes } from './run.ts'
import { assertEnded } from './tree.ts'
import type { CommitFacts, GitLimits } from './types.ts'
import { until } from './working-copy.ts'

/** @throws GitError; Damaged when a commit is not there */
export async function factsOf(processes: Processes, folder: string, commit: string, limits: GitLimits): Promise<CommitFacts> {
  const [facts] = await logOf(processes, { folder, args: ['--no-walk=unsorted', commit], limits })
  return facts ?? { commit, message: '', author: nobody, committer: nobody }
}

export interface LogQuestion {
  readonly folder: string
  readonly args: readonly string[]
  readonly limits: GitLimits
  readonly signal?: AbortSignal | undefined
}

/** In the order of git. @throws GitError; Damaged */
export async function logOf(processes: Processes, { folder, args, limits, signal }: LogQuestion): Promise<CommitFacts[]> {
  const format = '--format=%H%x00%an%x00%ae%x00%aI%x00%cn%x00%ce%x00%cI%x00%B'
  // Messages cannot hold a zero byte: git ends them there.
  const ran = await processes.git(['--git-dir', folder, 'log', '-z', '--no-show-signature', '--no-color', format, ...args], {
    milliseconds: limits.seconds * 1000,
    maxOutput: 32 * 2 ** 20,
    ...until(signal),
  })
  signal?.throwIfAborted()
  assertEnded(ran, 'The messages of these commits are larger than this platform reads')
  const fields = ran.output.toString().split('\0')
  const commits: CommitFacts[] = []
  for (let at = 0; at + 7 < fields.length; at += 8) {
    const [commit = '', ...rest] = fields.slice(at, at + 8)
    const [an = '', ae = '', ad = '', cn = '', ce = '', cd = '', message = ''] = rest
    const author = { name: an, email: ae, date: ad }
    commits.push({ commit, message: message.trimEnd(), author, committer: { name: cn, email: ce, date: cd } })
  }
  return commits
}

const nobody = { name: '', email: '', date: '' }
