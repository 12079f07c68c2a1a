/**
 * A change of a component reaches git and the database, and either of the two may fail, or this process die in between. So:
 *
 * 1. `begin` writes down what is meant (one change for each component at a time), together with a job that looks after it.
 * 2. git: one commit, pushed. Refused: `undo`, and the caller reads why; nothing has changed.
 * 3. `settle` makes it true in the database, with the audit event, and the note goes.
 *
 * When nobody settled, the job asks git whether the commit is there, and finishes or undoes the change (recover.ts).
 */
import { randomUUID } from 'node:crypto'
import { type Actor, accountOf, nameOf } from '../../access/actor.ts'
import type { OrgTx } from '../../db/organization-tx.ts'
import { invalid, unavailable } from '../../errors.ts'
import { FormatError } from '../../formats/format-error.ts'
import type { FormValues } from '../../formats/forms/types.ts'
import type { OrganizationContext } from '../../http/context.ts'
import { enqueue } from '../../jobs/enqueue.ts'
import { type Committed, type FileChanges, GitError, type GitRemote, type Snapshot } from '../../outside/git/types.ts'
import { moveWithComponent } from '../external-backends/queries.ts'
import { withGit } from '../git.ts'
import type { Author } from '../pipelines/configs.ts'
import type { Removal } from '../pipelines/follow.ts'
import { replaceConsumption } from '../quotas/queries.ts'
import type { Consumption } from '../quotas/reserve.ts'
import { leaveState, raiseGenerationOf } from '../terraform-state/queries.ts'
import { followLater, removePipelines } from './pipeline.ts'
import * as queries from './queries.ts'

/** Columns of the component once its commit is there. */
export interface Intended {
  name?: string
  description?: string
  use_case?: string
  cloud_provider?: string | null
  environment_id?: number
  vars?: FormValues
  files?: queries.ComponentFile[]
  /** Of quotas: reserved when the change begins. A component that is being created has nothing to go back to. */
  consumption?: Consumption
}

export interface Leftovers {
  config_repository_id: number
  paths: string[]
}

export interface ChangeActor {
  user_id: number | null
  api_key_id: number | null
  name: string
}

export interface Change {
  id: string
  componentId: number
  kind: 'create' | 'update' | 'migrate' | 'delete' | 'hold'
  repositoryId: number
}

/** Commands of git that one change may need, one after the other, each with its own limit. */
const commands = 3
/** A process that found its push in time still has to say so here. */
const grace = 15

export const newChangeId = (): string => randomUUID()

/** Writes the intention down. @throws Conflict while another change of the component is under way */
export async function begin(
  tx: OrgTx,
  { platform, actor }: Pick<OrganizationContext, 'platform' | 'actor'>,
  change: Change,
  intended: Intended,
  leftovers: Leftovers | null = null,
): Promise<void> {
  const seconds = platform.config.git.limits.seconds * commands + grace
  await queries.insertChange(tx, {
    component_id: change.componentId,
    change: change.id,
    kind: change.kind,
    config_repository_id: change.repositoryId,
    intended: JSON.stringify(intended),
    leftovers: leftovers && JSON.stringify(leftovers),
    actor: JSON.stringify(actorOf(actor)),
    finish_by: new Date(Date.now() + seconds * 1000),
  })
  await enqueue(
    tx,
    'components.recover',
    { organizationId: tx.organizationId, componentId: change.componentId, change: change.id },
    seconds,
  )
}

const actorOf = (actor: Actor): ChangeActor => ({
  user_id: accountOf(actor),
  api_key_id: actor.kind === 'api_key' ? actor.id : null,
  name: nameOf(actor),
})

export interface Push {
  remote: GitRemote
  branch: string
  author: { name: string; email: string }
  message: string
}

/** Step 2, and the way back. @throws ApiError after undoing, or RetryOperation when nobody can tell yet */
export async function push(
  { platform, prepare }: Pick<OrganizationContext, 'platform' | 'prepare'>,
  change: Change,
  { remote, branch, author, message }: Push,
  edit: (tip: Snapshot | null) => Promise<FileChanges>,
): Promise<Committed> {
  const deadline = performance.now() + platform.config.git.limits.seconds * commands * 1000
  try {
    return await withGit(() => platform.git.commit(remote, branch, { author, message, change: change.id, deadline }, edit))
  } catch (error) {
    // The commit may be there: the job will find out.
    if (isUnclear(error)) throw error
    await prepare((tx) => undo(tx, change))
    throw error instanceof FormatError ? unusable(error) : error
  }
}

/** The commit may have arrived or not, and may even arrive later. */
export const isUnclear = (error: unknown): boolean => {
  const cause = (error as { cause?: unknown }).cause
  return cause instanceof GitError && cause.kind === 'unclear'
}

/** What is wrong with a stack's files, or with those in the config repository, as an answer. */
export const unusable = (error: FormatError) =>
  invalid(`The files of the component cannot be written: ${error.message}`, [`files: ${error.message}`])

/** Step 3. @throws RetryOperation when the job was faster */
export async function settle(
  tx: OrgTx,
  change: Change,
  intended: Intended,
  { commit, by, leftovers = null }: { commit: string | null; by: Author; leftovers?: Leftovers | null },
): Promise<Removal[]> {
  if ((await queries.deleteChange(tx, change.componentId, change.id)) === 0)
    throw unavailable('The change took too long and was looked after meanwhile: read the component again to see how it ended')
  const removals = await apply(tx, change, intended, commit, by)
  if (leftovers && leftovers.paths.length > 0)
    await enqueue(tx, 'components.removeFiles', { organizationId: tx.organizationId, ...leftovers })
  return removals
}

/** @returns pipelines that are to leave the engine once this is committed */
export async function apply(
  tx: OrgTx,
  { kind, componentId }: Change,
  intended: Intended,
  commit: string | null,
  by: Author,
): Promise<Removal[]> {
  if (kind === 'hold') return []
  if (kind === 'delete') {
    const removals = await removePipelines(tx, componentId)
    await raiseGenerationOf(tx, componentId)
    await leaveState(tx, componentId)
    await queries.deleteComponent(tx, componentId)
    return removals
  }
  const { vars, files, consumption, ...columns } = intended
  if (consumption) await replaceConsumption(tx, componentId, consumption.after)
  if (kind === 'migrate') await raiseGenerationOf(tx, componentId)
  await queries.updateComponent(tx, componentId, {
    ...columns,
    ...(vars ? { vars: JSON.stringify(vars) } : {}),
    ...(files ? { files: JSON.stringify(files) } : {}),
    ...(commit ? { commit } : {}),
    is_ready: true,
    ...(kind === 'create' ? {} : { updated_at: new Date() }),
  })
  if (kind === 'migrate') await moveWithComponent(tx, componentId)
  await followLater(tx, componentId, by)
  return []
}

/** As if it had never been asked for. */
export async function undo(tx: OrgTx, { kind, componentId, id }: Change): Promise<boolean> {
  const row = await queries.findChange(tx, componentId, id)
  if (!row) return false
  await queries.deleteChange(tx, componentId, id)
  const { consumption } = row.intended as Intended
  if (kind === 'create') await queries.deleteComponent(tx, componentId)
  else if (consumption) await replaceConsumption(tx, componentId, consumption.before)
  return true
}
