/** Processes of this machine, and the folder that only one of ours may have open; for embedded-postgres.ts. */
import { spawnSync } from 'node:child_process'
import { randomInt } from 'node:crypto'
import * as fs from 'node:fs' // synchronous: small files, and nothing else runs while a process starts
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

/** Undefined when we are not root, and Postgres runs as we do. */
export type Account = { uid: number; gid: number } | undefined

/**
 * Everyone writes their name first and then looks for others: of two at once at least one sees the other, so they never
 * both hold the folder. (A single lock file has to be deleted when its owner is dead, and two who find it dead delete
 * each other's.) Those who see each other step back for a random moment, so that one gets it.
 */
export async function claim(home: string): Promise<() => void> {
  const mine = `owner-${process.pid}-${processAt(process.pid)?.birth}`
  const release = () => fs.rmSync(join(home, mine), { force: true })
  for (let tries = 1; ; tries++) {
    try {
      fs.writeFileSync(join(home, mine), '', { flag: 'wx', mode: 0o600 })
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException
      if (code !== 'EEXIST') throw failure(`Cannot use the folder ${home} of uid ${fs.statSync(home).uid}`, message)
      throw new Error(`The database folder ${home} is open in process ${process.pid} already, which is this one.`)
    }
    let rival: number | undefined
    for (const name of fs.readdirSync(home)) {
      const [, pid, birth] = /^owner-(\d+)-(.+)$/.exec(name) ?? []
      if (!pid || name === mine) continue
      if (processAt(Number(pid))?.birth === birth) rival = Number(pid)
      else fs.rmSync(join(home, name), { force: true })
    }
    if (!rival) return release
    release()
    if (tries === 5) throw new Error(`The database folder ${home} is open in process ${rival}: stop that first.`)
    await sleep(randomInt(20, 80))
  }
}

/** Birth in the system's own words; undefined for the dead, zombies included. */
export function processAt(pid: number): { birth: string | undefined; command: string } | undefined {
  if (process.platform === 'linux') {
    const stat = textOf(`/proc/${pid}/stat`)
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ') // the name before may hold spaces and brackets
    if (!stat || fields[0] === 'Z') return undefined
    return { birth: fields[19], command: textOf(`/proc/${pid}/cmdline`).replaceAll('\0', ' ').trim() }
  }
  const columns = ['-o', 'stat=', '-o', 'lstart=', '-o', 'command=']
  const { stdout } = spawnSync('ps', ['-ww', ...columns, '-p', String(pid)], { encoding: 'utf8', env: environment })
  const [, birth, command = ''] = /^\s*[^Z\s]\S*\s+(\w+ +\w+ +\w+ +\S+ +\d+) +(.*)$/m.exec(stdout) ?? []
  return birth ? { birth: birth.replace(/\W+/g, '.'), command: command.trim() } : undefined
}

/** Nothing of ours: the environment of the API holds secrets, and Postgres would obey PGDATA and its like. */
export const environment = { PATH: '/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' }

/** Empty when there is no such file, or it is not for us. */
export function textOf(path: string): string {
  try {
    return fs.readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}

const remedies: [sign: RegExp, remedy: string][] = [
  [/not compatible with/, 'The data is of another major version of Postgres: dump and load it, or remove the folder.'],
  [/No space left on device|ENOSPC/, 'The disk is full: make room and start again.'],
  [/Address already in use|could not bind/, 'No port could be had on 127.0.0.1: see what holds them, and start again.'],
  [/shared memory/, 'Another Postgres uses this folder, or there is too little shared memory (in Docker: --shm-size).'],
  [/password authentication/, 'The file named password is not the one this data was made with: put that back.'],
  [/EACCES|[Pp]ermission|ownership/, 'Run as the user who made the folder, or give it to yours with chown -R.'],
  [/user does not exist/, 'initdb wants a name for the user it runs as: add this uid to /etc/passwd, or use another.'],
  [/ENOENT|shared libraries|Library not loaded|GLIBC/, 'The binaries do not fit this system: set DATABASE_URL.'],
]

export function failure(what: string, said: string): Error {
  const remedy = remedies.find(([sign]) => sign.test(said))?.[1] ?? 'See below, or set DATABASE_URL to a Postgres of yours.'
  return new Error(`${what}. ${remedy}\n${said}`)
}
