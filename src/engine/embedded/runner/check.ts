/** Looks at one resource for new versions. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { JsonObject, Version } from '../../../formats/pipeline/types.ts'
import type { BuildStatus } from '../../types.ts'
import type { Context } from '../context.ts'
import { errorText } from '../execute/errors.ts'
import { openSecrets, type Secrets } from '../execute/redact.ts'
import { StepFailed } from '../execute/types.ts'
import { openVars } from '../execute/vars.ts'
import type { EnginePolicy } from '../policy.ts'
import { statusEvent } from '../store/builds.ts'
import { wake } from '../store/pipelines.ts'
import { deleteOldChecks, saveCheck } from '../store/resources.ts'
import { appendEvents, endBuild, type NewEvent } from '../store/running.ts'
import { findPinned, newestVersion, saveVersions } from '../store/versions.ts'
import { assertVersions } from './found.ts'
import type { CheckToRun, PipelineNames } from './pass.ts'
import { openWriter } from './writer.ts'

/** Checks that people asked for: as many of one resource are kept, with their logs. */
const kept = 20
/** Characters of a log: a check has no limit of output of its own. */
const mostLog = 1024 * 1024
/** Seconds, whatever a pipeline says: who checks holds a place that others wait for. */
const mostSeconds = 300

/** In seconds: no check takes longer. */
export const longestCheck = ({ limits }: EnginePolicy): number => Math.min(mostSeconds, limits.seconds)

export interface CheckOptions {
  runner: string
  names: PipelineNames
  check: CheckToRun
  /** Aborted when the process stops. */
  signal: AbortSignal
  onLost(): void
}

interface Found {
  versions: Version[]
  error: string | null
  status: Extract<BuildStatus, 'succeeded' | 'failed' | 'errored'>
}

/** Never throws: what goes wrong with the resource is written down, and what goes wrong with us is logged. */
export async function runCheck(context: Context, options: CheckOptions): Promise<void> {
  const { names, check, runner } = options
  const { buildId } = check
  const secrets = openSecrets()
  const tell = openTelling(context, options)
  tell.event('initialize-check', '1.0', { name: check.resource.name })
  const found = await look(context, options, secrets, tell.log)
  if (found.error !== null) tell.event('error', '4.1', { message: found.error })
  const isOurs = await tell.close()
  if (!isOurs) return
  try {
    await context.write(names.organizationId, async (tx) => {
      // The resource is due again, and builds may wait for what was found.
      await wake(tx, names.pipelineId)
      const now = context.now()
      const ended =
        buildId === null ||
        (await endBuild(tx, { runner, buildId, status: found.status, events: [statusEvent(found.status, now)], at: new Date(now) }))
      const { resourceId, history, at } = check
      if (!ended || !(await saveCheck(tx, { resourceId, history, buildId, at, error: found.error }))) return
      if (found.versions.length > 0) await saveVersions(tx, { id: resourceId, history }, found.versions)
      if (buildId !== null) await deleteOldChecks(tx, resourceId, kept)
    })
  } catch (err) {
    context.log.warn({ err, pipeline: names.pipelineId, resource: check.resource.name }, 'what a check found could not be kept')
  }
}

interface Telling {
  event(type: string, version: string, data: JsonObject): void
  log(payload: string): void
  close(): Promise<boolean>
}

/** Checks that nobody asked for have no log. */
function openTelling(context: Context, { runner, names, check: { buildId }, onLost }: CheckOptions): Telling {
  if (buildId === null) return { event: () => {}, log: () => {}, close: async () => true }
  const writer = openWriter({
    seq: 1,
    store: (seq, events) => context.write(names.organizationId, (tx) => appendEvents(tx, runner, buildId, seq, events)),
    onLost,
    onError: (err) => context.log.warn({ err, build: buildId }, 'events of a check could not be stored: trying again'),
  })
  const event = (type: string, version: string, data: JsonObject, origin: JsonObject = {}) =>
    writer.emit({
      type,
      version,
      data: { time: Math.floor(context.now() / 1000), origin: { id: 'check', ...origin }, ...data },
    } satisfies NewEvent)
  return {
    event,
    log: (payload) => event('log', '5.1', { payload }, { source: 'stderr' }),
    close: () => writer.close(),
  }
}

async function look(
  context: Context,
  { names, check, signal }: CheckOptions,
  secrets: Secrets,
  tell: (payload: string) => void,
): Promise<Found> {
  const { organizationId, organization, config } = names
  const { resource, resourceId, history } = check
  const said = secrets.stream()
  let left = mostLog
  const say = (text: string) => {
    const payload = text.slice(0, left)
    left -= payload.length
    if (payload !== '') tell(payload)
  }
  const tooLong = AbortSignal.timeout(check.seconds * 1000)
  const over = AbortSignal.any([signal, tooLong])
  try {
    const vars = openVars({
      sources: config.var_sources ?? [],
      secrets,
      credential: (path) => context.ports.findCredential(organizationId, path),
    })
    const source = await vars.fillMap(resource.source, 'source')
    const type = context.resourceTypes(resource.type)
    if (!type) throw new Error(`The embedded engine has no resource type ${resource.type}`)
    const version = check.from ?? (await startOf(context, organizationId, { id: resourceId, history }, resource.version))
    const found = await orOver(
      type.check({ log: (text) => say(said.push(text)), signal: over, metadata: {}, organizationId, organization }, { source, version }),
      over,
    )
    return { versions: assertVersions(found), error: null, status: 'succeeded' }
  } catch (error) {
    const text = signal.aborted
      ? 'The process that looked for versions stopped: check the resource again'
      : tooLong.aborted
        ? tooLongText(check.seconds, longestCheck(context.policy))
        : errorText(error, context.policy.workFolder, secrets)
    return { versions: [], error: text, status: error instanceof StepFailed && !over.aborted ? 'failed' : 'errored' }
  } finally {
    say(said.end())
  }
}

const tooLongText = (seconds: number, most: number): string =>
  seconds < most
    ? `The check took more than ${seconds} seconds: give it longer (check_timeout), or see why it is slow`
    : `The check took more than ${seconds} seconds, and no check may take longer here, whatever check_timeout says: see why it is slow`

/** A version that the configuration pins and nobody has seen yet is looked for by name. */
async function startOf(
  context: Context,
  organizationId: number,
  history: { id: number; history: string },
  pinned: Version | undefined,
): Promise<Version | null> {
  return context.read(organizationId, async (tx) =>
    pinned && !(await findPinned(tx, history, pinned)) ? pinned : newestVersion(tx, history),
  )
}

/** A type that does not hear the signal holds nobody up. */
async function orOver<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  work.catch(() => {})
  const never = new AbortController()
  const over = async (): Promise<never> => {
    if (!signal.aborted)
      await new Promise<void>((resolve) => {
        signal.addEventListener('abort', () => resolve(), { once: true, signal: never.signal })
      })
    await sleep(grace)
    throw new Error('The check was stopped')
  }
  try {
    return await Promise.race([work, over()])
  } finally {
    never.abort()
  }
}
/** Milliseconds for ending by itself. */
const grace = 1000
