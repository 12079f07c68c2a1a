import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, mkdtempSync, readdirSync, readFileSync, realpathSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import pg from 'pg'
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest'
import { type EmbeddedPostgres, openEmbeddedPostgres } from '../src/outside/embedded-postgres.ts'

vi.setConfig({ testTimeout: 30_000, hookTimeout: 30_000 })

const source = fileURLToPath(new URL('../src/outside/embedded-postgres.ts', import.meta.url))
let root: string
let directory: string
let opened: EmbeddedPostgres[] = []
let owners: ChildProcess[] = []

// One folder for all, since initdb takes a second: each test leaves it stopped, which is asserted, and whole.
beforeAll(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'trochoid-postgres-')))
  chmodSync(root, 0o711)
  directory = join(root, 'postgres')
})
afterAll(() => rmSync(root, { recursive: true, force: true, maxRetries: 5 }))

afterEach(async () => {
  for (const owner of owners) if (owner.exitCode === null && owner.signalCode === null) await kill(owner)
  for (const postgres of opened) await postgres.stop()
  const left = postmasterPid()
  if (left && isRunning(left)) process.kill(left, 'SIGKILL')
  expect(left, 'no Postgres stays behind').toBeUndefined()
  opened = []
  owners = []
})

async function open(settings: Record<string, string> = {}): Promise<EmbeddedPostgres> {
  const postgres = await openEmbeddedPostgres({ directory, settings: { fsync: 'off', ...settings } })
  opened.push(postgres)
  return postgres
}

/** Another process that opens the folder and keeps it, until killed. Rejects when it could not open it. */
async function openElsewhere(): Promise<ChildProcess> {
  const code = `import { openEmbeddedPostgres } from ${JSON.stringify(source)};
    await openEmbeddedPostgres({ directory: ${JSON.stringify(directory)}, settings: { fsync: 'off' } });
    console.log('open');
    process.on('message', () => { throw new Error('uncaught'); });`
  const owner = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', code], {
    stdio: ['ignore', 'pipe', 'ignore', 'ipc'],
  })
  owners.push(owner)
  const ended = once(owner, 'exit').then(() => Promise.reject(new Error('refused')))
  await Promise.race([once(owner.stdout ?? owner, 'data'), ended])
  ended.catch(() => {}) // later it may end as it likes
  return owner
}

async function kill(owner: ChildProcess): Promise<void> {
  owner.kill('SIGKILL')
  await once(owner, 'exit')
}

async function query(url: string, text: string): Promise<unknown> {
  const client = new pg.Client(url)
  await client.connect()
  const { rows } = await client.query<Record<string, unknown>>(text).finally(() => client.end())
  return Object.values(rows[0] ?? {})[0]
}

function postmasterPid(): number | undefined {
  try {
    return Number.parseInt(readFileSync(join(directory, 'data/postmaster.pid'), 'utf8'), 10)
  } catch {
    return undefined
  }
}

function serverPid(): number {
  const pid = postmasterPid()
  if (!pid) throw new Error('no Postgres is running')
  return pid
}

/** Zombies do not count: who buries the servers of killed owners is the business of the machine's first process. */
function isRunning(pid: number): boolean {
  return /^[^Z\s]/.test(spawnSync('ps', ['-o', 'stat=', '-p', String(pid)], { encoding: 'utf8' }).stdout.trim())
}

test('a new folder starts and answers, in UTF-8, UTC and with passwords never sent in the clear', async () => {
  const { url, port, stop } = await open({ work_mem: '5MB' })
  expect(url).toMatch(new RegExp(`^postgres://postgres:[\\w-]{32}@127\\.0\\.0\\.1:${port}/trochoid$`))
  expect(await query(url, 'select current_database()')).toBe('trochoid')
  expect(await query(url, "select lower('ÄÖ')")).toBe('äö')
  expect(await query(url, 'show server_encoding')).toBe('UTF8')
  expect(await query(url, 'show timezone')).toBe('UTC')
  expect(await query(url, 'show work_mem')).toBe('5MB')
  expect(await query(url, 'show listen_addresses')).toBe('127.0.0.1')
  expect(await query(url, 'show unix_socket_directories')).toBe('')
  expect(await query(url, "select string_agg(distinct auth_method, ',') from pg_hba_file_rules")).toBe('scram-sha-256')
  await expect(query(url.replace(/:[\w-]{32}@/, ':wrong@'), 'select 1')).rejects.toThrow(/password authentication failed/)
  await stop()
  await stop()
  await expect(query(url, 'select 1')).rejects.toThrow(/ECONNREFUSED/)
})

test('a second start of the same folder finds its data, on the same port and with the same password', async () => {
  const first = await open()
  await query(first.url, 'create table kept as select 42 as answer')
  await first.stop()
  const second = await open()
  expect(await query(second.url, 'select answer from kept')).toBe(42)
  expect(second.url).toBe(first.url)
})

test('the files that hold secrets are for their owner only', async () => {
  await open()
  for (const name of ['password', 'postgres.log']) expect(statSync(join(directory, name)).mode & 0o777, name).toBe(0o600)
  expect(statSync(join(directory, 'data')).mode & 0o777).toBe(0o700)
})

test('a port that somebody has taken since is exchanged for a free one', async () => {
  const first = await open()
  await first.stop()
  const other = createServer().listen(first.port, '127.0.0.1')
  await once(other, 'listening')
  const second = await open()
  other.close()
  expect(second.port).not.toBe(first.port)
  expect(await query(second.url, 'select 1')).toBe(1)
})

test('the server of a killed owner is taken over, and stopped in the end', async () => {
  await kill(await openElsewhere())
  const pid = serverPid()
  expect(isRunning(pid)).toBe(true)
  const { url, stop } = await open()
  expect(await query(url, 'select 1')).toBe(1)
  expect(postmasterPid()).toBe(pid)
  await stop()
  expect(isRunning(pid)).toBe(false)
})

test('the server of a killed owner is started anew when other settings are asked for', async () => {
  await kill(await openElsewhere())
  const pid = postmasterPid()
  const { url } = await open({ work_mem: '6MB' })
  expect(await query(url, 'show work_mem')).toBe('6MB')
  expect(postmasterPid()).not.toBe(pid)
})

test('what was committed is there when owner and server were both killed', async () => {
  const owner = await openElsewhere()
  const password = readFileSync(join(directory, 'password'), 'utf8')
  const port = /"port=(\d+)"/.exec(readFileSync(join(directory, 'data/postmaster.opts'), 'utf8'))?.[1]
  await query(`postgres://postgres:${password}@127.0.0.1:${port}/trochoid`, 'create table committed as select 42 as answer')
  await kill(owner)
  process.kill(serverPid(), 'SIGKILL')
  const { url } = await open()
  expect(await query(url, 'select answer from committed')).toBe(42)
})

test('a pid file that points to another program, as after a reboot, or is empty, does not prevent a start', async () => {
  for (const text of [`${process.pid}\n${directory}/data\n1\n5432\n\n127.0.0.1\n1 1\nready\n`, '']) {
    writeFileSync(join(directory, 'data/postmaster.pid'), text)
    const { url, stop } = await open()
    expect(await query(url, 'select 1')).toBe(1)
    await stop()
  }
})

test('a second live owner is refused, with the folder and the pid of the first', async () => {
  const owner = await openElsewhere()
  await expect(open()).rejects.toThrow(`The database folder ${directory} is open in process ${owner.pid}`)
  expect(readdirSync(directory).filter((name) => name.startsWith('owner-'))).toHaveLength(1)
  await kill(owner)
  await open()
  await expect(open()).rejects.toThrow(`is open in process ${process.pid} already, which is this one`)
})

test('of several who open a folder at once, at most one gets it', async () => {
  const racers = await Promise.allSettled(Array.from({ length: 4 }, openElsewhere))
  expect(racers.filter(({ status }) => status === 'fulfilled').length).toBeLessThanOrEqual(1)
  for (const owner of owners) if (owner.exitCode === null) await kill(owner)
  await open()
})

test('an uncaught exception takes the server along', async () => {
  const owner = await openElsewhere()
  const pid = serverPid()
  owner.send('throw')
  await once(owner, 'exit')
  await expect.poll(() => isRunning(pid)).toBe(false)
})

test('an interrupt from the terminal, which goes to the whole process group, does not reach Postgres', async () => {
  const { url } = await open()
  const group = (pid: number) => readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ')[2]
  expect(await query(url, 'select 1')).toBe(1)
  if (process.platform === 'linux') expect(group(serverPid())).not.toBe(group(process.pid))
})

test('data of another major version is refused with what to do, and the folder can be opened again after', async () => {
  const version = join(directory, 'data/PG_VERSION')
  renameSync(version, `${version}.kept`)
  writeFileSync(version, '14\n')
  chmodSync(version, 0o644)
  await expect(open()).rejects.toThrow(/did not start in .* another major version of Postgres[\s\S]*initialized by PostgreSQL version 14/)
  renameSync(`${version}.kept`, version)
  await open()
})

test('a lost password is told in words', async () => {
  const file = join(directory, 'password')
  renameSync(file, `${file}.kept`)
  await expect(open()).rejects.toThrow(/cannot be opened. The file named password is not the one/)
  renameSync(`${file}.kept`, file)
})
