/** What the contract of engines needs of whoever runs it, and the words it is written in. */
import { afterAll, beforeAll, expect } from 'vitest'
import {
  type EngineBuild,
  type EngineEvent,
  type EngineVersion,
  finalStatuses,
  type PipelineAt,
  type PipelineEngine,
  type Preparation,
  type Team,
} from '../../src/engine/types.ts'
import type { JobConfig, PipelineConfig, ResourceConfig, Step, TaskConfig, Version } from '../../src/formats/pipeline/types.ts'

export interface EngineHarness extends AsyncDisposable {
  engine: PipelineEngine
  /** An organization that has nothing yet. */
  newTeam(): Promise<Team>
  /** A pipeline as the platform knows it; the engine does not have it yet. */
  newPipeline(team: Team, name: string): Promise<PipelineAt>
  /** The platform has it under this name from now on. */
  renamed(at: PipelineAt, name: string): Promise<PipelineAt>
  /** How long anything may take: a real server looks for work every ten seconds. */
  seconds: number
}

/** One engine and two organizations for a whole file; each test has pipelines of its own. */
export interface Bench {
  engine: PipelineEngine
  team: Team
  stranger: Team
  seconds: number
  harness: EngineHarness
  /** Saved under a name of its own. */
  pipeline(config: PipelineConfig, team?: Team): Promise<PipelineAt>
  /** Not saved. */
  place(team?: Team): Promise<PipelineAt>
  /** Asks for a build and waits for its end. */
  run(at: PipelineAt, job: string): Promise<EngineBuild>
  ended(at: PipelineAt, build: { id: number }): Promise<EngineBuild>
  /** A version is found: the check is waited for. */
  found(at: PipelineAt, resource: string, version: string | null): Promise<void>
  versions(at: PipelineAt, resource: string): Promise<EngineVersion[]>
  builds(at: PipelineAt, job: string): Promise<EngineBuild[]>
  preparation(at: PipelineAt, job: string, build: { id: number }, isSo: (seen: Preparation) => boolean): Promise<Preparation>
  events(at: PipelineAt, build: { id: number }, options?: { after?: number; isCheck?: boolean }): Promise<EngineEvent[]>
  until<T>(what: string, look: () => Promise<T>, isSo: (seen: T) => boolean): Promise<T>
}

let names = 0

export function useBench(open: () => Promise<EngineHarness>): Bench {
  const bench = {} as Bench
  const made: PipelineAt[] = []
  beforeAll(async () => {
    const harness = await open()
    Object.assign(bench, { harness, engine: harness.engine, seconds: harness.seconds })
    bench.team = await harness.newTeam()
    bench.stranger = await harness.newTeam()
  }, 120_000)
  afterAll(async () => {
    for (const at of made) await bench.engine.deletePipeline(at, null).catch(() => {})
    await bench.harness?.[Symbol.asyncDispose]()
  }, 120_000)

  const until: Bench['until'] = async (what, look, isSo) => {
    const end = performance.now() + bench.seconds * 1000
    for (;;) {
      const seen = await look()
      if (isSo(seen)) return seen
      if (performance.now() > end)
        throw new Error(`${what}: not within ${bench.seconds} seconds; seen last: ${JSON.stringify(seen)?.slice(0, 2000)}`)
      await new Promise((wake) => setTimeout(wake, 25))
    }
  }
  const place: Bench['place'] = async (team = bench.team) => {
    const at = await bench.harness.newPipeline(team, `contract-${++names}`)
    made.push(at)
    return at
  }
  const ended: Bench['ended'] = (at, { id }) =>
    until(
      `build ${id} ends`,
      () => bench.engine.getBuild(at, id),
      ({ status }) => finalStatuses.has(status),
    )
  const events: Bench['events'] = async (at, { id }, options = {}) => {
    const found: EngineEvent[] = []
    const signal = AbortSignal.timeout(bench.seconds * 1000)
    for await (const event of bench.engine.streamEvents(at, id, { signal, isCheck: false, ...options })) found.push(event)
    if (signal.aborted) throw new Error(`the events of ${id} did not end: ${JSON.stringify(found.at(-1))}`)
    return found
  }
  return Object.assign(bench, {
    until,
    place,
    ended,
    events,
    async pipeline(config, team) {
      const at = await place(team)
      await bench.engine.savePipeline(at, { config, ...plainly })
      return at
    },
    run: async (at, job) => ended(at, await bench.engine.createBuild(at, job)),
    async found(at, resource, version) {
      const check = await bench.engine.checkResource(at, resource, version === null ? null : { version })
      await events(at, check, { isCheck: true })
    },
    versions: async (at, resource) => (await bench.engine.listVersions(at, resource, { limit: 100 }, [])).items,
    builds: async (at, job) => (await bench.engine.listBuilds(at, job, { limit: 100 })).items,
    preparation: (at, job, { id }, isSo) => until(`preparation of ${id}`, () => bench.engine.getBuildPreparation(at, job, id), isSo),
  } satisfies Partial<Bench>)
}

// ---- configurations

export const plainly = { checkCredentials: false, evenIfUnsupported: false }

/** A mock resource that is looked at only when somebody asks, or a build by hand begins. */
export const mock = (name: string, more: Partial<ResourceConfig> = {}): ResourceConfig => ({
  name,
  type: 'mock',
  check_every: 'never',
  source: { initial_version: 'v1' },
  ...more,
})

export const script = (text: string, more: Partial<TaskConfig> = {}): Step => ({
  task: 'say',
  config: {
    platform: 'linux',
    image_resource: { type: 'registry-image', source: { repository: 'busybox' } },
    run: { path: 'sh', args: ['-ec', text] },
    ...more,
  },
})

export const job = (name: string, plan: Step[], more: Partial<JobConfig> = {}): JobConfig => ({ name, plan, ...more })

/** A job that only says hello. */
export const hello: PipelineConfig = { jobs: [job('hello', [script('echo hello')])] }

// ---- what was seen

export const logOf = (events: readonly EngineEvent[]): string =>
  events
    .filter(({ type }) => type === 'log')
    .map(({ data }) => String(data['payload']))
    .join('')
    .replaceAll('\r\n', '\n')

export const ids = (items: readonly { id: number }[]): number[] => items.map(({ id }) => id)
export const versionsOf = (items: readonly { version: Version }[]): (string | undefined)[] => items.map(({ version }) => version['version'])

export const refused = (work: Promise<unknown>, code: string): Promise<void> =>
  expect(work).rejects.toMatchObject({ name: 'ApiError', code })
