import type { OrgTx } from '../../../db/organization-tx.ts'
import { notFound } from '../../../errors.ts'
import type { PipelineConfig } from '../../../formats/pipeline/types.ts'
import type { PipelineAt, PipelineState, Team } from '../../types.ts'
import type { Context } from '../context.ts'
import { groupBy } from '../store/group.ts'
import { listJobs } from '../store/jobs.ts'
import * as store from '../store/pipelines.ts'
import { viewJobs } from './job-view.ts'

export async function deletePipeline(context: Context, at: PipelineAt, engineId: number | null): Promise<void> {
  if (engineId !== null && engineId !== at.pipelineId) return
  await context.write(at.organizationId, async (tx) => {
    await store.deletePipeline(tx, at.pipelineId)
    // Who runs a build of it finds that there is none.
    await store.notifyRunners(tx)
  })
}

export const setPipelinePaused = (context: Context, at: PipelineAt, paused: boolean): Promise<void> =>
  context.write(at.organizationId, async (tx) => {
    const row = await store.lockPipeline(tx, at.pipelineId)
    if (!row) throw notFound('pipeline')
    if (row.paused === paused) return
    await store.updatePipeline(tx, at.pipelineId, { paused })
    await store.wake(tx, at.pipelineId)
  })

export const readConfig = (context: Context, at: PipelineAt): Promise<PipelineConfig | undefined> =>
  context.read(at.organizationId, async (tx) => (await store.findPipeline(tx, at.pipelineId))?.config)

export const readPipelines = (context: Context, team: Team, pipelines: readonly PipelineAt[]): Promise<Map<number, PipelineState>> =>
  context.read(team.organizationId, async (tx) => {
    const ids = pipelines.map(({ pipelineId }) => pipelineId)
    const states = new Map<number, PipelineState>()
    if (ids.length === 0) return states
    const jobs = groupBy(await listJobs(tx, ids), ({ pipeline_id }) => pipeline_id)
    for await (const { pipeline_id, config, paused } of readRows(tx, ids)) {
      const unsupported = context.unsupported(team.organization, config)
      states.set(pipeline_id, {
        ...(unsupported.length > 0 ? { unsupported } : {}),
        paused,
        public: false,
        archived: false,
        groups: (config.groups ?? []).map(({ name, jobs, resources }) => ({
          name,
          ...(jobs ? { jobs } : {}),
          ...(resources ? { resources } : {}),
        })),
        jobs: viewJobs(config, jobs.get(pipeline_id) ?? []),
      })
    }
    return states
  })

/** Bytes of configurations that are asked for at once: an answer of the database has a bound. */
const mostBytes = 4 * 1024 * 1024
const fewEnough = 4

async function* readRows(tx: OrgTx, ids: readonly number[]): AsyncGenerator<store.PipelineRow> {
  if (ids.length <= fewEnough) {
    yield* await store.listPipelines(tx, ids)
    return
  }
  let batch: number[] = []
  let bytes = 0
  for (const row of await store.sizesOfPipelines(tx, ids)) {
    if (batch.length > 0 && bytes + row.bytes > mostBytes) {
      yield* await store.listPipelines(tx, batch)
      ;[batch, bytes] = [[], 0]
    }
    batch.push(row.pipeline_id)
    bytes += row.bytes
  }
  if (batch.length > 0) yield* await store.listPipelines(tx, batch)
}
