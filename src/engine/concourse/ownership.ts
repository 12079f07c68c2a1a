/**
 * Numbers of builds and versions count over all of Concourse, and its routes for them ask only whether the user may see them; the
 * platform's user may see everything. So whose a number is, is asked inside the tenant's own pipeline, in a list that is cut down
 * to this one number. Only then it may be named anywhere else.
 */
import { notFound } from '../../errors.ts'
import { isProblem } from '../../outside/concourse/errors.ts'
import type { Build, Page, PipelinePath, ResourceVersion } from '../../outside/concourse/types.ts'
import type { PipelineAt } from '../types.ts'
import { type Context, pathOf } from './context.ts'
import { largestId } from './pages.ts'
import { asked } from './refusals.ts'

/** @throws NotFound when it is not of this pipeline, or not of the job that is named */
export async function ownBuild({ client }: Context, at: PipelineAt, id: number, job?: string): Promise<Build> {
  const path = pathOf(at)
  const build = await only('build', id, (range) => client.listBuilds(path, job, range))
  // What Concourse says itself must agree: a route that changes its meaning must not open a door.
  if (!isOf(build, path) || !build.job_name || (job !== undefined && build.job_name !== job)) throw notFound('build')
  return build
}

/** A check: Concourse lists it nowhere. That it is of this pipeline somebody knows who asked for it; it is compared all the same. */
export async function ownCheck({ client }: Context, at: PipelineAt, id: number): Promise<Build> {
  const build = await asked({ what: 'build' }, client.readBuild(id))
  if (!isOf(build, pathOf(at)) || build.job_name) throw notFound('build')
  return build
}

/** @throws NotFound when it is not one of this resource */
export async function ownVersion({ client }: Context, at: PipelineAt, resource: string, id: number): Promise<ResourceVersion> {
  return only('version', id, (range) => client.listVersions(pathOf(at), resource, range))
}

export const isOf = (build: Build, { team, pipeline }: PipelinePath): boolean =>
  build.team_name === team && build.pipeline_name === pipeline

async function only<T extends { id: number }>(
  what: string,
  id: number,
  ask: (range: { from: number; to: number; limit: number }) => Promise<Page<T>>,
): Promise<T> {
  if (!Number.isSafeInteger(id) || id < 1) throw notFound(what)
  try {
    const { rows } = await ask({ from: id, to: id, limit: 1 })
    const row = rows.find((candidate) => candidate.id === id)
    if (!row) throw notFound(what)
    return row
  } catch (error) {
    if (id > largestId && isProblem(error, 'server')) throw notFound(what)
    return asked({ what }, Promise.reject(error))
  }
}
