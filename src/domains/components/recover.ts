/** Jobs that bring git and the database together again after a process died between the two. */
import { AccountTx } from '../../db/account-tx.ts'
import { OrgTx } from '../../db/organization-tx.ts'
import { insideOf } from '../../db/pool.ts'
import { enqueue } from '../../jobs/enqueue.ts'
import { type FileChanges, GitError, type GitRemote } from '../../outside/git/types.ts'
import type { Platform } from '../../platform.ts'
import { auditEvent } from '../events/audit.ts'
import { insertEvent } from '../events/queries.ts'
import { openRemote } from '../git.ts'
import { removeNow } from '../pipelines/follow.ts'
import { apply, type Change, type ChangeActor, type Intended, type Leftovers, undo } from './changes.ts'
import { followNow } from './pipeline.ts'
import * as queries from './queries.ts'

/** How far back a commit is looked for: others may have written since. */
const depth = 500

/** Finishes the change when its commit is there, and undoes it otherwise. Nothing to do when somebody settled it. */
export async function recoverChange(
  platform: Platform,
  { organizationId, componentId, change: id }: { organizationId: number; componentId: number; change: string },
): Promise<void> {
  const scope = insideOf(organizationId)
  const pending = await OrgTx.write(platform.database, scope, async (tx) => {
    const row = await queries.findChange(tx, componentId, id)
    const repository = row && (await queries.findRepository(tx, row.config_repository_id))
    return row && repository && { row, branch: repository.branch, remote: await openRemote(tx, platform, repository) }
  })
  if (!pending) return
  const { row, branch, remote } = pending
  const commit = await findCommit(platform, remote, branch, id)
  const change: Change = { id, componentId, kind: row.kind as Change['kind'], repositoryId: row.config_repository_id }
  const removals = await OrgTx.write(platform.database, scope, async (tx) => {
    if (commit === undefined) {
      if (await undo(tx, change))
        platform.log.warn({ componentId, change: id, kind: row.kind }, 'a change of a component was undone: it never reached git')
      return []
    }
    if ((await queries.deleteChange(tx, componentId, id)) === 0) return []
    const component = await queries.findComponentById(tx, componentId)
    const by = row.actor as ChangeActor
    const removals = await apply(tx, change, row.intended as Intended, commit, { name: by.name, accountId: by.user_id })
    const leftovers = row.leftovers as Leftovers | null
    if (leftovers) await enqueue(tx, 'components.removeFiles', { organizationId, ...leftovers })
    // A hold is only let go: what was copied is nobody's, and goes.
    if (row.kind === 'hold') return []
    await tell(tx, row.kind, component?.canonical ?? '', by)
    platform.log.warn({ componentId, change: id, kind: row.kind }, 'a change of a component was finished: its process did not')
    return removals
  })
  await removeNow(platform, removals)
  await followNow(platform, organizationId, componentId)
}

/** Of one run; the next one takes those that wait longest. */
const mostOverdue = 500

/** For what the job of a change gave up on, and for what was never looked after. */
export async function recoverOverdue({ database }: Platform): Promise<void> {
  await AccountTx.write(database, { kind: 'platform' }, async (tx) => {
    for (const { organization_id, component_id, change } of await queries.listOverdue(tx, mostOverdue))
      await enqueue(tx, 'components.recover', { organizationId: organization_id, componentId: component_id, change })
  })
}

async function findCommit(platform: Platform, remote: GitRemote, branch: string, id: string): Promise<string | undefined> {
  try {
    return await platform.git.findChange(remote, branch, id, depth)
  } catch (error) {
    // The branch or everything in it is gone: then so is the commit. Anything else may pass, and the job runs again.
    if (error instanceof GitError && (error.kind === 'no_branch' || error.kind === 'empty')) return undefined
    throw error
  }
}

const pastTense: Record<string, string> = { create: 'created', update: 'updated', migrate: 'migrated', delete: 'deleted' }

async function tell(tx: OrgTx, kind: string, name: string, actor: ChangeActor): Promise<void> {
  const done = pastTense[kind] ?? kind
  const event = auditEvent({
    entity: 'component',
    action: kind,
    title: `A component has been ${done}`,
    message: `${actor.name} ${done} the component ${name}; the platform finished it after an interruption`,
    tags: { name, user: actor.name },
    by: actor,
  })
  await insertEvent(tx, event)
}

/** Removes files that moved to another repository, except those that a component has here (again). */
export async function removeFiles(
  platform: Platform,
  { organizationId, config_repository_id, paths }: { organizationId: number; config_repository_id: number; paths: string[] },
): Promise<void> {
  const found = await OrgTx.write(platform.database, insideOf(organizationId), async (tx) => {
    const repository = await queries.findRepository(tx, config_repository_id)
    if (!repository) return undefined
    const users = await queries.listUsersOfFiles(tx, { repositoryId: config_repository_id, paths, except: null })
    const used = new Set(users.flatMap(({ files }) => files.map(({ path }) => path)))
    return {
      branch: repository.branch,
      remote: await openRemote(tx, platform, repository),
      unused: paths.filter((path) => !used.has(path)),
    }
  })
  if (!found || found.unused.length === 0) return
  const { remote, branch, unused } = found
  await platform.git.commit(
    remote,
    branch,
    {
      author: { name: 'Trochoid', email: 'noreply@trochoid.invalid' },
      message: 'Remove files of components that moved away',
      change: `leftovers-${organizationId}-${config_repository_id}`,
      deadline: performance.now() + platform.config.git.limits.seconds * 3000,
    },
    async (tip) => {
      const there = new Set((await tip?.list())?.map(({ path }) => path))
      return new Map(unused.filter((path) => there.has(path)).map((path) => [path, null])) satisfies FileChanges
    },
  )
}
