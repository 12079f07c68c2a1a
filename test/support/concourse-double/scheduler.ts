/** Checks of resources, builds that begin by themselves, and builds that wait. Concourse looks every ten seconds; the double at once. */
import { setTimeout as sleep } from 'node:timers/promises'
import { seconds } from '../../../src/formats/pipeline/durations.ts'
import { inputsOf } from '../../../src/formats/pipeline/steps.ts'
import type { Version } from '../../../src/formats/pipeline/types.ts'
import { chooseInputs } from './inputs.ts'
import { planOf } from './plan.ts'
import { check, ScriptFailed } from './resource-types.ts'
import { runBuild } from './runner.ts'
import {
  addVersions,
  type BuildRow,
  begin,
  byPlace,
  emit,
  finish,
  isFinal,
  type JobRow,
  newBuild,
  type PipelineRow,
  type ResolvedInput,
  type ResourceRow,
  type World,
} from './world.ts'

export const jobBuilds = (world: World, job: JobRow): BuildRow[] => world.builds.filter((build) => build.job === job)
const pending = (world: World, job: JobRow) => jobBuilds(world, job).filter(({ status }) => status === 'pending')

export function schedulePipeline(world: World, pipeline: PipelineRow): void {
  if (!world.pipelines.includes(pipeline)) return
  for (const build of world.builds)
    if (build.pipeline === pipeline && build.status === 'pending' && build.abortRequested) finish(world, build, 'aborted')
  if (pipeline.paused) return
  for (const resource of pipeline.resources) if (isDue(world, resource)) void checkNow(world, pipeline, resource)
  for (const job of pipeline.jobs.filter(({ isActive }) => isActive)) scheduleJob(world, pipeline, job)
}

function isDue({ now, checkEvery }: World, { isActive, config, lastChecked, checking }: ResourceRow): boolean {
  if (!isActive || checking || config.check_every === 'never') return false
  return lastChecked === undefined || now() - lastChecked >= (seconds(config.check_every ?? '') ?? checkEvery)
}

function scheduleJob(world: World, pipeline: PipelineRow, job: JobRow): void {
  const choice = chooseInputs(world, pipeline, job)
  const inputs = 'inputs' in choice ? choice.inputs : []
  job.hasNewInputs = inputs.some(({ firstOccurrence }) => firstOccurrence)
  if (job.paused) return
  const triggers = new Set(inputsOf(job.config).flatMap(({ get, trigger }) => (trigger ? [get] : [])))
  if (pending(world, job).length === 0 && inputs.some(({ name, firstOccurrence }) => firstOccurrence && triggers.has(name)))
    newBuild(world, pipeline, { name: String(++job.numbers), job, inputsChecked: true })
  for (const build of pending(world, job).sort(byPlace)) {
    if (!mayRun(world, pipeline, job)) return
    const taken = inputsFor(world, pipeline, job, build)
    if (taken) start(world, build, taken)
    // One that cannot begin holds up those behind it; a rerun nobody waits for.
    else if (!build.rerunOf) return
  }
}

export function mayRun(world: World, pipeline: PipelineRow, job: JobRow): boolean {
  const groups = job.config.serial_groups ?? []
  const most = job.config.serial || groups.length > 0 ? 1 : job.config.max_in_flight
  if (!most) return true
  const beside = pipeline.jobs.filter((other) => other === job || other.config.serial_groups?.some((group) => groups.includes(group)))
  return world.builds.filter((build) => build.status === 'started' && build.job && beside.includes(build.job)).length < most
}

function inputsFor(world: World, pipeline: PipelineRow, job: JobRow, build: BuildRow): ResolvedInput[] | undefined {
  if (build.rerunOf) return build.rerunOf.inputs?.map((input) => ({ ...input, firstOccurrence: false }))
  if (build.isManual && !build.inputsChecked) {
    void checkInputs(world, pipeline, job, build)
    return undefined
  }
  const choice = chooseInputs(world, pipeline, job)
  return 'inputs' in choice ? choice.inputs : undefined
}

/** Before a build that was asked for by hand begins, what it takes is looked for once. */
async function checkInputs(world: World, pipeline: PipelineRow, job: JobRow, build: BuildRow): Promise<void> {
  const names = inputsOf(job.config).flatMap(({ get, resource, passed, version }) =>
    passed?.length || typeof version === 'object' ? [] : [resource ?? get],
  )
  const resources = pipeline.resources.filter(({ name, isActive, pin }) => isActive && !pin && names.includes(name))
  await Promise.all(resources.map((resource) => checkNow(world, pipeline, resource)))
  build.inputsChecked = true
  world.changed(pipeline)
}

function start(world: World, build: BuildRow, inputs: ResolvedInput[]): void {
  const { job, pipeline } = build
  if (!job) return
  build.inputs = inputs
  const root = planOf(job.config, pipeline.config)
  build.plan = root.shown
  begin(world, build)
  void runBuild(world, build, root)
}

/** One at a time for a resource; who comes meanwhile waits for the same. */
export function checkNow(world: World, pipeline: PipelineRow, resource: ResourceRow): Promise<void> {
  resource.checking ??= runCheck(world, newBuild(world, pipeline, { resource }), undefined).finally(() => {
    resource.checking = undefined
    world.changed(pipeline)
  })
  return resource.checking
}

export async function runCheck(world: World, build: BuildRow, from: Version | undefined): Promise<void> {
  const { resource } = build
  if (!resource) return
  // Whoever asked gets its answer before the check begins.
  await sleep(5)
  begin(world, build)
  const origin = { id: '1' }
  emit(build, 'initialize-check', '1.0', { origin, name: resource.name, time: world.now() })
  resource.lastCheck = build
  try {
    const latest = from ?? resource.versions.at(-1)?.version
    addVersions(world, resource, await check(resource.config, latest, world.closed))
    finish(world, build, 'succeeded')
  } catch (error) {
    if (world.closed.aborted) return
    const message = error instanceof Error ? error.message : String(error)
    emit(build, 'log', '5.1', {
      time: world.now(),
      origin: { ...origin, source: 'stderr' },
      payload: `\u001b[31mERRO\u001b[0m ${message}\n`,
    })
    finish(world, build, error instanceof ScriptFailed ? 'failed' : 'errored')
  } finally {
    resource.lastChecked = world.now()
  }
}

/** What keeps a build from beginning, as `/preparation` tells it. */
export function preparationOf(world: World, build: BuildRow) {
  const { job, pipeline } = build
  const all = {
    paused_pipeline: 'not_blocking',
    paused_job: 'not_blocking',
    max_running_builds: 'not_blocking',
    inputs_satisfied: 'not_blocking',
  }
  const told = { build_id: build.id, ...all, inputs: {} as Record<string, string>, missing_input_reasons: {} as Record<string, string> }
  if (!job || isFinal(build) || build.status === 'started') return told
  if (pipeline.paused) told.paused_pipeline = 'blocking'
  if (job.paused) told.paused_job = 'blocking'
  if (!mayRun(world, pipeline, job)) told.max_running_builds = 'blocking'
  const choice = chooseInputs(world, pipeline, job)
  for (const { get, passed } of inputsOf(job.config)) {
    const isChecking = build.isManual && !build.inputsChecked && !build.rerunOf && !passed?.length
    const why = isChecking ? 'checking for latest available versions' : 'missing' in choice ? choice.missing[get] : undefined
    told.inputs[get] = why ? 'blocking' : 'not_blocking'
    if (why) told.missing_input_reasons[get] = why
  }
  if (Object.keys(told.missing_input_reasons).length > 0) told.inputs_satisfied = 'blocking'
  return told
}
