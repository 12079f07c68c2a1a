/** Bringing the tip of a branch into the cache, and saying what is wrong when that cannot be. */
import { type Cache, type Copy, isWornOut, packBytes, type Repository, sweep, type Tip } from './cache.ts'
import { isUnexplained, plainText, tooLarge } from './errors.ts'
import type { Remote } from './remote.ts'
import type { Ran, RunOptions } from './run.ts'
import { GitError, type GitErrorKind, type GitLimits } from './types.ts'

export interface Place {
  readonly cache: Cache
  readonly limits: GitLimits
  readonly repository: Repository
  readonly remote: Remote
  readonly branch: string
}

/**
 * The tip as the remote has it at a moment after this was called. One round trip when we have it already; several who ask
 * share the answer. @throws GitError no_branch, empty, …
 */
export function freshTip(place: Place): Promise<Tip> {
  const { repository, branch } = place
  return repository.sharing(branch, () => alone(place, () => look(place)))
}

/** The tip with so many commits before it, in the cache. @throws GitError */
export function deepTip(place: Place, depth: number): Promise<Tip> {
  return alone(place, () => bring(place, depth))
}

/** Whoever asked may have given up waiting meanwhile, so the fetch holds its place itself. */
async function alone<T>({ cache, repository }: Place, work: () => Promise<T>): Promise<T> {
  using _pin = cache.pin(repository)
  return await repository.fetching(work)
}

async function look(place: Place): Promise<Tip> {
  const { cache, limits, repository, remote, branch } = place
  if (repository.copy && (await isWornOut(repository.copy, limits.repositoryBytes))) await cache.leave(repository, repository.copy)
  const { copy } = repository
  const known = await copy?.branches.known(branch)
  if (!copy || !known) return bring(place, 1)
  const now = await remote.heads(branch).catch(async (error: unknown) => {
    if (error instanceof GitError && isFinal.has(error.kind)) await cache.leave(repository, copy)
    throw error
  })
  if (!now.has(branch)) throw await afterVanishing(place, copy)
  if (now.get(branch) !== known.commit) return bring(place, 1)
  copy.branches.remember(branch, known.commit)
  return { copy, commit: known.commit }
}

/** After these nothing of the repository stays here. */
const isFinal: ReadonlySet<GitErrorKind> = new Set(['unauthorized', 'no_repository', 'too_large', 'refused'])

async function bring(place: Place, depth: number): Promise<Tip> {
  const { cache, repository, remote, branch } = place
  const wasThere = repository.copy !== undefined
  const first = await attempt(place, depth)
  if ('commit' in first) return first
  // Nobody can explain it, so perhaps our copy is damaged: once more without it.
  if (wasThere && isUnexplained(first.ran)) {
    await cache.leave(repository, first.copy)
    const second = await attempt(place, depth)
    if ('commit' in second) return second
    throw await cleanedUp(second, true)
  }
  if (isAbsent(first.ran)) throw await afterVanishing(place, first.copy)
  throw await cleanedUp(first, !wasThere)

  async function cleanedUp({ copy, ran, error }: Failed, isNew: boolean): Promise<GitError> {
    const absent = isAbsent(ran) ? await missing(remote, branch).catch(() => undefined) : undefined
    const said = absent ?? error ?? remote.failure(ran)
    if (isNew || isFinal.has(said.kind)) await cache.leave(repository, copy)
    else await sweep(copy)
    return said
  }
}

type Failed = { copy: Copy; ran: Ran; error?: GitError }

const isAbsent = ({ said }: Ran) => /couldn't find remote ref|no such remote ref|[Rr]emote branch .* not found/.test(said)

async function attempt({ cache, limits, repository, remote, branch }: Place, depth: number): Promise<Tip | Failed> {
  const isNew = repository.copy === undefined
  const copy = repository.copy ?? (await cache.create(repository))
  await using _held = cache.hold(copy)
  const before = await packBytes(copy.folder)
  const grown = async () => (await packBytes(copy.folder)) - before
  const refspec = `+refs/heads/${branch}:${copy.branches.ref(branch)}`
  const options: Partial<RunOptions> = { settings: fetchSettings, watch: async () => (await grown()) <= limits.repositoryBytes }
  try {
    const ran = await remote.run(copy.folder, ['fetch', `--depth=${depth}`, ...fetchFlags, '--', '{}', refspec], options)
    if ((await grown()) > limits.repositoryBytes) return { copy, ran, error: tooLarge(remote.place) }
    if (ran.code !== 0) return { copy, ran }
    const commit = await copy.branches.onDisk(branch)
    if (commit === undefined) return { copy, ran }
    copy.branches.remember(branch, commit)
    await cache.settle(repository)
    return { copy, commit }
  } catch (error) {
    if (isNew) await cache.leave(repository, copy)
    throw error
  }
}

const fetchFlags = ['--no-tags', '--no-write-fetch-head', '--no-auto-maintenance', '--no-recurse-submodules', '--quiet']

/** Objects that are wrong in ways that old tools made are read; those that could pass for another place are not. */
const old = [
  ...['zeroPaddedFilemode', 'badTimezone', 'missingEmail', 'missingNameBeforeEmail', 'missingSpaceBeforeEmail', 'badEmail', 'badName'],
  ...['missingSpaceBeforeDate', 'zeroPaddedDate', 'badDate', 'badDateOverflow', 'multipleAuthors', 'extraHeaderEntry', 'nulInCommit'],
  // Read by nobody here: submodules are not followed.
  ...['gitmodulesUrl', 'gitmodulesPath', 'gitmodulesName', 'gitmodulesUpdate', 'gitmodulesSymlink', 'gitmodulesBlob', 'gitmodulesLarge'],
  'gitmodulesMissing',
]
/** For every fetch. */
export const fetchSettings: [string, string][] = [
  // Always a pack, so that its size can be watched while it arrives.
  ['fetch.unpackLimit', '1'],
  ['fetch.writeCommitGraph', 'false'],
  ['fetch.fsckObjects', 'true'],
  ...old.map((name): [string, string] => [`fetch.fsck.${name}`, 'ignore']),
]

async function afterVanishing({ cache, repository, remote, branch }: Place, copy: Copy): Promise<GitError> {
  await copy.branches.forget(branch)
  if (await copy.branches.isEmpty()) await cache.leave(repository, copy)
  return missing(remote, branch)
}

/** @throws GitError when not even that can be found out */
async function missing(remote: Remote, branch: string): Promise<GitError> {
  const names = [...(await remote.heads()).keys()].sort()
  if (names.length === 0) return new GitError('empty', 'The repository is empty: push a first commit')
  const listed = names.slice(0, 10).map((name) => plainText(name, 60))
  const more = names.length > listed.length ? ` and ${names.length - listed.length} more` : ''
  return new GitError('no_branch', `The branch ${branch} was not found in the repository: its branches are ${listed.join(', ')}${more}`)
}
