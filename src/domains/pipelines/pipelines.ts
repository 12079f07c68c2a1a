/** Creating, changing and deleting pipelines: first it is written down here, then the engine is told, and then it is settled. */
import { nameOf } from '../../access/actor.ts'
import type { Schema } from '../../contract/operation.ts'
import type { OrgTx } from '../../db/organization-tx.ts'
import type { PipelineAt } from '../../engine/types.ts'
import { ApiError, conflict, notFound } from '../../errors.ts'
import type { PipelineConfig } from '../../formats/pipeline/types.ts'
import type { OrganizationContext } from '../../http/context.ts'
import { enqueue } from '../../jobs/enqueue.ts'
import { getComponent } from '../components/components.ts'
import { mainPipelineName } from '../components/pipeline.ts'
import { pipelineAt } from './at.ts'
import { type Reason, readTexts, refusal, saveConfig, saverOf, type Texts, takeBackConfig } from './configs.ts'
import { deploy } from './deploy.ts'
import { desiredPipeline } from './desired.ts'
import { removeLater, removeNow } from './follow.ts'
import * as queries from './queries.ts'

export interface SavedPipeline {
  row: FoundPipeline
  config: PipelineConfig
  /** What the reader of the answer should know of the configuration. */
  warnings: readonly string[]
}

export type FoundPipeline = NonNullable<Awaited<ReturnType<typeof queries.findPipeline>>>

export async function getPipeline(tx: OrgTx, path: queries.PipelinePath): Promise<FoundPipeline> {
  const row = await queries.findPipeline(tx, path)
  if (!row) throw notFound(`pipeline ${path.pipeline} of the component ${path.project}/${path.environment}/${path.component}`)
  return row
}

/** For everything about a pipeline that the engine is asked. @throws NotFound when it is not one of this component */
export async function findAt(
  { read, organization }: Pick<OrganizationContext, 'read' | 'organization'>,
  path: queries.PipelinePath,
): Promise<PipelineAt> {
  return pipelineAt(organization, await read((tx) => getPipeline(tx, path)))
}

export async function createPipeline(
  context: OrganizationContext,
  path: Omit<queries.PipelinePath, 'pipeline'>,
  body: Schema<'NewPipeline'>,
): Promise<SavedPipeline> {
  const { platform, actor, organization } = context
  const name = body.pipeline_name
  context.assertMayCreate(name)
  const component = await context.read((tx) => getComponent(tx, path))
  const by = saverOf(actor)
  const texts =
    body.passed_config === undefined
      ? await ofStack(context, component.id, body.yaml_vars)
      : readTexts(body.passed_config, body.yaml_vars ?? '')
  assertSupported(context, { name }, texts)
  const isMain = name === mainPipelineName({ project: path.project, environment: path.environment, component: path.component })
  const id = await context.prepare(async (tx) => {
    const row = {
      component_id: component.id,
      name,
      is_main: isMain && (await queries.findMainPipeline(tx, component.id)) === undefined,
      created_by: by.name,
    }
    const { id } = await queries.insertPipeline(tx, row)
    await saveConfig(tx, { id, config_version: null }, texts, 'create', by)
    await enqueue(tx, 'pipelines.catchUp', { organizationId: organization.id, pipelineId: id }, patience)
    return id
  })
  try {
    await deploy(platform, organization.id, id, { checkCredentials: body.check_credentials === true, evenIfUnsupported: false })
  } catch (error) {
    await context.prepare(async (tx) => {
      const row = await queries.findPipelineById(tx, id)
      // It may have reached the engine although no answer came.
      if (row && isAway(error)) await removeLater(tx, row)
      await queries.deletePipelineRow(tx, id)
    })
    throw error
  }
  const row = await context.write(
    (tx) => getPipeline(tx, { ...path, pipeline: name }),
    () => ({ name }),
  )
  return { row, config: texts.config, warnings: texts.warnings }
}

/** Seconds after which a job looks whether the process that began this ended it. */
const patience = 60

/** The configuration of the component's stack; with the given variables instead of the component's, if any. */
async function ofStack(
  { platform, actor, organization }: OrganizationContext,
  componentId: number,
  yamlVars: string | undefined,
): Promise<Texts> {
  const desired = await desiredPipeline(platform, organization.id, componentId, saverOf(actor))
  if (!desired) throw conflict('The stack of the component has no pipeline: pass a configuration of your own in passed_config')
  return yamlVars === undefined ? desired : readTexts(desired.source, yamlVars)
}

/** @throws Invalid naming every field that the engine cannot do */
function assertSupported({ platform, organization }: OrganizationContext, row: { name: string }, { config }: Texts): void {
  const problems = platform.engine.unsupported(pipelineAt(organization, { id: 0, name: row.name }), config)
  if (problems.length > 0) throw refusal('The engine cannot run this pipeline', 'body.passed_config', problems)
}

export async function updatePipeline(
  context: OrganizationContext,
  path: queries.PipelinePath,
  body: Schema<'UpdatePipeline'>,
): Promise<SavedPipeline> {
  const texts = readTexts(body.passed_config, body.yaml_vars ?? '')
  return save(context, path, texts, 'update', body.check_credentials === true)
}

/** The new configuration of a pipeline that is there. */
async function save(
  context: OrganizationContext,
  path: queries.PipelinePath,
  texts: Texts,
  reason: Reason,
  checkCredentials: boolean,
): Promise<SavedPipeline> {
  const { platform, actor, organization } = context
  const { id, name } = await context.read((tx) => getPipeline(tx, path))
  assertSupported(context, { name }, texts)
  const version = await context.prepare(async (tx) => {
    const row = await queries.lockPipeline(tx, id)
    if (!row) throw notFound(`pipeline ${name}`)
    await queries.updatePipelineRow(tx, id, { problem: null })
    await enqueue(tx, 'pipelines.catchUp', { organizationId: organization.id, pipelineId: id }, patience)
    return saveConfig(tx, row, texts, reason, saverOf(actor))
  })
  try {
    await deploy(platform, organization.id, id, { checkCredentials, evenIfUnsupported: false })
  } catch (error) {
    await context.prepare((tx) => takeBackConfig(tx, id, version))
    throw error
  }
  const row = await context.write(
    (tx) => getPipeline(tx, path),
    () => ({ name }),
  )
  return { row, config: texts.config, warnings: texts.warnings }
}

/** What it follows, in the caller's name. @throws Conflict when there is nothing to follow any more */
export async function syncPipeline(context: OrganizationContext, path: queries.PipelinePath): Promise<SavedPipeline> {
  const { row, follows } = await context.read(async (tx) => {
    const row = await getPipeline(tx, path)
    return { row, follows: (await queries.findFollowed(tx, row.id)) !== undefined }
  })
  if (!follows) return restoreConfig(context, path, row.config_version ?? 0)
  return save(context, path, await ofStack(context, row.component_id, undefined), 'component', false)
}

export async function restoreConfig(context: OrganizationContext, path: queries.PipelinePath, version: number): Promise<SavedPipeline> {
  const saved = await context.read(async (tx) => {
    const { id } = await getPipeline(tx, path)
    return getConfig(tx, id, version)
  })
  return save(context, path, { source: saved.source, yamlVars: saved.yaml_vars, config: saved.config, warnings: [] }, 'restore', false)
}

export async function getConfig(tx: OrgTx, pipelineId: number, version: number): Promise<queries.ConfigRow> {
  const saved = await queries.findConfig(tx, pipelineId, version)
  if (!saved) throw notFound(`version ${version} of the pipeline's configuration`)
  return saved
}

/** Gone here at once; the engine is told now, and by a job should it not answer. */
export async function deletePipeline(context: OrganizationContext, path: queries.PipelinePath): Promise<void> {
  const removals = await context.write(
    async (tx) => {
      const row = await getPipeline(tx, path)
      await queries.deletePipelineRow(tx, row.id)
      return removeLater(tx, row)
    },
    () => ({ name: path.pipeline }),
  )
  await removeNow(context.platform, removals)
}

export async function renamePipeline(context: OrganizationContext, path: queries.PipelinePath, name: string): Promise<void> {
  const { platform, organization } = context
  if (name === path.pipeline) {
    await context.read((tx) => getPipeline(tx, path))
    return
  }
  const row = await context.prepare(async (tx) => {
    const row = await getPipeline(tx, path)
    await queries.updatePipelineRow(tx, row.id, { name, keeps_name: true, updated_at: new Date() })
    return row
  })
  try {
    await deploy(platform, organization.id, row.id, { evenIfUnsupported: true })
  } catch (error) {
    await context.prepare((tx) => queries.updatePipelineRow(tx, row.id, { name: row.name, keeps_name: row.keeps_name }))
    throw error
  }
  await context.write(
    async () => {},
    () => ({ name, message: `${nameOf(context.actor)} renamed the pipeline ${row.name} to ${name}` }),
  )
}

export async function setPaused(context: OrganizationContext, path: queries.PipelinePath, paused: boolean): Promise<void> {
  const { platform, organization, actor } = context
  const row = await context.read((tx) => getPipeline(tx, path))
  await platform.engine.setPipelinePaused(pipelineAt(organization, row), paused)
  await context.write(
    async (tx) => {
      // Who paused it first is who paused it.
      if (paused === (row.paused_by !== null)) return
      await queries.updatePipelineRow(
        tx,
        row.id,
        paused ? { paused_by: nameOf(actor), paused_at: new Date() } : { paused_by: null, paused_at: null },
      )
    },
    () => ({ name: row.name }),
  )
}

const isAway = (error: unknown): boolean => error instanceof ApiError && error.code === 'RetryOperation'
