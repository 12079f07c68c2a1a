/** A tenant's commits, pushed from a repository of ours into which they were taken over. */
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Person } from './commit.ts'
import { remoteWords } from './errors.ts'
import { factsOf } from './facts.ts'
import { assertTag } from './paths.ts'
import type { Remote } from './remote.ts'
import type { Processes, Ran } from './run.ts'
import { salvage } from './salvage.ts'
import type { Trees } from './tree.ts'
import { GitError, type GitLimits, type PublishedCommit, type PublishRequest } from './types.ts'
import { asGitError, checkOutFiles, gitIn, layOut, until, type WorkingCopy } from './working-copy.ts'

export interface PublishWorld {
  readonly processes: Processes
  readonly trees: Trees
  readonly limits: GitLimits
  readonly remote: Remote
  /** Of merges, rebased commits and annotated tags. */
  readonly committer: Person
  /** Empty, and gone afterwards. */
  readonly scratch: string
}

/** @throws GitError */
export async function publish(world: PublishWorld, branch: string, folder: string, request: PublishRequest): Promise<PublishedCommit> {
  const { processes, limits, scratch } = world
  const copy: WorkingCopy = { folder: scratch, signal: request.signal, limits }
  await layOut(scratch, '')
  const { head, tags: found } = await salvage(processes, folder, join(scratch, '.git'), limits)
  const facts = (commit: string) => factsOf(processes, join(scratch, '.git'), commit, limits).catch(asGitError)
  await facts(head) // says early when it is not whole
  const objects = new Map(found)
  if (request.tag) objects.set(request.tag.name, await tagged(world, copy, head, request.tag))
  const tags = [...objects].map(([name, object]) => `${object}:refs/tags/${name}`)
  const names = [...objects.keys()].sort()
  if (request.onlyTags) {
    if (tags.length > 0) await pushed(world, copy, tags)
    return { facts: await facts(head), original: head, tags: names }
  }
  const landed = await land({ world, copy, branch, tags, request }, head)
  return { facts: await facts(landed), original: head, tags: names }
}

async function tagged(
  world: PublishWorld,
  copy: WorkingCopy,
  commit: string,
  { name, message }: NonNullable<PublishRequest['tag']>,
): Promise<string> {
  assertTag(name)
  if (message === undefined) return commit
  const args = ['tag', '--annotate', '--cleanup=whitespace', '--file=-', '--force', '--', name, commit]
  const ran = await gitIn(world.processes, copy, args, { input: Buffer.from(message || name), environment: identity(world.committer) })
  if (ran.code !== 0) throw new GitError('failed', 'The tag could not be made', new Error(ran.said))
  const made = await gitIn(world.processes, copy, ['rev-parse', '--verify', `refs/tags/${name}`])
  return made.output.toString().trim()
}

const identity = ({ name, email }: Person) => ({
  GIT_AUTHOR_NAME: name,
  GIT_AUTHOR_EMAIL: email,
  GIT_COMMITTER_NAME: name,
  GIT_COMMITTER_EMAIL: email,
})

interface Landing {
  readonly world: PublishWorld
  readonly copy: WorkingCopy
  readonly branch: string
  readonly tags: readonly string[]
  readonly request: PublishRequest
}

const mostTries = 10

/** @returns the commit that the branch is at */
async function land(landing: Landing, head: string): Promise<string> {
  const { world, copy, branch, tags, request } = landing
  let commit = head
  for (let tries = 1; ; tries++) {
    const force = request.otherwise === 'overwrite' ? '+' : ''
    if ((await pushed(world, copy, [`${force}${commit}:refs/heads/${branch}`, ...tags])) === 'all') return commit
    if (request.otherwise === 'refuse' || request.otherwise === 'overwrite')
      throw new GitError(
        'contended',
        `The branch ${branch} has commits that the working copy has not: get it again, or put with rebase: true`,
      )
    if (tries === mostTries) throw new GitError('contended', `The branch ${branch} kept changing: nothing was written, try again`)
    if (tries > 1) await sleep(Math.random() * 100 * tries)
    commit = await onTheirs(landing, head)
  }
}

/** Ours on top of what the branch is at now, or both together. */
async function onTheirs({ world, copy, branch, request }: Landing, head: string): Promise<string> {
  const { processes, trees, remote, committer } = world
  const refspec = `+refs/heads/${branch}:refs/remotes/origin/${branch}`
  const fetched = await remote.run(
    join(copy.folder, '.git'),
    ['fetch', '--quiet', '--no-tags', '--no-write-fetch-head', '--', '{}', refspec],
    until(copy.signal),
  )
  copy.signal?.throwIfAborted()
  if (fetched.code !== 0) throw remote.failure(fetched)
  await checkOutFiles(processes, trees, copy, head, ['--detach'])
  const theirs = `refs/remotes/origin/${branch}`
  const settings: [string, string][] = [
    ['commit.gpgSign', 'false'],
    ['merge.renames', 'true'],
  ]
  const how =
    request.otherwise === 'merge'
      ? ['merge', '--no-edit', '--quiet', '-m', `Merge branch '${branch}'`, theirs]
      : ['rebase', '--quiet', theirs]
  // A rebase keeps authors, so only the committer is given to it.
  const { GIT_COMMITTER_NAME, GIT_COMMITTER_EMAIL, ...author } = identity(committer)
  const environment = { GIT_COMMITTER_NAME, GIT_COMMITTER_EMAIL, GIT_EDITOR: 'true', ...(request.otherwise === 'merge' ? author : {}) }
  const ran = await gitIn(processes, copy, how, { environment, settings })
  if (ran.code !== 0)
    throw new GitError(
      'contended',
      `The commits cannot be put together with those of the branch ${branch}: they change the same lines`,
      new Error(ran.said),
    )
  const made = await gitIn(processes, copy, ['rev-parse', '--verify', 'HEAD'])
  return made.output.toString().trim()
}

/** `behind`: the branch is elsewhere. @throws GitError, also when a tag is there already and stands for something else */
async function pushed({ remote }: PublishWorld, { folder, signal }: WorkingCopy, refspecs: readonly string[]): Promise<'all' | 'behind'> {
  const flags = ['--porcelain', '--no-verify', '--no-signed', '--no-follow-tags', '--recurse-submodules=no']
  const ran = await remote.run(join(folder, '.git'), ['push', ...flags, '--', '{}', ...refspecs], until(signal))
  signal?.throwIfAborted()
  if (ran.code === 0) return 'all'
  const refused = [...ran.output.toString().matchAll(/^!\t[^\t\n]*:(refs\/[^\t\n]+)\t(.*)$/gm)].map(([, ref = '', why = '']) => ({
    ref,
    why,
  }))
  const tag = refused.find(({ ref }) => ref.startsWith('refs/tags/'))
  const branch = refused.find(({ ref }) => ref.startsWith('refs/heads/'))
  if (branch && behind.test(branch.why)) return 'behind'
  if (tag && /already exists|would clobber/.test(tag.why))
    throw new GitError(
      'failed',
      `The tag ${tag.ref.slice('refs/tags/'.length)} is in the repository already, and stands for something else`,
    )
  throw refused.length > 0 ? notAccepted(remote, ran) : remote.failure(ran)
}

const behind = /fetch first|non-fast-forward|stale info|cannot lock ref|failed to update ref/

const notAccepted = (remote: Remote, ran: Ran) =>
  new GitError('failed', `${remote.place} does not accept the commits${remoteWords(ran.said, [])}`, new Error(ran.said))
