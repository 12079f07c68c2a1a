/** Fetching, scanning and settling: git outside of transactions, everything else inside of short ones. */
import type { OrgTx } from '../../db/organization-tx.ts'
import { notFound, unavailable } from '../../errors.ts'
import { GitError, type GitRemote, type Snapshot } from '../../outside/git/types.ts'
import type { Platform } from '../../platform.ts'
import { openTurnstile } from '../../turnstile.ts'
import { openRemote, withGit } from '../git.ts'
import { listStacksOfSource, type StackSummaryRow } from '../stacks/queries.ts'
import * as queries from './queries.ts'
import { type Scan, scanSnapshot } from './scan.ts'
import { type Applied, applyScan, type OnCreate } from './settle.ts'

type GitPlatform = Pick<Platform, 'config' | 'master' | 'git'>

export interface Changes {
  created: StackSummaryRow[]
  updated: StackSummaryRow[]
  deleted: StackSummaryRow[]
}
export interface Refreshed extends Changes {
  canonical: string
  problems: readonly queries.KeptProblem[]
}

export const isChange = ({ created, updated, deleted }: Changes): boolean => created.length + updated.length + deleted.length > 0

/** Of scans, which hold all files of a repository: a small one may unpack to very many bytes. */
const turnstile = openTurnstile({ together: 4, each: 2 })

/**
 * @param inBody the address comes from the body of the request: the error names its field
 * @param use what is to be done with the scan, which is forgotten afterwards
 * @throws Invalid with the reason when it cannot be read
 */
export async function scanRemote<T>(
  platform: GitPlatform,
  remote: GitRemote,
  branch: string,
  inBody: boolean,
  use: (scan: Scan) => Promise<T>,
): Promise<T> {
  const look = (snapshot: Snapshot) => turnstile(remote.tenant, async () => use(await scanSnapshot(snapshot)))
  return reading(() => platform.git.read(remote, branch, look), inBody)
}

async function reading<T>(run: () => Promise<T>, inBody: boolean): Promise<T> {
  try {
    return await run()
  } catch (error) {
    const field = error instanceof GitError && error.kind === 'no_branch' ? 'body.branch' : 'body.url'
    return withGit(() => Promise.reject(error), inBody ? field : undefined)
  }
}

/** How a refresh reaches the database: on behalf of a caller, or of nobody. */
export interface Doors {
  read<T>(run: (tx: OrgTx) => Promise<T>): Promise<T>
  /** Writes what was found, with its event. */
  settle(run: (tx: OrgTx) => Promise<Refreshed>): Promise<Refreshed>
}

interface RefreshOptions {
  /** The branch stands where it stood: nothing to read then, unless a problem may have passed. */
  trustCommit?: boolean
}

/** Somebody else settled another commit, or another address, while we were reading. */
class MovedOn extends Error {}
const mostAttempts = 5

/**
 * Of two refreshes at once the later commit wins: whoever finds that another one was settled meanwhile fetches again, and the
 * branch then stands at least where it stood for the other one.
 */
export async function refreshSource(
  platform: GitPlatform,
  doors: Doors,
  find: (tx: OrgTx) => Promise<queries.SourceRow>,
  { trustCommit = false }: RefreshOptions = {},
): Promise<Refreshed> {
  for (let attempt = 1; ; attempt++) {
    const { source, remote } = await doors.read(async (tx) => {
      const found = await find(tx)
      return { source: found, remote: await openRemote(tx, platform, found) }
    })
    const trusted = trustCommit && !source.problems.some(({ passing }) => passing) ? source.commit : null
    try {
      return await reading(
        () =>
          platform.git.read(remote, source.branch, (snapshot) => {
            if (snapshot.commit === trusted) return doors.settle((tx) => settleUnchanged(tx, source))
            return turnstile(remote.tenant, async () => {
              const scan = await scanSnapshot(snapshot)
              return doors.settle((tx) => settle(tx, source, scan))
            })
          }),
        false,
      )
    } catch (error) {
      if (!(error instanceof MovedOn)) throw error
      if (attempt === mostAttempts)
        throw unavailable(`The catalog repository ${source.canonical} keeps changing: try again`, { retryAfter: 5, cause: error })
    }
  }
}

async function settle(tx: OrgTx, source: queries.SourceRow, scan: Scan): Promise<Refreshed> {
  const now = await lockUnmoved(tx, source)
  if (now.commit !== source.commit && now.commit !== scan.commit) throw new MovedOn()
  const applied = await applyScan(tx, source, scan)
  const problems = (await queries.findSourceById(tx, source.id))?.problems ?? []
  return { canonical: source.canonical, problems, ...(await changesOf(tx, source.id, applied)) }
}

async function settleUnchanged(tx: OrgTx, source: queries.SourceRow): Promise<Refreshed> {
  const now = await lockUnmoved(tx, source)
  if (now.commit !== source.commit) throw new MovedOn()
  await queries.updateSource(tx, source.id, { refreshed_at: new Date() })
  return { canonical: source.canonical, problems: source.problems, created: [], updated: [], deleted: [] }
}

async function lockUnmoved(tx: OrgTx, source: queries.SourceRow): Promise<queries.LockedSource> {
  const now = await queries.lockSource(tx, source.id)
  if (!now) throw notFound(`catalog repository ${source.canonical}`)
  if (now.url !== source.url || now.branch !== source.branch || now.credential_id !== source.credential_id) throw new MovedOn()
  return now
}

/** What a scan did, as rows. Read in the transaction that did it. */
export async function changesOf(tx: OrgTx, sourceId: number, { created, updated, deleted }: Applied): Promise<Changes> {
  const rows = created.length + updated.length > 0 ? await listStacksOfSource(tx, sourceId) : []
  const those = (ids: readonly number[]) => rows.filter(({ id }) => ids.includes(id))
  return { created: those(created), updated: those(updated), deleted }
}

/** The first scan of a repository that is just being written down. */
export async function settleFirst(tx: OrgTx, source: { id: number; canonical: string }, scan: Scan, onCreate: OnCreate): Promise<Changes> {
  return changesOf(tx, source.id, await applyScan(tx, source, scan, onCreate))
}

/** For an event's message. */
export function sayChanges({ created, updated, deleted }: Changes): string {
  const counts = [
    [created.length, 'created'],
    [updated.length, 'updated'],
    [deleted.length, 'deleted'],
  ] as const
  const said = counts.filter(([count]) => count > 0).map(([count, done]) => `${count} ${count === 1 ? 'stack' : 'stacks'} ${done}`)
  return said.length === 0 ? 'nothing changed' : said.join(', ')
}
