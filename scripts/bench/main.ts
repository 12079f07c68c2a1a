/**
 * `npm run bench`: ratios against bare Express with the same SQL, measured in one run, in turns, so that a noisy machine
 * is noisy for both. Absolute figures are of this machine and this minute; only the ratios mean something.
 * `npm run bench -- console costs` measures these parts alone.
 */
import { type ChildProcess, fork, spawn } from 'node:child_process'
import { once } from 'node:events'
import { cpus, totalmem } from 'node:os'
import { fileURLToPath } from 'node:url'
import autocannon from 'autocannon'
import { decide } from '../../src/access/decide.ts'
import { ruleSet } from '../../src/access/rules.ts'
import { consoleRows } from './console.ts'
import { costRows } from './costs.ts'
import { estimateRows } from './estimate.ts'
import { gitRows } from './git.ts'
import { listStatement } from './statements.ts'
import { streamRows } from './streams.ts'
import { openWorld, type World } from './world.ts'

type Row = [what: string, measured: string, ratio: string, budget: string]

const seconds = Number(process.env.BENCH_SECONDS ?? 6)
const rounds = Number(process.env.BENCH_ROUNDS ?? 3)
const ports = { ours: 3901, bare: 3902 }

const parts: Record<string, () => Promise<Row[]>> = {
  requests: requestRows,
  git: () => gitRows(world),
  streams: () => streamRows(world),
  estimate: estimateRows,
  costs: () => costRows(world),
  console: () => consoleRows(world, `http://127.0.0.1:${ports.ours}`),
}

const wanted = process.argv.slice(2)
const unknown = wanted.filter((name) => !Object.hasOwn(parts, name))
if (unknown.length > 0) throw new Error(`there is no part ${unknown.join(', ')}: choose of ${Object.keys(parts).join(', ')}`)

const [cpu] = cpus()
console.log(
  `machine: ${cpus().length} × ${cpu?.model.trim()}, ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.version}; ${rounds} rounds of ${seconds} s, 20 connections, one process each\n`,
)

await using world = await openWorld(20)
await using _bare = await startBare(world)
await using _ours = await startOurs(world)

const rows: Row[] = []
for (const [name, measure] of Object.entries(parts)) if (wanted.length === 0 || wanted.includes(name)) rows.push(...(await measure()))

printTable(['what', 'measured', 'ratio', 'budget'], rows)

async function requestRows(): Promise<Row[]> {
  const path = '/organizations/bench/projects'
  const headers = { authorization: `Bearer ${world.session}` }
  const list = await compare(
    { url: `http://127.0.0.1:${ports.ours}${path}?page_size=20`, headers },
    { url: `http://127.0.0.1:${ports.bare}/list` },
  )
  const listRow: Row = ['list of 20 projects, by a person with 200 rules', `${list.ours} / ${list.bare} req/s`, ratio(list), '≥ 0.6']

  let created = 0
  const create = await compare(
    {
      url: `http://127.0.0.1:${ports.ours}${path}`,
      method: 'POST',
      headers: { ...headers, 'content-type': 'application/json' },
      setupClient: (client) => {
        const next = () =>
          client.setBody(
            JSON.stringify({ name: 'Bench', canonical: `ours-${process.pid}-${++created}`, config_repository_canonical: 'config' }),
          )
        next()
        client.on('response', next)
      },
    },
    {
      url: `http://127.0.0.1:${ports.bare}/insert`,
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ name: 'Bench' }),
    },
  )
  const createRow: Row = ['create project, with its event', `${create.ours} / ${create.bare} req/s`, ratio(create), '≥ 0.5']

  return [
    listRow,
    createRow,
    ['access decision, 200 rules', `${decisionTime().toFixed(2)} µs`, '–', '< 20 µs'],
    ['cold start to first answer, existing database', `${(await coldStart(world)).toFixed(2)} s`, '–', '< 2 s'],
  ]
}

interface Pair {
  ours: number
  bare: number
}

function ratio({ ours, bare }: Pair): string {
  return (ours / bare).toFixed(2)
}

/** Medians of the requests per second, in turns. */
async function compare(mine: autocannon.Options, theirs: autocannon.Options): Promise<Pair> {
  await load(mine, 2)
  await load(theirs, 2)
  const results: Pair[] = []
  for (let round = 0; round < rounds; round++) results.push({ ours: await load(mine, seconds), bare: await load(theirs, seconds) })
  const median = (values: number[]) => Math.round(values.sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0)
  return { ours: median(results.map((pair) => pair.ours)), bare: median(results.map((pair) => pair.bare)) }
}

async function load(options: autocannon.Options, duration: number): Promise<number> {
  const result = await autocannon({ ...options, connections: 20, duration })
  if (result.non2xx > 0 || result.errors > 0)
    throw new Error(`${options.url}: ${result.non2xx} answers were not 2xx, ${result.errors} failed`)
  return result.requests.average
}

async function startBare({ databaseUrl, organizationId, userId }: World): Promise<AsyncDisposable> {
  const insert = {
    text: `insert into projects (organization_id, name, color, icon, config_repository_id, owner_id, canonical) values ($1, $2, $3, $4, $5, $6, $7) returning *`,
    values: [organizationId, 'Bench', 'blue', 'planet', 1, userId, ''],
  }
  const statements = { list: await listStatement(organizationId, userId), insert }
  const child = fork(fileURLToPath(new URL('bare.ts', import.meta.url)), {
    env: { ...process.env, PORT: String(ports.bare), DATABASE_URL: databaseUrl, STATEMENTS: JSON.stringify(statements) },
    execArgv: ['--import', 'tsx'],
  })
  await once(child, 'message')
  return stopping(child)
}

async function startOurs(at: World): Promise<AsyncDisposable> {
  const child = spawnServer(at, ports.ours)
  await answering(ports.ours)
  return stopping(child)
}

function spawnServer({ databaseUrl, home }: World, port: number): ChildProcess {
  const main = fileURLToPath(new URL('../../src/main.ts', import.meta.url))
  return spawn(process.execPath, ['--import', 'tsx', main], {
    env: {
      ...process.env,
      PORT: String(port),
      HOST: '127.0.0.1',
      DATABASE_URL: databaseUrl,
      TROCHOID_HOME: home,
      WORKER: 'false',
      CONSOLE: 'serve',
    },
    // Log lines are written as in production, to nowhere.
    stdio: 'ignore',
  })
}

async function answering(port: number): Promise<void> {
  for (;;) {
    const response = await fetch(`http://127.0.0.1:${port}/version`).catch(() => undefined)
    await response?.arrayBuffer()
    if (response) return
    await new Promise((wake) => setTimeout(wake, 10))
  }
}

function stopping(child: ChildProcess): AsyncDisposable {
  return {
    async [Symbol.asyncDispose]() {
      child.kill('SIGTERM')
      if (child.exitCode === null) await once(child, 'exit')
    },
  }
}

async function coldStart(at: World): Promise<number> {
  const started = performance.now()
  const child = spawnServer(at, 3903)
  await answering(3903)
  const elapsed = (performance.now() - started) / 1000
  await stopping(child)[Symbol.asyncDispose]()
  return elapsed
}

/** Microseconds for a decision among 200 rules of which the last one grants, none remembered by action twice. */
function decisionTime(): number {
  const rules = Array.from({ length: 200 }, (_, index) => ({
    id: index,
    organization_id: 1,
    action: 'organization:project:*',
    resources: [`organization:acme:project:p-${index}`],
  }))
  const set = ruleSet(rules, 1)
  const turns = 20_000
  for (let turn = 0; turn < turns; turn++) decide(set, 'organization:project:read', 'organization:acme:project:p-199')
  const started = performance.now()
  for (let turn = 0; turn < turns; turn++) decide(set, 'organization:project:read', 'organization:acme:project:p-199')
  return ((performance.now() - started) * 1000) / turns
}

function printTable(head: Row, lines: Row[]): void {
  const widths = head.map((_, column) => Math.max(...[head, ...lines].map((line) => line[column]?.length ?? 0)))
  const print = (line: string[]) => console.log(line.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  '))
  print(head)
  print(widths.map((width) => '-'.repeat(width)))
  for (const line of lines) print(line)
}
