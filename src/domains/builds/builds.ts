/** Builds as answers show them, and who asked for them. */
import { nameOf } from '../../access/actor.ts'
import type { Schema } from '../../contract/operation.ts'
import type { EngineBuild, PipelineAt } from '../../engine/types.ts'
import type { OrganizationContext } from '../../http/context.ts'
import { noteBuild, readBuildNotes } from '../pipelines/queries.ts'
import { viewBuild } from '../pipelines/view.ts'

/** With who asked for them. */
export async function showBuilds(
  { read }: Pick<OrganizationContext, 'read'>,
  at: PipelineAt,
  found: readonly EngineBuild[],
): Promise<Schema<'Build'>[]> {
  const ids = found.map(({ id }) => id)
  const notes = await read((tx) => readBuildNotes(tx, [at.pipelineId], ids))
  return found.map((build) => viewBuild(at, build, notes))
}

/** A build that somebody asked for: who it was is written down with the event. */
export async function begun(context: OrganizationContext, at: PipelineAt, build: EngineBuild): Promise<Schema<'Build'>> {
  const createdBy = nameOf(context.actor)
  await context.write(
    (tx) =>
      noteBuild(tx, {
        pipeline_id: at.pipelineId,
        build_id: build.id,
        created_by: createdBy,
        is_check: build.job_name === undefined,
      }),
    () => eventOf(context, at, build, build.job_name === undefined ? 'checked' : 'created'),
  )
  const note = { build_id: build.id, is_check: build.job_name === undefined, created_by: createdBy, aborted_by: null }
  return viewBuild(at, build, new Map([[build.id, note]]))
}

export function eventOf({ actor }: OrganizationContext, at: PipelineAt, { name, job_name, resource_name }: EngineBuild, done: string) {
  const what = job_name === undefined ? `the resource ${resource_name ?? ''}` : `the build ${job_name}#${name}`
  return {
    name: job_name === undefined ? (resource_name ?? '') : `${job_name}#${name}`,
    message: `${nameOf(actor)} ${done} ${what} of the pipeline ${at.name}`,
    tags: { pipeline_name: at.name, ...(job_name === undefined ? {} : { job_name, build_name: name }) },
  }
}
