/**
 * Costs of clouds with a month of ten million lines: how fast a bill comes in, beside what COPY of the same file takes; in how much
 * memory; and how fast it is read. COSTS_LINES sets the size. By itself: `node --import tsx scripts/bench/costs.ts`.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import pg from 'pg'
import { type CostJob, type CostWork, openCostWork } from '../../src/costs/import/work.ts'
import { openLog } from '../../src/log.ts'
import { duckTimes } from './costs-duckdb.ts'
import { rawCopy, type WrittenBill, writeBill } from './costs-file.ts'
import { type Measured, measure, readings } from './costs-reads.ts'
import { openWorld, type World } from './world.ts'

type Row = [what: string, measured: string, ratio: string, budget: string]

const port = 3906
const base = `http://127.0.0.1:${port}/organizations/bench/cloud_cost_management`
const account = '1234567890123'

export async function costRows(world: World, lines = Number(process.env.COSTS_LINES ?? 10_000_000), requests = 20): Promise<Row[]> {
  const folder = await mkdtemp(join(tmpdir(), 'trochoid-bench-costs-'))
  const client = new pg.Client({ connectionString: world.databaseUrl })
  await client.connect()
  await using work = openCostWork({ databaseUrl: world.databaseUrl, memoryMb: 200, privateAddresses: [], log: openLog('error') })
  const api = startApi(world)
  try {
    await answering()
    await setMapping(world, ['application'])
    const written = await writeBill(join(folder, 'bill.csv.gz'), { lines, account })
    say(`${lines} lines, ${Math.round(written.bytes / 2 ** 20)} MiB compressed, written in ${written.seconds.toFixed(0)} s`)
    const raw = await rawCopy(world.databaseUrl, written.path)
    say(`raw COPY: ${rate(lines, raw)}`)
    const known = { world, client, work }
    const main = await bring(known, written, 'main')
    say(`import: ${JSON.stringify(main)}`)
    // Another one in another currency, so that sums are converted.
    const euros = await writeBill(join(folder, 'euros.csv.gz'), { lines: Math.ceil(lines / 100), seed: 2, account: '77', currency: 'EUR' })
    await setRates(client)
    await bring(known, euros, 'euros')
    await client.query('vacuum analyze')
    const sizes = await sizesOf(client)
    const read = await readAll(world, written, requests)
    const duck = await duckTimes(written.path, folder)
    await setMapping(world, ['cost_center', 'application'])
    const again = await timed(() => work.run({ kind: 'attribute', organizationId: world.organizationId }))
    const dashboard = read.find(({ name }) => name === 'dashboard by day')
    return [
      [
        `bill of ${lines} lines, from .csv.gz`,
        `${rate(lines, main.reading)}, raw COPY ${rate(lines, raw)}`,
        (raw / main.reading).toFixed(2),
        '≥ 0.6',
      ],
      ['memory of the process that imports', `${main.memory} MiB at most`, '–', '< 300'],
      ['adding its lines up', `${main.adding.toFixed(1)} s, ${sizes}`, '–', '–'],
      ['checking and switching', `${main.rest.toFixed(1)} s`, '–', '–'],
      ['attributing the month anew', `${again.toFixed(1)} s`, '–', '–'],
      ...read.map(rowOf),
      [
        'dashboard, beside DuckDB on the lines',
        `${dashboard?.p50.toFixed(0)} ms; Parquet ${(duck.parquet * 1000).toFixed(0)} ms (made in ${duck.making.toFixed(0)} s), .csv.gz ${duck.csv.toFixed(1)} s`,
        '–',
        '–',
      ],
    ]
  } finally {
    api.kill('SIGTERM')
    await client.end()
    await rm(folder, { recursive: true, force: true })
  }
}

function rowOf({ name, p50, p95, failed }: Measured): Row {
  const slow = p95 >= 150 ? ' SLOW' : ''
  return [name, failed ? `answered ${failed}` : `p50 ${p50.toFixed(0)} ms, p95 ${p95.toFixed(0)} ms${slow}`, '–', 'p95 < 150 ms']
}

const say = (text: string): void => console.error(`costs: ${text}`)
const rate = (lines: number, seconds: number): string => `${Math.round(lines / seconds)} lines/s`

async function timed(run: () => Promise<unknown>): Promise<number> {
  const started = performance.now()
  await run()
  return (performance.now() - started) / 1000
}

interface Known {
  readonly world: World
  readonly client: pg.Client
  readonly work: CostWork
}

interface Brought {
  /** Seconds of reading and storing, of adding up, and of what comes after; they are told by the import itself. */
  readonly reading: number
  readonly adding: number
  readonly rest: number
  /** MiB, at most. */
  readonly memory: number
}

/** Through the process that imports, as an operator's command has it done. */
async function bring({ world, client, work }: Known, { path, bill }: WrittenBill, name: string): Promise<Brought> {
  const { organizationId } = world
  const made = await client.query<{ id: string }>(
    `with a as (insert into cost_accounts (organization_id, canonical, name, cloud_provider) values ($1, $2, $2, 'aws') returning id)
     insert into cost_imports (organization_id, cost_account_id, source, source_name) select $1, id, 'command', $2 from a returning id`,
    [organizationId, name],
  )
  const importId = Number(made.rows[0]?.id)
  const job: CostJob = { kind: 'import', organizationId, importId, source: { kind: 'files', paths: [path] } }
  const stages = new Map<string, number>()
  let [stage, since, memory, ended] = ['', performance.now(), 0, false]
  const turn = (next: string): void => {
    stages.set(stage, (stages.get(stage) ?? 0) + (performance.now() - since) / 1000)
    stage = next
    since = performance.now()
  }
  const watching = (async () => {
    while (!ended) {
      memory = Math.max(memory, ...work.pids.map(highestMemoryOf))
      const { rows } = await client.query<{ stage: string }>('select stage from cost_imports where organization_id = $1 and id = $2', [
        organizationId,
        importId,
      ])
      if (rows[0] && rows[0].stage !== stage) turn(rows[0].stage)
      await sleep(20)
    }
  })()
  await work.run(job).finally(() => {
    ended = true
  })
  await watching
  turn('')
  const { rows } = await client.query<{ status: string; message: string; lines: string; billed: string }>(
    `select i.status, i.message, m.lines, m.billed from cost_imports i left join cost_months m on m.import_id = i.id and m.state = 'active' where i.id = $1`,
    [importId],
  )
  const [found] = rows
  const { billed } = bill.totals()
  if (found?.status !== 'succeeded' || Number(found.lines) !== bill.lines || Number(found.billed) !== Number(billed))
    throw new Error(`${name} was to bring ${bill.lines} lines of ${billed}: ${JSON.stringify(found)}`)
  const of = (...names: string[]) => names.reduce((sum, one) => sum + (stages.get(one) ?? 0), 0)
  return { reading: of('listing', 'reading'), adding: of('adding_up'), rest: of('checking', 'switching'), memory }
}

/** Linux remembers the most that a process ever had. */
function highestMemoryOf(pid: number): number {
  try {
    return Math.round(Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1024)
  } catch {
    return 0
  }
}

async function setMapping({ key }: World, projectTags: readonly string[]): Promise<void> {
  const response = await fetch(`${base}/tag_mapping`, {
    method: 'PUT',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: JSON.stringify({ project_tags: projectTags, environment_tags: ['environment'] }),
  })
  if (!response.ok) say(`the tag mapping was not set: ${response.status} ${await response.text()}`)
}

const setRates = (client: pg.Client): Promise<unknown> =>
  client.query(`insert into exchange_rates (day, currency, rate, source)
    select d::date, 'USD', 1.1, 'bench' from generate_series(date '2026-06-25', date '2026-08-05', interval '1 day') d on conflict do nothing`)

async function sizesOf(client: pg.Client): Promise<string> {
  const tables = [
    'cost_lines',
    'cost_days',
    'cost_daily',
    'cost_monthly',
    'cost_tag_sets',
    'cost_tag_groups',
    'cost_resources',
    'cost_kinds',
  ]
  const counts: string[] = []
  for (const table of tables) {
    const { rows } = await client.query<{ n: string; size: string }>(
      `select (select count(*) from ${table}) n,
        pg_size_pretty(pg_total_relation_size('${table}') + coalesce((select sum(pg_total_relation_size(inhrelid)) from pg_inherits where inhparent = '${table}'::regclass), 0)) size`,
    )
    counts.push(`${table} ${rows[0]?.n} (${rows[0]?.size})`)
  }
  say(counts.join(', '))
  const of = (table: string) => counts.find((text) => text.startsWith(`${table} `))?.split(' ')[1]
  return `${of('cost_days')} days of resources, ${of('cost_daily')} rows for readers`
}

async function readAll({ key }: World, { bill }: WrittenBill, requests: number): Promise<Measured[]> {
  const linkedAccount = [...bill.totals().accounts.keys()][3] ?? ''
  const asked = { linkedAccount, masterAccount: account, name: bill.names[7] ?? '' }
  const all: Measured[] = []
  for (const reading of readings(asked)) {
    const measured = await measure(reading, base, key, requests)
    say(rowOf(measured).slice(0, 2).join(': '))
    all.push(measured)
  }
  return all
}

function startApi({ databaseUrl, home }: World): ChildProcess {
  return spawn(process.execPath, ['--import', 'tsx', fileURLToPath(new URL('../../src/main.ts', import.meta.url))], {
    env: {
      ...process.env,
      PORT: String(port),
      HOST: '127.0.0.1',
      DATABASE_URL: databaseUrl,
      TROCHOID_HOME: home,
      WORKER: 'false',
      CONSOLE: 'off',
    },
    stdio: 'ignore',
  })
}

async function answering(): Promise<void> {
  for (let turn = 0; turn < 600; turn++) {
    const response = await fetch(`http://127.0.0.1:${port}/version`).catch(() => undefined)
    await response?.arrayBuffer()
    if (response?.ok) return
    await sleep(50)
  }
  throw new Error('the API did not start')
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await using world = await openWorld(1)
  for (const row of await costRows(world)) console.log(row.join('  '))
}
