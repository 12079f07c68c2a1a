/** What makes a process run builds: it looks for what is due, starts it, and keeps saying that it is alive. */
import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Context } from '../context.ts'
import { groupBy } from '../store/group.ts'
import { sleep as postpone, wake } from '../store/pipelines.ts'
import { forgetRunners, listDue, listRunners, sayGoodbye, sayHello } from '../store/runners.ts'
import { leaseSeconds, renewLeases } from '../store/running.ts'
import { type RunningBuild, startBuild } from './build.ts'
import { type CheckOptions, runCheck } from './check.ts'
import { openWorkFolder, removeFolder } from './folder.ts'
import { endLostBuilds } from './lost.ts'
import { lookAt, type Work } from './pass.ts'

/** Checks at once: of this process, and of one organization on it, so few that three with slow checks leave a place to a fourth. */
const mostChecks = 10
const mostChecksOfOrganization = 3
/** Pipelines that one question for what is due answers with. */
const mostDue = 20
/** Milliseconds: between two looks without a word from others, between two words of ours, and between two looks at what is asked of our builds. */
const pause = 1000
const heartbeat = 3000
const renewal = 1000
/** When others have what is due, or looking failed. */
const shortPause = 100
/** For what runs when the process stops. */
const grace = 10_000

export async function startRunner(context: Context): Promise<AsyncDisposable> {
  const id = randomUUID()
  const { log, policy } = context
  const name = `embedded-${id.slice(0, 8)}`
  await context.outside((tx) => sayHello(tx, id, name))
  const alive = await context.outside(listRunners)
  const parent = await openWorkFolder(policy.workFolder, id, new Set(alive.map((runner) => runner.id)))
  const stopping = new AbortController()
  const builds = new Map<number, RunningBuild>()
  const checks = new Map<Promise<void>, number>()
  const crowded = new Map<number, number>()
  const word = openWord()
  const renewWord = openWord()
  const stopListening = context.notices.on('engine', () => {
    word.give()
    renewWord.give()
  })
  const failed = (what: string) => (err: unknown) => {
    if (!stopping.signal.aborted) log.warn({ err }, what)
  }

  const buildsOf = (organizationId: number): number =>
    [...builds.values()].filter((build) => build.organizationId === organizationId).length
  /** One organization with long builds leaves a place to the others, where there is more than one. */
  const placesForBuilds = (organizationId: number): number => {
    const left = Math.min(policy.builds - builds.size, Math.max(1, policy.builds - 1) - buildsOf(organizationId))
    return Math.max(0, left)
  }
  const placesForChecks = (organizationId: number): number => {
    const ofOrganization = [...checks.values()].filter((of) => of === organizationId).length
    return Math.max(0, Math.min(mostChecks - checks.size, mostChecksOfOrganization - ofOrganization))
  }

  function take(work: Work): void {
    if (work.isCrowded) crowded.set(work.pipelineId, work.organizationId)
    for (const build of work.builds) {
      const running = startBuild(context, { runner: id, names: work, build, parent })
      builds.set(build.id, running)
      void running.done.then(() => {
        builds.delete(build.id)
        return makeRoom()
      })
    }
    for (const check of work.checks) {
      const controller = new AbortController()
      const onLost = () => controller.abort()
      const options: CheckOptions = {
        runner: id,
        names: work,
        check,
        signal: AbortSignal.any([stopping.signal, controller.signal]),
        onLost,
      }
      if (check.buildId !== null) heldChecks.set(check.buildId, { organizationId: work.organizationId, lose: onLost })
      const running = runCheck(context, options).finally(() => {
        checks.delete(running)
        if (check.buildId !== null) heldChecks.delete(check.buildId)
      })
      checks.set(running, work.organizationId)
    }
  }
  const heldChecks = new Map<number, { organizationId: number; lose(): void }>()

  /** Pipelines whose builds waited for a place here do not wait for their next look; whose organization runs least go first. */
  async function makeRoom(): Promise<void> {
    if (stopping.signal.aborted) return
    const waiting = [...crowded].map(([pipelineId, organizationId]) => ({ pipelineId, organizationId, running: buildsOf(organizationId) }))
    waiting.sort((one, other) => one.running - other.running)
    for (const { pipelineId, organizationId } of waiting.slice(0, policy.builds)) {
      crowded.delete(pipelineId)
      await context.write(organizationId, (tx) => wake(tx, pipelineId)).catch(failed('a pipeline that waits could not be woken'))
    }
    word.give()
  }

  async function lookForWork(): Promise<void> {
    while (!stopping.signal.aborted) {
      const heard = word.count()
      let [due, taken] = [0, 0]
      try {
        for (const { organization_id, pipeline_id } of await context.outside((tx) => listDue(tx, mostDue))) {
          if (stopping.signal.aborted) return
          due += 1
          if (await lookInto(organization_id, pipeline_id)) taken += 1
        }
      } catch (error) {
        failed('looking for builds to run failed: trying again')(error)
      }
      if (due === 0) await word.after(heard, pause, stopping.signal)
      else if (taken === 0) await sleep(shortPause)
    }
  }

  async function lookInto(organizationId: number, pipelineId: number): Promise<boolean> {
    try {
      const looker = { id, places: placesForBuilds(organizationId), checks: placesForChecks(organizationId) }
      const work = await lookAt(context, looker, organizationId, pipelineId)
      if (work) take(work)
      return work !== undefined
    } catch (err) {
      failed('a pipeline could not be looked at')(err)
      // It is looked at again, but not again and again.
      await context.write(organizationId, (tx) => postpone(tx, pipelineId, 30_000)).catch(() => {})
      return false
    }
  }

  /** Says which builds are ours, and hears which are not any more, and which somebody aborted. */
  async function renewAll(): Promise<void> {
    const held = [
      ...[...builds.values()].map((build) => ({ ...build, lose: () => build.lose(), abort: () => build.abort() })),
      ...[...heldChecks].map(([checkId, check]) => ({ id: checkId, ...check, abort: () => {} })),
    ]
    for (const [organizationId, ofOrganization] of groupBy(held, ({ organizationId }) => organizationId)) {
      const ids = ofOrganization.map((build) => build.id)
      const renewed = await context.write(organizationId, (tx) => renewLeases(tx, id, ids))
      const still = new Map(renewed.map((row) => [row.id, row.abort_requested] as const))
      for (const build of ofOrganization) {
        if (!still.has(build.id)) build.lose()
        else if (still.get(build.id)) build.abort()
      }
    }
  }

  async function keepLeases(): Promise<void> {
    let lastRenewed = performance.now()
    while (!over.signal.aborted) {
      const heard = renewWord.count()
      const began = performance.now()
      try {
        await renewAll()
        lastRenewed = began
      } catch (error) {
        failed('leases of builds could not be renewed')(error)
      }
      // Others may take them for lost from now on: whatever they still do, they do not do it twice.
      if (performance.now() - lastRenewed > leaseSeconds * 1000)
        for (const build of [...builds.values(), ...heldChecks.values()]) build.lose()
      await sleep(shortPause)
      await renewWord.after(heard, renewal, over.signal)
    }
  }

  async function keepSayingHello(): Promise<void> {
    for (let round = 0; !over.signal.aborted; round++) {
      await sleep(heartbeat, undefined, { signal: over.signal }).catch(() => {})
      if (over.signal.aborted) return
      await context.outside((tx) => sayHello(tx, id, name)).catch(failed('the process could not say that it is alive'))
      await endLostBuilds(context).catch(failed('lost builds could not be ended'))
      if (round % 100 === 0) await context.outside(forgetRunners).catch(failed('runners that are gone could not be forgotten'))
    }
  }

  const over = new AbortController()
  await endLostBuilds(context).catch(failed('lost builds could not be ended'))
  const loops = [lookForWork(), keepLeases(), keepSayingHello()] as const
  log.info({ runner: name, builds: policy.builds }, 'builds of the embedded engine run here')
  let stopped: Promise<void> | undefined
  return { [Symbol.asyncDispose]: () => (stopped ??= stop()) }

  async function stop(): Promise<void> {
    stopping.abort()
    stopListening()
    await loops[0]
    for (const build of builds.values()) build.stop()
    const all = Promise.all([...[...builds.values()].map(({ done }) => done), ...checks.keys()])
    await Promise.race([all, sleep(grace, undefined, { ref: false })])
    // Whatever is left is fenced off: others end it when its lease is over.
    for (const build of [...builds.values(), ...heldChecks.values()]) build.lose()
    over.abort()
    await Promise.all(loops)
    await removeFolder(parent)
    await context.outside((tx) => sayGoodbye(tx, id)).catch(() => {})
  }
}

interface Word {
  count(): number
  give(): void
  /** Until there was a word after this one, for at most so long. */
  after(count: number, milliseconds: number, signal: AbortSignal): Promise<void>
}

function openWord(): Word {
  let count = 0
  let waiting = new AbortController()
  return {
    count: () => count,
    give() {
      count += 1
      waiting.abort()
      waiting = new AbortController()
    },
    async after(before, milliseconds, signal) {
      if (count > before || signal.aborted) return
      await sleep(milliseconds, undefined, { signal: AbortSignal.any([waiting.signal, signal]) }).catch(() => {})
    },
  }
}
