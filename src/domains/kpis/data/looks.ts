/** Asking the engine for builds, a few questions at a time, and never for long. */
import type { PipelineEngine } from '../../../engine/types.ts'
import { ApiError, unavailable } from '../../../errors.ts'
import type { OrganizationContext } from '../../../http/context.ts'
import { pipelineAt } from '../../pipelines/at.ts'
import type { Period } from '../period.ts'
import { type Run, runOf } from './builds.ts'

export interface Look {
  pipelines: readonly { id: number; name: string; engine_name: string | null }[]
  /** Undefined: all jobs. */
  job: string | undefined
}

/** More in one look would be a long answer of the engine, and a chart of nothing but noise. */
export const mostBuilds = 5000
const atOnce = 4
/** Milliseconds. */
const patience = { look: 5_000, all: 20_000 }

type Context = Pick<OrganizationContext, 'platform' | 'organization' | 'request'>

/** Tells of each look what it found as soon as it is there, and keeps nothing. */
export async function lookAtBuilds<L extends Look>(
  context: Context,
  looks: readonly L[],
  period: Period,
  tell: (look: L, found: { runs: readonly Run[] } | { error: string }) => void,
): Promise<void> {
  const end = Date.now() + patience.all
  const waiting = looks.values()
  const lane = async (): Promise<void> => {
    for (const look of waiting) tell(look, await lookOnce(context, look, period, Math.min(end, Date.now() + patience.look)))
  }
  await Promise.all(Array.from({ length: Math.min(atOnce, looks.length) }, lane))
}

async function lookOnce(context: Context, look: Look, period: Period, deadline: number): Promise<{ runs: Run[] } | { error: string }> {
  try {
    return { runs: await before(deadline, runsOf(context, look, period, deadline)) }
  } catch (error) {
    if (error instanceof ApiError) return { error: error.message }
    context.request.log.error({ err: error }, 'the builds of a KPI could not be read')
    return { error: 'The builds could not be read: this is a defect, and is noted in the log of the service' }
  }
}

async function runsOf({ platform, organization }: Context, look: Look, period: Period, deadline: number): Promise<Run[]> {
  const runs: Run[] = []
  for (const pipeline of look.pipelines) {
    // Whoever asked was told already that it takes too long.
    if (Date.now() >= deadline) throw tooSlow()
    const most = mostBuilds + 1 - runs.length
    const builds = await buildsOf(platform.engine, pipelineAt(organization, pipeline), look.job, period, most)
    for (const build of builds) {
      const run = runOf(pipeline.name, build)
      if (run) runs.push(run)
    }
    if (runs.length > mostBuilds)
      throw new ApiError('Invalid', `There are more than ${mostBuilds} builds in this time: ask for a shorter one, with begin and end`)
  }
  return runs
}

async function buildsOf(
  engine: PipelineEngine,
  at: ReturnType<typeof pipelineAt>,
  job: string | undefined,
  { begin, end }: Period,
  most: number,
) {
  try {
    return await engine.listFinishedBuilds(at, job, begin, end, most)
  } catch (error) {
    // Saved, and not told to the engine yet: it has not run.
    if (error instanceof ApiError && error.code === 'NotFoundEntity') return []
    throw error
  }
}

const tooSlow = () => unavailable('The engine takes too long to tell of the builds: try again, or ask for a shorter time')

async function before<T>(deadline: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(tooSlow()), Math.max(0, deadline - Date.now()))
  })
  try {
    return await Promise.race([work, late])
  } finally {
    clearTimeout(timer)
  }
}
