/** Changes of stacks that are made in git: committed to the catalog repository, read back from there, and only then known. */
import { randomUUID } from 'node:crypto'
import type { OrgTx } from '../../db/organization-tx.ts'
import { ApiError, alreadyExists, conflict, notFound, unavailable } from '../../errors.ts'
import { FormatError } from '../../formats/format-error.ts'
import { parseStackDefinition } from '../../formats/stack-definition/parse.ts'
import type { OrganizationContext } from '../../http/context.ts'
import type { EventDetails } from '../../http/record.ts'
import { type FileChanges, GitError, type GitRemote, type Snapshot } from '../../outside/git/types.ts'
import { type CommitAuthor, commitAuthor } from '../commit-author.ts'
import { openRemote, withGit } from '../git.ts'
import { readUsable } from '../stack-sources/read-usable.ts'
import { type Doors, type Refreshed, refreshSource } from '../stack-sources/refresh.ts'
import { getSource } from '../stack-sources/sources.ts'
import { type CatalogToWrite, findCatalog } from './queries.ts'

/** A catalog repository with what it takes to write to it. Holds a secret in the clear. */
export interface OpenCatalog extends CatalogToWrite {
  remote: GitRemote
  author: CommitAuthor
}

/** @throws NotFoundEntity */
export async function openCatalog(
  tx: OrgTx,
  { platform, actor }: Pick<OrganizationContext, 'platform' | 'actor'>,
  where: { canonical: string } | { id: number },
): Promise<OpenCatalog> {
  const catalog = await findCatalog(tx, where)
  if (!catalog) throw notFound(`catalog repository ${'canonical' in where ? where.canonical : ''}`.trim())
  return { ...catalog, remote: await openRemote(tx, platform, catalog), author: await commitAuthor(tx, actor) }
}

/**
 * Commits what `edit` says to the catalog repository, and pushes it. Call it outside of transactions.
 * @param edit may run several times, each time on a newer commit
 * @param field of the body that names the repository, for what git refuses
 * @throws ApiError; of those, RetryOperation says that the commit may be there
 */
export async function commit(
  { platform }: Pick<OrganizationContext, 'platform'>,
  { remote, branch, author }: OpenCatalog,
  message: string,
  edit: (tip: Snapshot | null) => Promise<FileChanges>,
  field?: string,
): Promise<void> {
  // As long as one command of git may take, twice: another writer may have been faster.
  const deadline = performance.now() + 2 * platform.config.git.limits.seconds * 1000
  const options = { author, message, change: randomUUID(), deadline }
  await withGit(() => platform.git.commit(remote, branch, options, edit), field)
}

/**
 * Brings the catalog to what is in git after a commit, as a refresh does, and then does what the files do not say, in the same
 * transaction. Fails that, the commit stays, and the next refresh finds it.
 */
export async function settle<T>(
  { platform, read, write }: OrganizationContext,
  catalog: OpenCatalog,
  then: (tx: OrgTx, refreshed: Refreshed) => Promise<T>,
  about: (result: T) => EventDetails,
): Promise<T> {
  let result: { of: T } | undefined
  const doors: Doors = {
    read,
    async settle(run) {
      const settled = await write(
        async (tx) => {
          const refreshed = await run(tx)
          return { refreshed, of: await then(tx, refreshed) }
        },
        ({ of }) => about(of),
      )
      result = settled
      return settled.refreshed
    },
  }
  try {
    await refreshSource(platform, doors, (tx) => getSource(tx, catalog.canonical))
  } catch (error) {
    if (!(error instanceof ApiError) || !(error.code === 'RetryOperation' || error.cause instanceof GitError)) throw error
    throw unavailable(
      `The change is in git, but the catalog repository ${catalog.canonical} could not be read afterwards: refresh it. ${error.message}`,
      { retryAfter: 10, cause: error },
    )
  }
  if (!result) throw new Error('a refresh that settled nothing')
  return result.of
}

/** The stack that was just committed to a directory is in the catalog now, or: @throws Conflict saying why it is not */
export function assertSettled(
  catalog: OpenCatalog,
  { problems }: Pick<Refreshed, 'problems'>,
  directory: string,
  stack: { source_id: number; directory: string } | undefined,
): void {
  if (stack?.source_id === catalog.id && stack.directory === directory) return
  const reason = problems.find((problem) => problem.directory === directory)?.error ?? 'it was changed or deleted meanwhile'
  throw conflict(
    `The stack was committed to the directory ${directory} of the catalog repository ${catalog.canonical}, but is not in the catalog: ${reason}. Change the directory in git, or delete it, and refresh the repository`,
    [`${directory}: ${reason}`],
  )
}

/** @throws AlreadyExists when the directory, or a definition that says this canonical, is in the repository already */
export async function assertPlaceFree(tip: Snapshot, canonical: string): Promise<void> {
  const entries = await tip.list()
  if (entries.some(({ path }) => path === canonical || path.startsWith(`${canonical}/`)))
    throw alreadyExists(`a directory ${canonical} in the catalog repository`)
  const definitions = entries.flatMap(({ path, kind }) =>
    /^(?:[^/]+\/)?\.cycloid\.yml$/.test(path) && (kind === 'file' || kind === 'executable') ? [path] : [],
  )
  // A file that cannot be used is no reason to refuse another one: the scan reports it.
  for (const [path, content] of (await readUsable(tip, definitions)).contents)
    if (canonicalIn(content) === canonical)
      throw alreadyExists(`a stack with the canonical ${canonical} in the catalog repository: ${path}`)
}

function canonicalIn(content: Buffer): string | undefined {
  try {
    return parseStackDefinition(content.toString('utf8')).canonical
  } catch (error) {
    if (error instanceof FormatError) return undefined
    throw error
  }
}
