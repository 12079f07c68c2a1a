/** Pipelines that follow their component, and engines that follow what was saved here. All of it may run twice, or late. */
import { AccountTx } from '../../db/account-tx.ts'
import { OrgTx } from '../../db/organization-tx.ts'
import { insideOf } from '../../db/pool.ts'
import type { PipelineAt } from '../../engine/types.ts'
import { ApiError } from '../../errors.ts'
import { enqueue } from '../../jobs/enqueue.ts'
import type { Platform } from '../../platform.ts'
import { findComponentById } from '../components/queries.ts'
import { pipelineAt } from './at.ts'
import { type Author, saveConfig, type Texts } from './configs.ts'
import { deploy } from './deploy.ts'
import { desiredPipeline } from './desired.ts'
import * as queries from './queries.ts'

/**
 * Does what is left to do for a pipeline, or for the main one of a component: follow its stack, and be in the engine as it is here.
 * @param committed the component's variables, when they were just written
 */
export async function catchUp(
  platform: Platform,
  { organizationId, ...which }: { organizationId: number } & ({ pipelineId: number } | { componentId: number }),
  committed?: Buffer,
): Promise<void> {
  const row = await OrgTx.read(platform.database, insideOf(organizationId), (tx) =>
    'pipelineId' in which ? queries.findPipelineById(tx, which.pipelineId) : queries.findMainPipeline(tx, which.componentId),
  )
  if (!row) return
  if (row.follow_author !== null)
    await follow(platform, organizationId, row, { name: row.follow_author, accountId: row.follow_author_id }, committed)
  await deploy(platform, organizationId, row.id, { evenIfUnsupported: true })
}

async function follow(
  platform: Platform,
  organizationId: number,
  row: { id: number; component_id: number },
  author: Author,
  committed?: Buffer,
): Promise<void> {
  const scope = insideOf(organizationId)
  const savedAt = (tx: OrgTx) => findComponentById(tx, row.component_id).then((component) => component?.updated_at.getTime())
  const before = await OrgTx.read(platform.database, scope, savedAt)
  let desired: Texts | undefined
  try {
    desired = await desiredPipeline(platform, organizationId, row.component_id, author, committed)
  } catch (error) {
    if (!(error instanceof ApiError) || error.code === 'RetryOperation') throw error
    // It was checked before the component was written; the stack or the file in git became another one since.
    const problem = [error.message, ...error.details].join('; ')
    await OrgTx.write(platform.database, scope, (tx) => queries.updatePipelineRow(tx, row.id, { ...followed, problem }))
    return
  }
  const left = await OrgTx.write(platform.database, scope, async (tx) => {
    const locked = await queries.lockPipeline(tx, row.id)
    // Saved again meanwhile: whoever did so makes it follow, and what was worked out here is old.
    if (!locked || (await savedAt(tx)) !== before) return undefined
    if (!desired) {
      await removeLater(tx, locked)
      await queries.deletePipelineRow(tx, row.id)
      return locked
    }
    const now = locked.config_version === null ? undefined : await queries.findConfig(tx, row.id, locked.config_version)
    const isSame = now && now.source === desired.source && now.yaml_vars === desired.yamlVars
    if (!isSame) await saveConfig(tx, locked, desired, 'component', author)
    await queries.updatePipelineRow(tx, row.id, followed)
    return undefined
  })
  if (left) platform.log.info({ pipeline: left.name }, 'the component has no pipeline any more')
}

const followed = { follow_author: null, follow_author_id: null }

/** Another name here; `deploy` brings it to the engine. */
export async function rename(tx: OrgTx, row: { id: number }, name: string): Promise<void> {
  const taken = await queries.findByName(tx, name)
  // Whoever asked was told before; here nothing may fail any more.
  const free = taken && taken.id !== row.id ? `${name.slice(0, 88)}-${row.id}` : name
  await queries.updatePipelineRow(tx, row.id, { name: free })
}

export type Removal = PipelineAt & { engineId: number | null }

/** Out of the engine once this transaction is committed: a job, since the row that would be looked for goes with it. */
export async function removeLater(
  tx: OrgTx,
  row: { id: number; name: string; engine_name: string | null; engine_id: number | null },
): Promise<Removal[]> {
  const organization = await queries.readOrganization(tx)
  if (!organization) return []
  const removal = { ...pipelineAt(organization, row), engineId: row.engine_id }
  await enqueue(tx, 'pipelines.remove', removal)
  return [removal]
}

export async function removeFromEngine(platform: Platform, { engineId, ...at }: Removal): Promise<void> {
  // Another one was made under the name meanwhile, and found the old one in the engine: it is its own now.
  const holder = await OrgTx.read(platform.database, insideOf(at.organizationId), (tx) => queries.findHolder(tx, at.name))
  if (!holder) await platform.engine.deletePipeline(at, engineId)
}

/** After the transaction that said so. What goes wrong is the job's to repeat. */
export async function removeNow(platform: Platform, removals: readonly Removal[]): Promise<void> {
  for (const removal of removals)
    await removeFromEngine(platform, removal).catch((err: unknown) =>
      platform.log.warn({ err, pipeline: removal.name }, 'a deleted pipeline is still in the engine: a job will remove it'),
    )
}

/** For what the jobs gave up on. */
export async function catchUpAll({ database }: Platform): Promise<void> {
  await AccountTx.write(database, { kind: 'platform' }, async (tx) => {
    for (const { organization_id, pipeline_id } of await queries.listBehind(tx, 500))
      await enqueue(tx, 'pipelines.catchUp', { organizationId: organization_id, pipelineId: pipeline_id })
  })
}
