/** How a pipeline compares: with other texts, with its stack, and with what was saved before. */
import type { Schema } from '../../contract/operation.ts'
import { ApiError } from '../../errors.ts'
import { diffPipelines, samePipeline } from '../../formats/pipeline/diff.ts'
import type { PipelineConfig, PipelineDiffs } from '../../formats/pipeline/types.ts'
import type { OrganizationContext } from '../../http/context.ts'
import { pipelineAt } from './at.ts'
import { readTexts } from './configs.ts'
import { desiredPipeline } from './desired.ts'
import { type FoundPipeline, getConfig, getPipeline } from './pipelines.ts'
import * as queries from './queries.ts'

/** What would change. */
export async function diffWith(
  context: OrganizationContext,
  path: queries.PipelinePath,
  body: Schema<'UpdatePipeline'>,
): Promise<PipelineDiffs> {
  const { config } = readTexts(body.passed_config, body.yaml_vars ?? '')
  const row = await context.read((tx) => getPipeline(tx, path))
  return diffPipelines(await runningConfig(context, row), config)
}

/** As the engine has it; what was saved last as long as the engine does not have it. */
export async function runningConfig({ platform, organization, read }: OrganizationContext, row: FoundPipeline): Promise<PipelineConfig> {
  const running = await platform.engine.readConfig(pipelineAt(organization, row))
  if (running) return running
  return (await read((tx) => getConfig(tx, row.id, row.config_version ?? 0))).config
}

/** A pipeline of the component follows its stack; one that people configured is compared with what they saved last. */
export async function compareWithStack(context: OrganizationContext, path: queries.PipelinePath): Promise<Schema<'PipelineStatus'>> {
  const { platform, organization } = context
  const { row, followed, saved } = await context.read(async (tx) => {
    const row = await getPipeline(tx, path)
    const followed = await queries.findFollowed(tx, row.id)
    return { row, followed, saved: await getConfig(tx, row.id, row.config_version ?? 0) }
  })
  try {
    const running = await platform.engine.readConfig(pipelineAt(organization, row))
    if (!running) return { synced: 'unknown', error: row.problem ?? 'The engine does not have the pipeline yet' }
    const by = followed && { name: followed.author, accountId: followed.author_id }
    const desired = by ? (await desiredPipeline(platform, organization.id, row.component_id, by))?.config : saved.config
    if (!desired) return { synced: 'errored', error: 'The stack has no pipeline for the use case of the component any more' }
    // More than the sections of a diff show counts: sources of variables, for one.
    return samePipeline(running, desired) ? { synced: 'synced' } : { synced: 'out_of_sync', diffs: diffPipelines(running, desired) }
  } catch (error) {
    if (!(error instanceof ApiError)) throw error
    // Away or not to be read: nobody knows. Readable but no pipeline: that is known, and wrong.
    return { synced: error.code === 'Invalid' ? 'errored' : 'unknown', error: [error.message, ...error.details].join('; ') }
  }
}
