/** Why a build waits, in one sentence that says what to do about it. */
import { isProblem } from '../../outside/concourse/errors.ts'
import type { Build } from '../../outside/concourse/types.ts'
import type { Blocking, PipelineAt, Preparation } from '../types.ts'
import { type Context, pathOf } from './context.ts'
import { ownBuild } from './ownership.ts'
import { asked } from './refusals.ts'

export async function getBuildPreparation(context: Context, at: PipelineAt, job: string, buildId: number): Promise<Preparation> {
  const build = await ownBuild(context, at, buildId, job)
  const told = await asked({ what: 'build' }, context.client.readPreparation(buildId))
  const preparation: Preparation = {
    build_id: buildId,
    paused_pipeline: blocking(told.paused_pipeline),
    paused_job: blocking(told.paused_job),
    max_running_builds: blocking(told.max_running_builds),
    inputs: Object.fromEntries(Object.entries(told.inputs ?? {}).map(([name, status]) => [name, blocking(status)])),
    inputs_satisfied: blocking(told.inputs_satisfied),
    missing_input_reasons: told.missing_input_reasons ?? {},
  }
  const reason = build.status === 'pending' ? await reasonOf(context, at, build, preparation) : undefined
  return { ...preparation, ...(reason ? { reason } : {}) }
}

const blocking = (status: string): Blocking => (status === 'blocking' || status === 'not_blocking' ? status : 'unknown')

async function reasonOf(context: Context, at: PipelineAt, build: Build, preparation: Preparation): Promise<string | undefined> {
  const job = build.job_name ?? ''
  if (preparation.paused_pipeline === 'blocking') return `The pipeline ${at.name} is paused: unpause it.`
  if (preparation.paused_job === 'blocking') return `The job ${job} is paused: unpause it.`
  if (preparation.max_running_builds === 'blocking') return othersRun(context, at, build)
  const [missing] = Object.entries(preparation.missing_input_reasons)
  if (missing) return inputMissing(context, ...missing)
  const waiting = Object.entries(preparation.inputs).find(([, status]) => status === 'blocking')?.[0]
  if (waiting !== undefined) return inputMissing(context, waiting, '')
  if (preparation.inputs_satisfied === 'blocking') return inputsWait(context)
  return olderWaits(context, at, build)
}

/** Looked at for the builds that hold this one up: they are near it. */
const near = 50

async function othersRun(context: Context, at: PipelineAt, { job_name: job = '' }: Build): Promise<string> {
  const { rows } = await asked({ what: 'job' }, context.client.listBuilds(pathOf(at), job ?? '', { limit: near }))
  const running = rows.filter(({ status }) => status === 'started').map(({ name }) => `#${name}`)
  if (running.length === 0)
    return `The job ${job} may not run beside a build that runs in another job of its serial_groups: wait for its end, or abort it.`
  const [which, end] =
    running.length === 1
      ? [`build ${running[0]} runs`, 'its end, or abort it']
      : [`builds ${running.join(', ')} run`, 'one of them to end, or abort one']
  return `The job ${job} runs as many builds as it may: ${which}. Wait for ${end}.`
}

/** In the order in which they were asked for: one that cannot begin holds up those behind it. */
async function olderWaits(context: Context, at: PipelineAt, build: Build): Promise<string | undefined> {
  const { rows } = await asked({ what: 'job' }, context.client.listBuilds(pathOf(at), build.job_name ?? '', { to: build.id, limit: near }))
  const oldest = rows.filter(({ id, status, rerun_of }) => id < build.id && status === 'pending' && !rerun_of).at(-1)
  return oldest && `Build #${oldest.name} of the job was asked for earlier and waits itself: see what it waits for, or abort it.`
}

async function inputMissing(context: Context, input: string, why: string): Promise<string> {
  if (why.startsWith('no satisfiable builds from passed jobs'))
    return `No build of the jobs that the input ${input} must have passed has succeeded with versions that fit together: run those jobs first.`
  if (why.startsWith('pinned version'))
    return `The version that the input ${input} is pinned to was not found (${why}): pin one that is there, or check the resource from that version.`
  if (why === 'latest version of resource not found' || why === 'version of resource not found')
    return `The resource of the input ${input} has no version yet: check it, and look at what the check says.`
  if (why === '' || why === 'checking for latest available versions') return inputsWait(context, input)
  return `The input ${input} has no version that can be used (${why}): look at its resource.`
}

async function inputsWait(context: Context, input?: string): Promise<string> {
  const what = input === undefined ? 'The inputs of the build are' : `The input ${input} is`
  if (await hasNoWorker(context)) return `${what} not checked, since no worker of Concourse is running: start one.`
  return `${what} being checked for new versions: wait a moment, and look at the check of the resource when it takes long.`
}

async function hasNoWorker({ client }: Context): Promise<boolean> {
  try {
    return !(await client.listWorkers()).some(({ state }) => state === 'running')
  } catch (error) {
    // It would only have made the sentence better.
    if (isProblem(error, 'unavailable', 'server', 'forbidden')) return false
    throw error
  }
}
