/** A configuration becomes what a pipeline is: its jobs and resources keep their history as long as they are what they were. */
import type { OrgTx } from '../../../db/organization-tx.ts'
import { conflict, invalid, notFound } from '../../../errors.ts'
import type { ConfigProblem, PipelineConfig } from '../../../formats/pipeline/types.ts'
import type { PipelineAt, SavePipeline } from '../../types.ts'
import { type Context, sayProblems } from '../context.ts'
import { missingCredentials } from '../credentials.ts'
import { historyOf } from '../history.ts'
import { listOrphans, statusEvent } from '../store/builds.ts'
import { syncJobs } from '../store/jobs.ts'
import { findPipeline, insertPipeline, lockPipeline, updatePipeline, wake } from '../store/pipelines.ts'
import { syncResources } from '../store/resources.ts'
import { endBuild } from '../store/running.ts'
import { digestOf } from '../store/text.ts'

/**
 * See PipelineEngine. The engine's own number is the platform's, which is never given twice.
 * @param assertMay first in the transaction that saves
 */
export async function savePipeline(
  context: Context,
  at: PipelineAt,
  { config, ...options }: SavePipeline,
  assertMay?: (tx: OrgTx) => Promise<void>,
): Promise<{ engineId: number }> {
  const unsupported = context.unsupported(at.organization, config)
  const problems = [
    ...(options.evenIfUnsupported ? [] : [...unsupported, ...wrongSources(context, config)]),
    ...(options.checkCredentials ? await missingCredentials(context.ports, at.organizationId, config) : []),
  ]
  if (problems.length > 0) throw invalid('The embedded engine cannot run this pipeline', sayProblems(problems))
  await context.write(at.organizationId, async (tx) => {
    await assertMay?.(tx)
    await keep(tx, at.pipelineId, config, context.now())
  })
  return { engineId: at.pipelineId }
}

/** @throws Conflict when the pipeline is kept although nothing of it runs */
export function assertRuns(context: Context, at: PipelineAt, config: PipelineConfig): void {
  const problems = context.unsupported(at.organization, config)
  if (problems.length > 0)
    throw conflict('The embedded engine cannot run this pipeline: change it, or configure Concourse', sayProblems(problems))
}

/** @throws NotFound when the engine does not have it */
export async function theConfig(tx: OrgTx, at: PipelineAt): Promise<PipelineConfig> {
  const row = await findPipeline(tx, at.pipelineId)
  if (!row) throw notFound('pipeline')
  return row.config
}

/** As far as a source can be known without the values of credentials. */
function wrongSources({ resourceTypes }: Context, config: PipelineConfig): ConfigProblem[] {
  return (config.resources ?? []).flatMap(({ type, source }, index) =>
    (resourceTypes(type)?.validate(source ?? {}) ?? []).map((problem) => {
      // "uri: is missing" names a key; other sentences are about the source as a whole.
      const [, key, message] = /^([\w.-]+): (.*)$/s.exec(problem) ?? []
      return { path: `resources[${index}].source${key ? `.${key}` : ''}`, message: message ?? problem }
    }),
  )
}

async function keep(tx: OrgTx, pipelineId: number, config: PipelineConfig, now: number): Promise<void> {
  if (!(await insertPipeline(tx, pipelineId, config))) {
    const before = await lockPipeline(tx, pipelineId)
    if (!before || digestOf(before.config) === digestOf(config)) return
    await updatePipeline(tx, pipelineId, { config })
  }
  const jobs = config.jobs.map(({ name, old_name }) => ({ name, old_name: old_name ?? null }))
  await syncJobs(tx, pipelineId, jobs)
  await syncResources(
    tx,
    pipelineId,
    (config.resources ?? []).map((resource) => ({
      name: resource.name,
      old_name: resource.old_name ?? null,
      history: historyOf(config, resource),
      isPinned: resource.version !== undefined,
    })),
  )
  for (const buildId of await listOrphans(tx, pipelineId))
    await endBuild(tx, { runner: null, buildId, status: 'aborted', events: [statusEvent('aborted', now)], at: new Date(now) })
  await wake(tx, pipelineId)
}
