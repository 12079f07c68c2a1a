import { setTimeout as sleep } from 'node:timers/promises'
import { conflict, invalid } from '../../errors.ts'
import { samePipeline } from '../../formats/pipeline/diff.ts'
import type { ConfigProblem, PipelineConfig } from '../../formats/pipeline/types.ts'
import { isProblem } from '../../outside/concourse/errors.ts'
import { isSafeName } from '../../outside/concourse/path.ts'
import type { Pipeline, PipelinePath } from '../../outside/concourse/types.ts'
import type { PipelineAt, PipelineState, SavePipeline, Team } from '../types.ts'
import { assertTenant, type Context, pathOf } from './context.ts'
import { asked, changed } from './refusals.ts'
import { viewJobs, viewPipeline } from './view.ts'

/** Concourse runs everything; but what is named so that its API cannot be asked for it, nobody could reach here. */
export function unsupported({ jobs, resources = [] }: PipelineConfig): ConfigProblem[] {
  const named = [
    ...jobs.map(({ name }, at) => ({ name, at: `jobs[${at}]` })),
    ...resources.map(({ name }, at) => ({ name, at: `resources[${at}]` })),
  ]
  return named
    .filter(({ name }) => !isSafeName(name))
    .map(({ at }) => ({
      path: `${at}.name`,
      message: 'must not be . or .. and must be without slashes, percent signs and control characters',
    }))
}

export async function savePipeline(context: Context, at: PipelineAt, save: SavePipeline): Promise<{ engineId: number }> {
  const path = pathOf(at)
  if (!isSafeName(at.name)) throw invalid('Concourse cannot have a pipeline of this name', ['name: must be without slashes'])
  const problems = save.evenIfUnsupported ? [] : unsupported(save.config)
  if (problems.length > 0)
    throw invalid(
      'Concourse cannot run this pipeline',
      problems.map((problem) => `${problem.path}: ${problem.message}`),
    )
  for (let attempt = 1; ; attempt++) {
    await context.teams.ensure(at.team)
    try {
      return await saveOnce(context, path, save)
    } catch (error) {
      const isChanged = isProblem(error, 'conflict') && error.problem.kind === 'conflict' && error.problem.because === 'changed'
      // The team was deleted in Concourse since it was seen, or it is so new that not all of Concourse knows it.
      const isTeamless = isProblem(error, 'notFound') || (isProblem(error, 'forbidden') && !('reason' in error.problem))
      if (attempt > 1 || !(isChanged || isTeamless)) {
        if (isChanged) throw changed()
        return asked({ what: 'team of the organization' }, Promise.reject(error))
      }
      if (isTeamless) context.teams.forget(at.team)
    }
  }
}

async function saveOnce(
  { client }: Context,
  path: PipelinePath,
  { config, checkCredentials }: SavePipeline,
): Promise<{ engineId: number }> {
  const there = await client.readConfig(path)
  const isSame = there !== undefined && samePipeline(configOf(there.config), config)
  if (!isSame || checkCredentials) {
    const options = { checkCredentials, ...(there ? { version: there.version } : {}) }
    const { isNew } = await client.saveConfig(path, config, options)
    if (isNew) await unpause(() => client.setPipelinePaused(path, false))
  }
  const { id } = await client.readPipeline(path)
  return { engineId: id }
}

/** Nobody would come back to do this later, and doing it twice does no harm. */
async function unpause(work: () => Promise<void>): Promise<void> {
  for (let attempt = 1; ; attempt++)
    try {
      return await work()
    } catch (error) {
      if (attempt >= 3 || !isProblem(error, 'unavailable', 'server')) throw error
      await sleep(100 * attempt)
    }
}

export async function deletePipeline({ client }: Context, at: PipelineAt, engineId: number | null): Promise<void> {
  const path = pathOf(at)
  try {
    if (engineId !== null && (await client.readPipeline(path)).id !== engineId) return
    await client.deletePipeline(path)
  } catch (error) {
    if (isProblem(error, 'notFound')) return
    return asked({ what: 'pipeline' }, Promise.reject(error))
  }
}

export async function renamePipeline({ client }: Context, at: PipelineAt, name: string): Promise<void> {
  if (!isSafeName(name)) throw invalid('Concourse cannot have a pipeline of this name', ['name: must be without slashes'])
  const path = pathOf(at)
  if (name === at.name) return
  const taken = () => conflict(`There is already a pipeline ${name}`)
  const isTaken = () => exists(client.readPipeline({ ...path, pipeline: name }))
  await asked(
    { what: 'pipeline' },
    (async () => {
      await client.readPipeline(path)
      if (await isTaken()) throw taken()
      try {
        await client.renamePipeline(path, name)
      } catch (error) {
        // Taken in between: Concourse has no word for it.
        if (isProblem(error, 'server') && (await isTaken())) throw taken()
        throw error
      }
    })(),
  )
}

const exists = (reading: Promise<unknown>): Promise<boolean> =>
  reading.then(
    () => true,
    (error) => {
      if (isProblem(error, 'notFound')) return false
      throw error
    },
  )

export const setPipelinePaused = ({ client }: Context, at: PipelineAt, paused: boolean): Promise<void> =>
  asked({ what: 'pipeline' }, client.setPipelinePaused(pathOf(at), paused))

export async function readConfig({ client }: Context, at: PipelineAt): Promise<PipelineConfig | undefined> {
  const found = await asked({ what: 'pipeline' }, client.readConfig(pathOf(at)))
  return found && configOf(found.config)
}

/** It was checked by Concourse when it was saved, whoever saved it. */
export const configOf = (config: { jobs?: unknown }): PipelineConfig => ({
  ...config,
  jobs: Array.isArray(config.jobs) ? (config.jobs as PipelineConfig['jobs']) : [],
})

export async function readPipelines(
  context: Context,
  { team }: Team,
  pipelines: readonly PipelineAt[],
): Promise<Map<number, PipelineState>> {
  assertTenant(team)
  if (pipelines.length === 0) return new Map()
  const found = new Map((await listThese(context, team, pipelines)).map((pipeline) => [pipeline.name, pipeline]))
  const states = await Promise.all(
    pipelines.map(async (at) => {
      const pipeline = found.get(at.name)
      if (!pipeline) return []
      // Gone since the list was made: it is left out like one that was not in it.
      const state = await readState(context, at, pipeline).catch((error) => {
        if (isProblem(error, 'notFound')) return undefined
        return asked({ what: 'pipeline' }, Promise.reject(error))
      })
      return state ? [[at.pipelineId, state] as const] : []
    }),
  )
  return new Map(states.flat())
}

/** One answer tells of all pipelines of the team, which is more than is needed to know of one. */
async function listThese({ client }: Context, team: string, pipelines: readonly PipelineAt[]): Promise<Pipeline[]> {
  const [only, second] = pipelines
  try {
    if (only && !second) return [await client.readPipeline(pathOf(only))]
    return (await client.listPipelines(team)).filter((pipeline) => pipeline.team_name === team && !pipeline.instance_vars)
  } catch (error) {
    // A team that is not there yet has none.
    if (isProblem(error, 'notFound')) return []
    return asked({ what: 'pipeline' }, Promise.reject(error))
  }
}

async function readState(context: Context, at: PipelineAt, pipeline: Pipeline): Promise<PipelineState> {
  const [jobs, config] = await Promise.all([context.client.listJobs(pathOf(at)), context.client.readConfig(pathOf(at))])
  return viewPipeline(pipeline, viewJobs(jobs, config ? configOf(config.config).jobs : []))
}
