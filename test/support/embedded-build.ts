/** Runs one build of the embedded engine in a real folder, with resource types and tasks that are functions. */
import { execFileSync } from 'node:child_process'
import { mkdir, mkdtemp, readdir, readFile, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { executeBuild } from '../../src/engine/embedded/execute/execute.ts'
import type { BuildToRun, ExecutorPorts, Metadata, ResourceType, TaskToRun } from '../../src/engine/embedded/execute/types.ts'
import { StepFailed } from '../../src/engine/embedded/execute/types.ts'
import type { PublicPlan } from '../../src/engine/types.ts'
import type { JobConfig, Json, JsonObject, PipelineConfig, Step, TaskConfig, TaskStep, Version } from '../../src/formats/pipeline/types.ts'

export interface Told {
  type: string
  version: string
  data: JsonObject
}

export interface BuildRun {
  status: string
  events: Told[]
  plan: PublicPlan | undefined
  /** Names of the tasks, in the order in which they began. */
  ran: string[]
  /** All payloads, one after the other. */
  log: string
  /** Messages of error events. */
  errors: string[]
  outputs: { step: string; resource: string; version: Version; metadata: readonly Metadata[] }[]
  metadata: { resource: string; version: Version; metadata: readonly Metadata[] }[]
}

/** @returns the exit status; 0 when it is no number */
export type FakeTask = (task: TaskToRun) => unknown

export interface BuildOptions extends Partial<Omit<JobConfig, 'plan'>> {
  /** By `run.path`; `ok`, `no`, `broken` and `hang` are there already. */
  tasks?: Record<string, FakeTask>
  types?: Record<string, Partial<ResourceType>>
  config?: Partial<PipelineConfig>
  inputs?: Record<string, Version>
  credentials?: JsonObject
  caches?: Map<string, Buffer>
  abort?: AbortController
  ports?: Partial<ExecutorPorts>
  createdBy?: string
}

const endless = (signal: AbortSignal) =>
  new Promise<void>((resolve) => {
    if (signal.aborted) resolve()
    else signal.addEventListener('abort', () => resolve(), { once: true })
  })

const someTasks: Record<string, FakeTask> = {
  ok: () => 0,
  no: () => 1,
  broken: () => {
    throw new Error('the machine broke')
  },
  hang: async ({ signal }) => {
    await endless(signal)
    return 143
  },
}

/** A task step that runs one of the functions. */
export const taskStep = (path: string, more: Partial<Omit<TaskStep, 'config'>> & { config?: Partial<TaskConfig> } = {}): TaskStep => ({
  ...more,
  task: more.task ?? path,
  config: { platform: 'linux', run: { path }, ...more.config },
})

/** Writes what its params say: `files` by name; `fail: true` fails, `metadata` is answered. */
export const fakeType: ResourceType = {
  validate: () => [],
  check: async () => [],
  async in({ log }, folder, { version, params }) {
    if (params['fail']) throw new StepFailed('the fetch failed', 2)
    log('fetching\n')
    for (const [name, text] of Object.entries((params['files'] ?? {}) as Record<string, string>)) await write(join(folder, name), text)
    return { version, metadata: (params['metadata'] ?? []) as unknown as Metadata[] }
  },
  async out({ log }, _folder, { params }) {
    if (params['fail']) throw new StepFailed('the push failed', 3)
    log('pushing\n')
    return { version: { v: String(params['v'] ?? 'new') }, metadata: (params['metadata'] ?? []) as unknown as Metadata[] }
  },
}

/** Fetches these files, whatever is asked for: what is written in them is not filled in with the parameters of the get. */
export const typeOf = (files: Record<string, string>): Partial<ResourceType> => ({
  async in(_context, folder, { version }) {
    for (const [name, text] of Object.entries(files)) await write(join(folder, name), text)
    return { version, metadata: [] }
  },
})

export async function write(path: string, text: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true })
  await writeFile(path, text)
}

export async function runBuild(plan: Step[], options: BuildOptions = {}): Promise<BuildRun> {
  const {
    tasks,
    types,
    config,
    inputs = {},
    credentials = {},
    caches = new Map(),
    abort = new AbortController(),
    ports,
    createdBy,
    ...job
  } = options
  const folder = await mkdtemp(join(tmpdir(), 'build-'))
  const run: BuildRun = { status: '', events: [], plan: undefined, ran: [], log: '', errors: [], outputs: [], metadata: [] }
  const known = { ...someTasks, ...tasks }
  const build: BuildToRun = {
    id: 7,
    name: '3',
    organizationId: 1,
    organization: 'acme',
    team: 'acme-1',
    pipeline: 'web',
    apiPath: '/organizations/acme/projects/shop/environments/prod/components/front/pipelines/web',
    job: { name: 'build', ...job, plan },
    config: { jobs: [], resources: ['repo', 'image'].map((name) => ({ name, type: 'fake', source: {} })), ...config },
    inputs: new Map(Object.entries(inputs)),
    ...(createdBy === undefined ? {} : { createdBy }),
  }
  try {
    run.status = await executeBuild(build, {
      emit: (event) => void run.events.push(event),
      savePlan: async (saved) => {
        run.plan = saved
      },
      credential: async (path) => (Object.hasOwn(credentials, path) ? credentials[path] : undefined),
      saveOutput: async (step, resource, version, metadata) => void run.outputs.push({ step, resource, version, metadata }),
      saveMetadata: async (resource, version, metadata) => void run.metadata.push({ resource, version, metadata }),
      loadCache: async (step, path) => caches.get(`${step}:${path}`),
      saveCache: async (step, path, archive) => void caches.set(`${step}:${path}`, archive),
      setPipeline: async () => ({ changed: true }),
      resourceTypes: (type) => {
        const own = types && Object.hasOwn(types, type) ? types[type] : undefined
        return own || type === 'fake' ? { ...fakeType, ...own } : undefined
      },
      async runTask(task) {
        const { path } = task.config.run
        run.ran.push(path)
        const ended = await known[path]?.(task)
        return { exitStatus: typeof ended === 'number' ? ended : 0 }
      },
      signal: abort.signal,
      folder,
      now: () => 1_700_000_000_999,
      limits: { seconds: 60, cacheBytes: 1_000_000, outputBytes: 1_000_000 },
      apiUrl: 'https://ci.example.com',
      ...ports,
    })
  } finally {
    // As the runner does: fs.rm does not manage what is nested too deeply.
    execFileSync('rm', ['-rf', '--', folder])
  }
  const texts = (type: string, field: string) => run.events.filter((event) => event.type === type).map(({ data }) => String(data[field]))
  return { ...run, log: texts('log', 'payload').join(''), errors: texts('error', 'message') }
}

/** All files of a folder with their contents. */
export async function filesOf(folder: string): Promise<Record<string, string>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
  return Object.fromEntries(
    await Promise.all(files.sort().map(async (file) => [file.slice(folder.length + 1), await readFile(file, 'utf8')])),
  )
}
/** Fetches the files that it is told to. */
export const getRepo = (files: Record<string, string>, name = 'repo'): Step => ({ get: name, resource: 'repo', params: { files } })
/** Versions for the gets of `getRepo`. */
export const inputs = { repo: { ref: 'a1' }, other: { ref: 'b2' } }
/** A task that keeps what it sees. */
export function looking(): { seen: Record<string, string>[]; look: FakeTask } {
  const seen: Record<string, string>[] = []
  return { seen, look: async ({ folder }) => void seen.push(await filesOf(folder)) }
}

/** `type` of each event, with the id of its step: `start-task 2`. */
export const eventsOf = ({ events }: BuildRun): string[] =>
  events.filter(({ type }) => type !== 'log').map(({ type, data }) => `${type} ${(data['origin'] as { id?: string }).id ?? '-'}`)

export const json = (value: unknown): Json => JSON.parse(JSON.stringify(value)) as Json
