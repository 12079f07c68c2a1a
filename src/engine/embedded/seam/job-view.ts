import { inputsOf, matchesGlob, outputsOf } from '../../../formats/pipeline/steps.ts'
import type { GroupConfig, JobConfig, PipelineConfig } from '../../../formats/pipeline/types.ts'
import type { EngineJob } from '../../types.ts'
import type { JobRow } from '../store/jobs.ts'

/** What the configuration says of the jobs, and what the rows do, in the order of the rows. */
export function viewJobs(config: PipelineConfig, rows: readonly JobRow[]): EngineJob[] {
  const jobs = new Map(config.jobs.map((job) => [job.name, job] as const))
  return rows.flatMap((row) => {
    const job = jobs.get(row.name)
    return job ? [viewJob(job, config.groups ?? [], row)] : []
  })
}

const viewJob = (job: JobConfig, groups: readonly GroupConfig[], row: JobRow): EngineJob => ({
  id: row.id,
  name: job.name,
  paused: row.paused,
  has_new_inputs: row.has_new_inputs,
  groups: groups.filter(({ jobs }) => jobs?.some((pattern) => matchesGlob(pattern, job.name))).map(({ name }) => name),
  disable_manual_trigger: job.disable_manual_trigger ?? false,
  ...(row.finished_build ? { finished_build: row.finished_build } : {}),
  ...(row.next_build ? { next_build: row.next_build } : {}),
  ...(row.transition_build ? { transition_build: row.transition_build } : {}),
  inputs: inputsOf(job).map(({ get, resource, trigger, passed, version }) => ({
    name: get,
    resource: resource ?? get,
    trigger: trigger ?? false,
    ...(passed ? { passed } : {}),
    ...(version ? { version } : {}),
  })),
  outputs: outputsOf(job).map(({ put, resource }) => ({ name: put, resource: resource ?? put })),
})
