/** One look of the scheduler at one pipeline: what it decides is written down before anybody acts on it. */
import type { OrgTx } from '../../../db/organization-tx.ts'
import { seconds } from '../../../formats/pipeline/durations.ts'
import type { PipelineConfig, ResourceConfig, Version } from '../../../formats/pipeline/types.ts'
import { type Context, sayProblems } from '../context.ts'
import type { Decisions, ResolvedInput } from '../schedule/types.ts'
import * as builds from '../store/builds.ts'
import { saveNewInputs, takeBuildName } from '../store/jobs.ts'
import * as pipelines from '../store/pipelines.ts'
import { claimCheck } from '../store/resources.ts'
import * as running from '../store/running.ts'
import { type Look, readSnapshot } from '../store/snapshot.ts'
import { longestCheck } from './check.ts'

/** Who looks, and what it can take on now. */
export interface Looker {
  id: string
  /** Builds of this organization. */
  places: number
  /** Checks of this organization. */
  checks: number
}

export interface PipelineNames extends pipelines.Names {
  organizationId: number
  pipelineId: number
  config: PipelineConfig
}

export interface CheckToRun {
  resource: ResourceConfig
  resourceId: number
  history: string
  /** Of somebody who asked for it. */
  buildId: number | null
  from: Version | null
  at: Date
  seconds: number
}

export interface Work extends PipelineNames {
  builds: running.StartedBuild[]
  checks: CheckToRun[]
  /** Builds wait, and this process has no place for them, or none for this organization. */
  isCrowded: boolean
}

/** Of a check that does not say how long it may take. */
const checkSeconds = 60
/** Milliseconds after which checks are tried again for which there was no place. */
const soon = 1000

/** Milliseconds after which it is looked at again what this engine can run: an operator may have allowed more. */
const later = 10 * 60 * 1000

/** @returns undefined when somebody else looks at it, or nothing of it runs */
export const lookAt = (context: Context, looker: Looker, organizationId: number, pipelineId: number): Promise<Work | undefined> =>
  context.write(organizationId, async (tx) => {
    const row = await pipelines.lockDuePipeline(tx, pipelineId)
    const names = row && (await pipelines.namesOf(tx, pipelineId))
    if (!row || !names) return undefined
    const { config } = row
    const [problem] = sayProblems(context.unsupported(names.organization, config))
    if (problem !== undefined) {
      await builds.saveReason(
        tx,
        pipelineId,
        `The embedded engine cannot run this pipeline (${problem}): change it, or configure Concourse.`,
      )
      await pipelines.sleep(tx, pipelineId, later)
      return undefined
    }
    await pipelines.lockOrganization(tx)
    const organization = (await running.countRunning(tx)).reduce((sum, { count }) => sum + count, 0)
    const now = context.now()
    const look = await readSnapshot(tx, row, {
      now,
      organization: { running: organization, most: context.policy.buildsPerOrganization },
      places: looker.places,
      checkSeconds: context.policy.checkSeconds,
    })
    const decisions = context.schedule(look.snapshot)
    const started = await writeDown(tx, looker.id, pipelineId, decisions, now)
    const { checks, missed } = await claimChecks(context, tx, looker, pipelineId, look, decisions)
    const wait = decisions.wakeAt === null ? null : Math.max(0, decisions.wakeAt - now)
    // What was made now is told in the next look what it waits for, and there may be more to make.
    await pipelines.sleep(tx, pipelineId, decisions.create.length > 0 ? 0 : missed ? Math.min(wait ?? soon, soon) : wait)
    return {
      organizationId,
      pipelineId,
      config,
      ...names,
      builds: started.length > 0 ? await running.listStarted(tx, started) : [],
      checks,
      isCrowded: looker.places <= started.length && decisions.waiting.length > 0,
    }
  })

/** @returns ids of the builds that began */
async function writeDown(tx: OrgTx, runner: string, pipelineId: number, decisions: Decisions, now: number): Promise<number[]> {
  const at = new Date(now)
  const started: number[] = []
  const start = async (buildId: number, inputs: readonly ResolvedInput[]) => {
    if (!(await running.startBuild(tx, runner, buildId, inputs, at))) return
    await running.appendEvents(tx, runner, buildId, 0, [builds.statusEvent('started', now)])
    started.push(buildId)
  }
  for (const buildId of decisions.abort)
    await running.endBuild(tx, { runner: null, buildId, status: 'aborted', events: [builds.statusEvent('aborted', now)], at })
  for (const { buildId, inputs } of decisions.start) await start(buildId, inputs)
  for (const { job, inputs, startNow } of decisions.create) {
    const taken = await takeBuildName(tx, pipelineId, job)
    if (!taken) continue
    const buildId = await builds.insertBuild(tx, {
      pipelineId,
      jobId: taken.id,
      name: taken.name,
      isManual: false,
      createdAt: at,
      inputsCheckedAt: at,
    })
    if (startNow) await start(buildId, inputs)
  }
  if (decisions.waiting.length > 0) await builds.savePreparation(tx, decisions.waiting)
  await saveNewInputs(tx, pipelineId, decisions.hasNewInputs)
  return started
}

async function claimChecks(
  context: Context,
  tx: OrgTx,
  looker: Looker,
  pipelineId: number,
  { snapshot, resources }: Look,
  decisions: Decisions,
): Promise<{ checks: CheckToRun[]; missed: boolean }> {
  const configs = new Map((snapshot.config.resources ?? []).map((resource) => [resource.name, resource] as const))
  const asked = await builds.listPendingChecks(tx, pipelineId)
  const wanted = [
    ...asked.map(({ id, resource, from }) => ({ resource, buildId: id, from })),
    ...decisions.check.map(({ resource }) => ({ resource, buildId: null, from: null })),
  ]
  const checks: CheckToRun[] = []
  let missed = false
  const at = new Date(snapshot.now)
  for (const { resource: name, buildId, from } of wanted) {
    const [resource, row] = [configs.get(name), resources.get(name)]
    if (!resource || !row || checks.some(({ resourceId }) => resourceId === row.id)) continue
    if (checks.length >= looker.checks) {
      missed = true
      break
    }
    const most = Math.min(seconds(resource.check_timeout ?? '') ?? checkSeconds, longestCheck(context.policy))
    if (!(await claimCheck(tx, row.id, most + 30))) continue
    if (buildId !== null) {
      if (!(await running.startBuild(tx, looker.id, buildId, [], at))) continue
      await running.appendEvents(tx, looker.id, buildId, 0, [builds.statusEvent('started', snapshot.now)])
    }
    checks.push({ resource, resourceId: row.id, history: row.history, buildId, from, at, seconds: most })
  }
  return { checks, missed }
}
