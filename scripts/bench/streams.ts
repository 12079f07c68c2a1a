/**
 * Streams of build events under load: two hundred readers of one build on one process, a long log, and an API that is killed while
 * somebody reads. The builds run in a worker process of their own, so that what is measured is the API.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { type BuildEvent, framesOf } from '../../test/support/event-stream.ts'
import { openRepositories } from '../../test/support/repositories.ts'
import { webStack } from '../../test/support/web-stack.ts'
import type { World } from './world.ts'

type Row = [what: string, measured: string, ratio: string, budget: string]

const port = 3905
const readers = 200
const line = { short: 2000, long: 10_000 }
const at = '/organizations/bench/projects/streams/environments/prod/components/talk'

export async function streamRows(world: World): Promise<Row[]> {
  using repositories = openRepositories()
  await using _worker = start(world, repositories.folder, 'worker.ts')
  let api = start(world, repositories.folder, 'main.ts')
  try {
    await answering()
    const call = callerOf(world)
    await build(call, repositories)
    const crowd = await crowdRow(call, world, api)
    const log = await logRow(call, world)
    const killed = await killRow(call, world, async () => {
      api.kill('SIGKILL')
      await once(api, 'exit')
      api = start(world, repositories.folder, 'main.ts')
    })
    return [...crowd, log, killed]
  } finally {
    api.kill('SIGKILL')
  }
}

type Call = ReturnType<typeof callerOf>

/** Everybody reads the same running build from its beginning to its end. */
async function crowdRow(call: Call, world: World, api: ChildProcess): Promise<Row[]> {
  const id = await call.begin('drip')
  const started = performance.now()
  let early = 0
  let highest = 0
  const watching = setInterval(() => {
    // Two hundred connections take their room once; what matters is that it does not grow with what is read.
    if (performance.now() - started < 3000) early = Math.max(early, memoryOf(api))
    else highest = Math.max(highest, memoryOf(api))
  }, 200)
  const logs = await Promise.all(Array.from({ length: readers }, () => read(world, id)))
  const seconds = (performance.now() - started) / 1000
  clearInterval(watching)
  const whole = logs.filter((events) => isWhole(events, line.short)).length
  const events = logs.reduce((sum, one) => sum + one.length, 0)
  return [
    [
      `${readers} readers of one running build`,
      `${whole} of ${readers} read all ${line.short} lines in order, ${Math.round(events / seconds)} events/s`,
      '–',
      'all',
    ],
    ['memory of the API meanwhile', `${early} MiB in the first 3 s, ${highest} MiB at most later`, (highest / early).toFixed(2), 'flat'],
  ]
}

async function logRow(call: Call, world: World): Promise<Row> {
  const started = performance.now()
  const id = await call.begin('flood')
  const events = await read(world, id)
  const seconds = ((performance.now() - started) / 1000).toFixed(1)
  const lines = linesOf(events)
  return [
    `a log of ${line.long} lines`,
    `${lines.length} lines read, ${isWhole(events, line.long) ? 'in order' : 'NOT as written'}, ${seconds} s with the build`,
    '–',
    'all, in order',
  ]
}

/** The reader knows nothing but its last id. */
async function killRow(call: Call, world: World, killAndStart: () => Promise<void>): Promise<Row> {
  const id = await call.begin('drip')
  const events: BuildEvent[] = []
  let cuts = 0
  for (let ended = false; !ended; ) {
    try {
      const lastEventId = events.at(-1)?.event_id
      for await (const { event, data } of framesOf(urlOf(id), world.key, lastEventId === undefined ? {} : { lastEventId })) {
        if (event === 'end') ended = true
        if (event === 'end') break
        events.push(JSON.parse(data) as BuildEvent)
        if (cuts === 0 && linesOf(events).length > line.short / 4) {
          cuts++
          await killAndStart()
        }
      }
    } catch {
      await sleep(100)
    }
  }
  return [
    'API killed while somebody read',
    `${cuts} cut, ${isWhole(events, line.short) ? 'no line lost, none twice' : 'NOT whole'}`,
    '–',
    'no gap',
  ]
}

async function read({ key }: World, id: number): Promise<BuildEvent[]> {
  const events: BuildEvent[] = []
  for await (const { event, data } of framesOf(urlOf(id), key)) {
    if (event === 'end') break
    events.push(JSON.parse(data) as BuildEvent)
  }
  return events
}

const urlOf = (id: number): string => `http://127.0.0.1:${port}${at}/pipelines/talk/builds/${id}/events`

const linesOf = (events: readonly BuildEvent[]): string[] =>
  events
    .filter(({ event }) => event === 'log')
    .map(({ data }) => data.payload ?? '')
    .join('')
    .split(/\r?\n/)
    .filter((text) => text.startsWith('line '))

function isWhole(events: readonly BuildEvent[], count: number): boolean {
  const lines = linesOf(events)
  return lines.length === count && lines.every((text, index) => text === `line ${index + 1}`)
}

const memoryOf = ({ pid }: ChildProcess): number => {
  const kilobytes = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]
  return Math.round(Number(kilobytes ?? 0) / 1024)
}

function start(world: World, repositories: string, program: 'main.ts' | 'worker.ts'): ChildProcess & AsyncDisposable {
  const child = spawn(process.execPath, ['--import', 'tsx', fileURLToPath(new URL(`../../src/${program}`, import.meta.url))], {
    env: {
      ...process.env,
      PORT: String(port),
      HOST: '127.0.0.1',
      CONSOLE: 'off',
      DATABASE_URL: world.databaseUrl,
      TROCHOID_HOME: world.home,
      WORKER: 'false',
      GIT_LOCAL_PATHS: repositories,
      ENGINE_TASKS: 'all',
      ENGINE_IMAGES: 'busybox=host',
    },
    stdio: 'ignore',
  })
  return Object.assign(child, {
    async [Symbol.asyncDispose]() {
      child.kill('SIGTERM')
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
    },
  })
}

async function answering(): Promise<void> {
  for (;;) {
    const response = await fetch(`http://127.0.0.1:${port}/version`).catch(() => undefined)
    if (response?.ok) return
    await sleep(50)
  }
}

function callerOf({ key }: World) {
  const call = async (method: string, path: string, body?: unknown): Promise<{ data: { id: number } }> => {
    const response = await fetch(`http://127.0.0.1:${port}${path}`, {
      method,
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    const text = await response.text()
    if (!response.ok) throw new Error(`${method} ${path} answered ${response.status}: ${text}`)
    return text === '' ? { data: { id: 0 } } : JSON.parse(text)
  }
  return { call, begin: async (job: string) => (await call('POST', `${at}/pipelines/talk/jobs/${job}/builds`)).data.id }
}

async function build({ call }: Call, repositories: ReturnType<typeof openRepositories>): Promise<void> {
  const organization = '/organizations/bench'
  await call('POST', `${organization}/credentials`, {
    name: 'Streams',
    canonical: 'streams',
    type: 'basic_auth',
    path: 'streams',
    raw: { username: 'a', password: 'bcd' },
  })
  await call('POST', `${organization}/config_repositories`, {
    name: 'Streams',
    canonical: 'streams',
    url: repositories.make('streams-config'),
    branch: 'config',
    credential_canonical: 'streams',
    default: false,
  })
  await call('POST', `${organization}/projects`, { name: 'Streams', canonical: 'streams', config_repository_canonical: 'streams' })
  await call('POST', `${organization}/projects/streams/environments`, { name: 'prod', canonical: 'prod' })
  const url = repositories.make('streams-stacks', { stacks: webStack('streams') })
  await call('POST', `${organization}/service_catalog_sources`, { name: 'Streams', canonical: 'streams', url, branch: 'stacks' })
  const component = {
    name: 'Talk',
    canonical: 'talk',
    service_catalog_ref: 'bench:streams',
    use_case: 'default',
    vars: { Server: { Pipeline: { region: 'here' } } },
  }
  await call('POST', `${organization}/projects/streams/environments/prod/components`, component)
  const job = (name: string, script: string) => ({
    name,
    plan: [
      {
        task: name,
        config: {
          platform: 'linux',
          image_resource: { type: 'registry-image', source: { repository: 'busybox' } },
          run: { path: 'sh', args: ['-c', script] },
        },
      },
    ],
  })
  const drip = `i=0; while [ $i -lt ${line.short} ]; do i=$((i+1)); echo "line $i"; [ $((i % 10)) -eq 0 ] && sleep 0.05; done; true`
  const flood = `i=0; while [ $i -lt ${line.long} ]; do i=$((i+1)); echo "line $i"; done`
  await call('POST', `${at}/pipelines`, {
    pipeline_name: 'talk',
    passed_config: JSON.stringify({ jobs: [job('drip', drip), job('flood', flood)] }),
  })
}
