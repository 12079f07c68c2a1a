/**
 * A world for the embedded engine without the platform around it: pipelines on a database of its own, with resources and tasks that
 * a test holds in its hand.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { openNotices } from '../../src/db/notices.ts'
import { openDatabase } from '../../src/db/pool.ts'
import { type EmbeddedEngine, type EmbeddedEngineDeps, openEmbeddedEngine } from '../../src/engine/embedded/engine.ts'
import type { ResourceType } from '../../src/engine/embedded/execute/types.ts'
import type { EnginePolicy } from '../../src/engine/embedded/policy.ts'
import type { EngineBuild, EngineEvent, PipelineAt, Team } from '../../src/engine/types.ts'
import type { JobConfig, Json, PipelineConfig, ResourceConfig, TaskStep, Version } from '../../src/formats/pipeline/types.ts'
import { createTestDatabase, type TestDatabase } from './database.ts'
import { policyIn, saying } from './engine-parts.ts'
import { openRecordedLog } from './log-check/record.ts'

export interface EngineWorld extends AsyncDisposable {
  database: TestDatabase
  /** Of this world; builds have theirs below. */
  folder: string
  /** Versions that a check of resources with `source: { of: <name> }` finds, oldest first; an error is thrown. */
  versions: Map<string, Version[] | Error>
  /** How often each was checked, and from which version. */
  checked: { of: string; from: Version | null }[]
  /** By organization and path. */
  credentials: Map<string, Json>
  /** What the engines of this world logged. */
  logs: string[]
  /** One more process: engines of one world share nothing but the database. */
  engine(options?: Partial<EmbeddedEngineDeps> & { limits?: Partial<EnginePolicy> }): EmbeddedEngine
  team(organization: string): Promise<Team>
  pipeline(team: Team, name: string): Promise<PipelineAt>
}

export async function openEngineWorld(): Promise<EngineWorld> {
  const database = await createTestDatabase()
  // What pipelines belong to is not what these tests are about.
  await database.query('alter table pipelines drop constraint pipelines_component_fk')
  const folder = await mkdtemp(join(tmpdir(), 'trochoid-engine-'))
  const versions: EngineWorld['versions'] = new Map()
  const checked: EngineWorld['checked'] = []
  const credentials = new Map<string, Json>()
  const logs: string[] = []
  const log = openRecordedLog('info', logs)
  const disposers: (() => Promise<unknown>)[] = []
  const type = listType(versions, checked)
  return {
    database,
    folder,
    versions,
    checked,
    credentials,
    logs,
    engine({ limits = {}, ...given } = {}) {
      const pool = openDatabase({ url: database.url, size: 6 })
      const notices = openNotices(database.url, () => {})
      const engine = openEmbeddedEngine({
        database: pool,
        notices,
        policy: { ...policyIn(folder), ...limits },
        ports: {
          findCredential: async (organizationId, path) => credentials.get(`${organizationId}/${path}`),
          setPipeline: async () => ({ changed: true }),
          sendEvent: async () => 1,
        },
        resourceTypes: (name) => (name === 'list' ? type : undefined),
        runTask: saying,
        log,
        apiUrl: 'http://localhost:3001',
        ...given,
      })
      disposers.push(async () => {
        await engine[Symbol.asyncDispose]()
        await notices[Symbol.asyncDispose]()
        await pool[Symbol.asyncDispose]()
      })
      return engine
    },
    async team(organization) {
      const [row] = await database.query<{ id: string }>(
        `with n as (select nextval('organizations_id_seq') as id)
         insert into organizations (id, path, canonical, name, ci_team_name) select id, array[id], $1, $1, 'team-' || $1 from n returning id`,
        [organization],
      )
      return { organizationId: Number(row?.id), organization, team: `team-${organization}` }
    },
    async pipeline(team, name) {
      const [row] = await database.query<{ id: string }>(
        'insert into pipelines (organization_id, component_id, name) values ($1, 1, $2) returning id',
        [team.organizationId, name],
      )
      return { ...team, pipelineId: Number(row?.id), name }
    },
    async [Symbol.asyncDispose]() {
      for (const dispose of disposers.reverse()) await dispose()
      await database[Symbol.asyncDispose]()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

/** Finds what the test has put into the list. */
const listType = (versions: EngineWorld['versions'], checked: EngineWorld['checked']): ResourceType => ({
  validate: ({ of }) => (typeof of === 'string' ? [] : ['of: is missing']),
  async check({ log }, { source, version }) {
    const of = String(source['of'])
    checked.push({ of, from: version })
    log(`looking at ${of}\n`)
    const found = versions.get(of) ?? []
    if (found instanceof Error) throw found
    const from = version === null ? -1 : found.findLastIndex((one) => JSON.stringify(one) === JSON.stringify(version))
    return from < 0 && version === null ? found.slice(-1) : found.slice(Math.max(0, from))
  },
  async in(_context, folder, { version }) {
    await writeFile(join(folder, 'version'), JSON.stringify(version))
    return { version, metadata: [{ name: 'seen', value: 'yes' }] }
  },
  async out(_context, _folder, { source, params }) {
    const version = { ref: String(params['ref'] ?? 'made') }
    const before = versions.get(String(source['of']))
    if (Array.isArray(before)) before.push(version)
    return { version, metadata: [{ name: 'made', value: 'yes' }] }
  },
})

export const resource = (name: string, more: Partial<ResourceConfig> = {}): ResourceConfig => ({
  name,
  type: 'list',
  source: { of: name },
  ...more,
})

export const task = (path: string, ...args: string[]): TaskStep => ({
  task: 'work',
  config: { platform: 'linux', image_resource: { type: 'registry-image', source: { repository: 'busybox' } }, run: { path, args } },
})

export const job = (name: string, plan: JobConfig['plan'], more: Partial<JobConfig> = {}): JobConfig => ({ name, plan, ...more })

export const config = (jobs: JobConfig[], ...resources: ResourceConfig[]): PipelineConfig => ({ jobs, resources })

export const save = (engine: EmbeddedEngine, at: PipelineAt, wanted: PipelineConfig): Promise<unknown> =>
  engine.savePipeline(at, { config: wanted, checkCredentials: false, evenIfUnsupported: false })

/** Until it is so. @throws Error when it is not after some seconds */
export async function until<T>(look: () => Promise<T | undefined | false>, seconds = 15): Promise<T> {
  const last = Date.now() + seconds * 1000
  for (;;) {
    const found = await look()
    if (found) return found
    if (Date.now() > last) throw new Error(`it did not become so within ${seconds} seconds: ${look}`)
    await sleep(20)
  }
}

export const ended = (engine: EmbeddedEngine, at: PipelineAt, buildId: number, seconds?: number): Promise<EngineBuild> =>
  until(async () => {
    const build = await engine.getBuild(at, buildId)
    return build.end_time !== undefined && build
  }, seconds)

export async function eventsOf(
  engine: EmbeddedEngine,
  at: PipelineAt,
  buildId: number,
  options: { after?: number; isCheck?: boolean; signal?: AbortSignal } = {},
): Promise<EngineEvent[]> {
  const events: EngineEvent[] = []
  for await (const event of engine.streamEvents(at, buildId, { signal: AbortSignal.timeout(20_000), isCheck: false, ...options }))
    events.push(event)
  return events
}

export const logOf = (events: readonly EngineEvent[]): string =>
  events.flatMap(({ type, data }) => (type === 'log' ? [String(data['payload'])] : [])).join('')
