/** One build of a job, from its folder to its last event. */
import { setTimeout as sleep } from 'node:timers/promises'
import { ApiError, conflict } from '../../../errors.ts'
import type { JobConfig, PipelineConfig } from '../../../formats/pipeline/types.ts'
import type { BuildStatus } from '../../types.ts'
import type { Context } from '../context.ts'
import type { ExecutorPorts } from '../execute/types.ts'
import { historyOf } from '../history.ts'
import { savePipeline } from '../seam/saving.ts'
import { statusEvent } from '../store/builds.ts'
import { loadCache, saveCache } from '../store/caches.ts'
import { lockPipeline, wake, wakeWaiting } from '../store/pipelines.ts'
import { findResource } from '../store/resources.ts'
import * as store from '../store/running.ts'
import { saveMetadata, saveVersion } from '../store/versions.ts'
import { makeFolder, removeFolder, watchSize } from './folder.ts'
import { assertVersion, shortened } from './found.ts'
import type { PipelineNames } from './pass.ts'
import { reapLogs } from './retention.ts'
import { type EventWriter, openWriter } from './writer.ts'

type Ended = Exclude<BuildStatus, 'pending' | 'started'>

export interface RunningBuild {
  readonly id: number
  readonly organizationId: number
  /** Somebody asked for it. */
  abort(): void
  /** The process stops: the build ends as errored, within seconds. */
  stop(): void
  /** Others have declared it lost, or deleted it: nothing of it is written any more. */
  lose(): void
  readonly done: Promise<void>
}

export interface BuildOptions {
  runner: string
  names: PipelineNames
  build: store.StartedBuild
  /** Where its folder is made. */
  parent: string
}

const gone = 'The build is not run here any more'
/** What remains to be said in the log when a build was not ended by its steps. */
const sentences = {
  stop: 'The engine was stopped while the build ran: run it again',
  full: 'The build was stopped because its files take more than the engine allows (ENGINE_BUILD_DISK_MB)',
  failed: 'The engine could not run the build: run it again, and tell an operator if that does not help',
} as const
/** Milliseconds for hooks and the ends of processes when the process stops; and for the ends of those processes that are left. */
const grace = 5000
const endings = 3000

export function startBuild(context: Context, options: BuildOptions): RunningBuild {
  const { build, names, runner } = options
  const { organizationId, pipelineId } = names
  const stopping = new AbortController()
  const lost = new AbortController()
  let why: keyof typeof sentences | undefined
  const end = (reason: keyof typeof sentences | undefined, sentence: string) => {
    if (stopping.signal.aborted) return
    why = reason
    stopping.abort(sentence)
  }
  const lose = () => {
    lost.abort()
    end(undefined, 'the build is not run here any more')
  }
  const writer = openWriter({
    seq: 1,
    store: (seq, events) => context.write(organizationId, (tx) => store.appendEvents(tx, runner, build.id, seq, events)),
    onLost: lose,
    onError: (err) => context.log.warn({ err, build: build.id }, 'events could not be stored: trying again'),
  })

  async function run(): Promise<void> {
    const status = await execute(context, options, {
      writer,
      signal: stopping.signal,
      lost: lost.signal,
      lose,
      full: () => end('full', sentences.full),
    })
    const ended = why === undefined ? (status ?? 'errored') : 'errored'
    if (why !== undefined || status === undefined) writer.emit(errorEvent(sentences[why ?? 'failed'], context.now()))
    if (!(await Promise.race([writer.close(), whenAborted(lost.signal)]))) return
    await finish(ended)
  }

  async function finish(status: Ended): Promise<void> {
    while (!lost.signal.aborted)
      try {
        const now = context.now()
        const isOurs = await context.write(organizationId, async (tx) => {
          await wake(tx, pipelineId)
          return store.endBuild(tx, { runner, buildId: build.id, status, events: [statusEvent(status, now)], at: new Date(now) })
        })
        if (!isOurs) return
        await context.write(organizationId, wakeWaiting)
        const job = jobOf(names.config, build.job)
        if (job) await reapLogs(context, organizationId, build.job_id, job)
        return
      } catch (err) {
        context.log.warn({ err, build: build.id }, 'the end of a build could not be written down: trying again')
        await sleep(1000)
      }
  }

  return {
    id: build.id,
    organizationId,
    abort: () => end(undefined, 'the build was aborted'),
    stop: () => end('stop', sentences.stop),
    lose,
    done: run().catch((err: unknown) => context.log.error({ err, build: build.id }, 'a build could not be run')),
  }
}

const errorEvent = (message: string, now: number): store.NewEvent => ({
  type: 'error',
  version: '4.1',
  data: { message, origin: {}, time: Math.floor(now / 1000) },
})

const jobOf = (config: PipelineConfig, name: string): JobConfig | undefined => config.jobs.find((job) => job.name === name)

/** @returns false */
async function whenAborted(signal: AbortSignal): Promise<false> {
  if (!signal.aborted) await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }))
  return false
}

interface Surroundings {
  writer: EventWriter
  signal: AbortSignal
  lost: AbortSignal
  lose(): void
  /** The folder is. */
  full(): void
}

/** @returns undefined when it could not be run, or did not end in time */
async function execute(context: Context, options: BuildOptions, around: Surroundings): Promise<Ended | undefined> {
  const { build, names, parent } = options
  const { organization, team, pipeline, apiPath, config } = names
  const job = jobOf(config, build.job)
  if (!job) return undefined
  const over = new AbortController()
  try {
    const folder = await makeFolder(parent, String(build.id))
    try {
      void watchSize(folder, context.policy.limits.diskBytes, over.signal, around.full)
      const work = context.execute(
        {
          id: build.id,
          name: build.name,
          organizationId: names.organizationId,
          organization,
          team,
          pipeline,
          apiPath,
          job,
          config,
          inputs: new Map(Object.entries(build.inputs)),
          ...(build.created_by === null ? {} : { createdBy: build.created_by }),
        },
        { ...portsOf(context, options, around, folder), over: over.signal },
      )
      try {
        return await Promise.race([work, whenTooLate(around, over.signal)])
      } finally {
        over.abort()
        // Hooks that nobody waits for end too: a program that runs on would be in nobody's count.
        await Promise.race([work.catch(() => {}), sleep(endings)])
      }
    } finally {
      await removeFolder(folder)
    }
  } catch (err) {
    context.log.error({ err, build: build.id }, 'a build could not be run')
    return undefined
  }
}

/** Hooks run to their end when somebody aborts a build; when the process stops, or the build is not ours, nobody waits for them. */
async function whenTooLate({ signal, lost }: Surroundings, over: AbortSignal): Promise<undefined> {
  await Promise.race([whenAborted(lost), whenAborted(over), whenStopped(signal)])
  if (!over.aborted) await sleep(grace, undefined, { signal: over }).catch(() => {})
  return undefined
}

async function whenStopped(signal: AbortSignal): Promise<void> {
  await whenAborted(signal)
  // A build that people abort takes as long as its hooks.
  if (signal.reason !== sentences.stop && signal.reason !== sentences.full) await new Promise<never>(() => {})
}

function portsOf(context: Context, { runner, names, build }: BuildOptions, around: Surroundings, folder: string): ExecutorPorts {
  const { organizationId, pipelineId, config } = names
  const { policy, ports } = context
  const held = <T>(run: Parameters<typeof context.write<T>>[1]): Promise<T> =>
    context.write(organizationId, async (tx) => {
      if (await store.holdBuild(tx, runner, build.id)) return run(tx)
      around.lose()
      throw conflict(gone)
    })
  const historyAt = async (tx: Parameters<typeof findResource>[0], name: string) => {
    const wanted = config.resources?.find((resource) => resource.name === name)
    const row = await findResource(tx, pipelineId, name)
    // Of the source that the build worked with, whatever the configuration says meanwhile.
    return wanted && row && { id: row.id, history: historyOf(config, wanted) }
  }
  return {
    emit: (event) => around.writer.emit(event),
    savePlan: (plan) => held(async (tx) => void (await store.savePlan(tx, build.id, plan))),
    credential: (path) => ports.findCredential(organizationId, path),
    async saveOutput(step, resource, version, metadata) {
      assertVersion(version)
      await context.write(organizationId, async (tx) => {
        await wake(tx, pipelineId)
        if (!(await store.holdBuild(tx, runner, build.id))) return around.lose()
        const history = await historyAt(tx, resource)
        if (history) await store.saveOutput(tx, build.id, step, await saveVersion(tx, history, version, shortened(metadata)))
      })
    },
    saveMetadata: (resource, version, metadata) =>
      held(async (tx) => {
        const history = await historyAt(tx, resource)
        if (history) await saveMetadata(tx, history, version, shortened(metadata))
      }),
    loadCache: (step, path) => context.write(organizationId, (tx) => loadCache(tx, build.job_id, step, path)),
    saveCache: (step, path, archive) => held(async (tx) => void (await saveCache(tx, build.job_id, step, path, archive))),
    setPipeline: (wanted) => setPipeline(context, { runner, names, build }, wanted, around.lose),
    resourceTypes: context.resourceTypes,
    runTask: context.runTask,
    signal: around.signal,
    folder,
    now: context.now,
    limits: policy.limits,
    apiUrl: context.apiUrl,
  }
}

/** First it runs here, then the platform writes down that it does. @throws Error whose message is fit for the log */
async function setPipeline(
  context: Context,
  { names, build, runner }: Omit<BuildOptions, 'parent'>,
  config: PipelineConfig,
  lose: () => void,
): Promise<{ changed: boolean }> {
  const { organizationId, pipelineId, pipeline } = names
  // The pipeline before the build: see `wake`.
  const assertMay = async (tx: Parameters<typeof lockPipeline>[0]) => {
    if ((await lockPipeline(tx, pipelineId)) && (await store.holdBuild(tx, runner, build.id))) return
    lose()
    throw conflict(gone)
  }
  try {
    await savePipeline(context, { ...names, name: pipeline }, { config, checkCredentials: false, evenIfUnsupported: false }, assertMay)
    return await context.ports.setPipeline(organizationId, pipelineId, config, `${pipeline}/${build.job} #${build.name}`)
  } catch (error) {
    if (error instanceof ApiError && (error.code === 'Invalid' || error.code === 'Conflict'))
      throw new Error([error.message, ...error.details].join('\n'), { cause: error })
    // What the database says is for the operator.
    context.log.warn({ err: error, build: build.id, pipeline: pipelineId }, 'a build could not set its pipeline')
    throw new Error('The engine could not set the pipeline: run the build again, and tell an operator if that does not help', {
      cause: error,
    })
  }
}
