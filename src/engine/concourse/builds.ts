import { conflict, invalid } from '../../errors.ts'
import type { Json } from '../../formats/pipeline/types.ts'
import { ConcourseError, isProblem } from '../../outside/concourse/errors.ts'
import type { Build } from '../../outside/concourse/types.ts'
import {
  type BuildResources,
  type EngineBuild,
  type EngineEvent,
  type EnginePage,
  type EnginePageQuery,
  finalStatuses,
  type PipelineAt,
  type PublicPlan,
} from '../types.ts'
import { type Context, pathOf } from './context.ts'
import { isOf, ownBuild, ownCheck } from './ownership.ts'
import { pageById } from './pages.ts'
import type { Quota } from './quota.ts'
import { apiErrorOf, asked } from './refusals.ts'
import { viewBuild } from './view.ts'

export async function listBuilds(
  { client }: Context,
  at: PipelineAt,
  job: string,
  page: EnginePageQuery,
): Promise<EnginePage<EngineBuild>> {
  const path = pathOf(at)
  const { items, ...marks } = await asked(
    { what: 'job' },
    pageById((range) => client.listBuilds(path, job, range), page),
  )
  return { items: items.filter((build) => isOf(build, path)).map(viewBuild), ...marks }
}

/** Builds on one page of those that are looked through, and on all of them. */
const looks = { first: 100, more: 500, most: 20_000 }

/**
 * Concourse can list by time too, but finds its range by the first and last build in its own order, and loses those beside which
 * a rerun stands. So it is walked back from the newest, to a page on which all began before.
 */
export async function listFinishedBuilds(
  { client }: Context,
  at: PipelineAt,
  job: string | undefined,
  { begin, end, most }: { begin: number; end: number; most: number },
): Promise<EngineBuild[]> {
  const path = pathOf(at)
  const found: Build[] = []
  let since: number | undefined
  for (let seen = 0; ; ) {
    const limit = seen === 0 ? looks.first : looks.more
    const page = await asked(
      { what: job === undefined ? 'pipeline' : 'job' },
      pageById((range) => client.listBuilds(path, job, range), { limit, ...(since === undefined ? {} : { since }) }),
    )
    seen += page.items.length
    found.push(
      ...page.items.filter(
        (build) =>
          isOf(build, path) && build.start_time && build.start_time >= begin && build.start_time <= end && finalStatuses.has(build.status),
      ),
    )
    since = page.next?.since
    if (since === undefined || page.items.every(({ start_time }) => start_time && start_time < begin)) break
    if (seen >= looks.most) throw invalid(`There are more than ${looks.most} builds since then: ask for a later time`)
  }
  const startOf = (build: Build) => build.start_time ?? 0
  return found
    .sort((one, other) => startOf(one) - startOf(other) || one.id - other.id)
    .slice(0, most)
    .map(viewBuild)
}

export const getBuild = async (context: Context, at: PipelineAt, buildId: number, job?: string): Promise<EngineBuild> =>
  viewBuild(await ownBuild(context, at, buildId, job))

export const createBuild = (context: Context, quota: Quota, at: PipelineAt, job: string): Promise<EngineBuild> =>
  quota.begin(context, at.team, async () => {
    const refused = `The job ${job} takes no builds that are asked for by hand: its configuration says disable_manual_trigger`
    return viewBuild(await asked({ what: 'job', refused }, context.client.createBuild(pathOf(at), job)))
  })

export async function rerunBuild(context: Context, quota: Quota, at: PipelineAt, job: string, buildId: number): Promise<EngineBuild> {
  const { name } = await ownBuild(context, at, buildId, job)
  return quota.begin(context, at.team, async () => {
    const refused = `Builds of the job ${job} are not run again: its configuration says disable_reruns`
    const rerun = async () => {
      try {
        return await context.client.rerunBuild(pathOf(at), job, name)
      } catch (error) {
        // What Concourse answers for one that never had versions; nothing else about it is known to fail so.
        if (isProblem(error, 'server'))
          throw conflict('The build never began, so there are no versions to run it with again: create a new build instead')
        throw error
      }
    }
    return viewBuild(await asked({ what: 'build', refused }, rerun()))
  })
}

export async function abortBuild(context: Context, at: PipelineAt, job: string, buildId: number): Promise<void> {
  const { status } = await ownBuild(context, at, buildId, job)
  if (finalStatuses.has(status)) return
  await asked({ what: 'build' }, context.client.abortBuild(buildId))
}

export async function getBuildPlan(context: Context, at: PipelineAt, job: string, buildId: number): Promise<PublicPlan> {
  await ownBuild(context, at, buildId, job)
  const { schema, plan } = await asked({ what: 'plan of the build' }, context.client.readPlan(buildId))
  return { schema, plan: plan as Json }
}

export async function getBuildResources(context: Context, at: PipelineAt, job: string, buildId: number): Promise<BuildResources> {
  await ownBuild(context, at, buildId, job)
  const { inputs, outputs } = await asked({ what: 'build' }, context.client.readBuildResources(buildId))
  return {
    inputs: (inputs ?? []).map(({ name, version, first_occurrence }) => ({ name, version, first_occurrence: first_occurrence ?? false })),
    outputs: (outputs ?? []).map(({ name, version }) => ({ name, version })),
  }
}

export async function* streamEvents(
  context: Context,
  at: PipelineAt,
  buildId: number,
  { after, signal, isCheck }: { after?: number; signal: AbortSignal; isCheck: boolean },
): AsyncGenerator<EngineEvent, void> {
  await (isCheck ? ownCheck(context, at, buildId) : ownBuild(context, at, buildId))
  if (signal.aborted) return
  try {
    for await (const { id, type, version, data } of context.client.streamEvents(buildId, {
      signal,
      ...(after === undefined ? {} : { after }),
    }))
      yield { id, type, version, data: data as EngineEvent['data'] }
  } catch (error) {
    throw error instanceof ConcourseError ? apiErrorOf(error, { what: 'build' }) : error
  }
}

/** Newest first. Versions of one source may be shared by pipelines of several teams. */
export const ofPipeline = (builds: readonly Build[], at: PipelineAt): EngineBuild[] =>
  builds
    .filter((build) => isOf(build, pathOf(at)))
    .sort((one, other) => other.id - one.id)
    .map(viewBuild)
