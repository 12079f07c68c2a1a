/** Which processes belong to a run, as /proc tells it. */
import { constants } from 'node:fs'
import { readdir, readFile, stat } from 'node:fs/promises'

export interface Process {
  readonly pid: number
  readonly parent: number
  readonly group: number
  readonly session: number
  /** Of its program, as it likes to be called. */
  readonly name: string
  /** Tells it from a later one with the same number. */
  readonly born: string
  readonly isDead: boolean
}

export interface Run {
  /** The process that we started, leader of its session. */
  readonly leader: number
  /** A group number that only this run has. */
  readonly group: number | undefined
  /** A variable of its environment as it stands there, `NAME=value`: better than nothing, since a program can drop it. */
  readonly mark: string | undefined
  /** By number: those that were seen to belong to it and may have left since; filled by `membersOf`. */
  readonly known: Map<number, string>
}

/**
 * All that live, without the leader itself: descendants, whoever is in its session or group, and whoever was seen before.
 * In a namespace descendants are all there are, since orphans are taken over by its first process, which is one of them.
 */
export async function membersOf(run: Run): Promise<Process[]> {
  const all = await allProcesses()
  const children = new Map<number, Process[]>()
  for (const one of all) {
    const siblings = children.get(one.parent)
    if (siblings) siblings.push(one)
    else children.set(one.parent, [one])
  }
  const found = new Map<number, Process>()
  const add = (one: Process) => {
    if (one.pid === run.leader || found.has(one.pid)) return
    found.set(one.pid, one)
    for (const child of children.get(one.pid) ?? []) add(child)
  }
  for (const child of children.get(run.leader) ?? []) add(child)
  for (const one of all) if (one.session === run.leader || one.group === run.leader || run.known.get(one.pid) === one.born) add(one)
  if (run.group !== undefined) for (const one of all) if (!found.has(one.pid) && (await groupOf(one.pid)) === run.group) add(one)
  if (run.mark !== undefined) for (const one of all) if (!found.has(one.pid) && (await hasVariable(one.pid, run.mark))) add(one)
  run.known.clear()
  for (const { pid, born, isDead } of found.values()) if (!isDead) run.known.set(pid, born)
  return [...found.values()].filter(({ isDead }) => !isDead)
}

/** Resident, all together, in bytes. */
export async function memoryOf(processes: readonly Process[]): Promise<number> {
  const sizes = await Promise.all(processes.map(async ({ pid }) => Number(/^VmRSS:\s*(\d+)/m.exec(await statusOf(pid))?.[1] ?? 0)))
  return sizes.reduce((sum, size) => sum + size * 1024, 0)
}

/** What files that have no name any more keep on disk or in memory, in bytes: no folder shows them, and no process is charged. */
export async function namelessOf(processes: readonly Process[]): Promise<number> {
  const files = new Map<string, number>()
  const look = async (path: string) => {
    const { nlink, blocks, dev, ino, mode } = await stat(path)
    if (nlink === 0 && (mode & constants.S_IFMT) === constants.S_IFREG) files.set(`${dev}:${ino}`, blocks * 512)
  }
  for (const { pid } of processes) {
    const open = await readdir(`/proc/${pid}/fd`).catch(() => [])
    for (const fd of open) await look(`/proc/${pid}/fd/${fd}`).catch(() => {})
  }
  return [...files.values()].reduce((sum, bytes) => sum + bytes, 0)
}

async function allProcesses(): Promise<Process[]> {
  const names = (await readdir('/proc').catch(() => [])).filter((name) => /^\d+$/.test(name))
  const read = await Promise.all(names.map((name) => readFile(`/proc/${name}/stat`, 'latin1').catch(() => '')))
  return read.flatMap((text, index) => parsed(Number(names[index]), text) ?? [])
}

/** The name in brackets may hold spaces and brackets itself. */
function parsed(pid: number, stat: string): Process | undefined {
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  const [state = '', parent, group, session] = fields
  const born = fields[19]
  if (born === undefined) return undefined
  const name = stat.slice(stat.indexOf('(') + 1, stat.lastIndexOf(')'))
  const isDead = state === 'Z' || state === 'X'
  return { pid, parent: Number(parent), group: Number(group), session: Number(session), name, born, isDead }
}

async function groupOf(pid: number): Promise<number | undefined> {
  const [, group] = /^Gid:\t(\d+)/m.exec(await statusOf(pid)) ?? []
  return group === undefined ? undefined : Number(group)
}

async function hasVariable(pid: number, variable: string): Promise<boolean> {
  const environment = await readFile(`/proc/${pid}/environ`, 'latin1').catch(() => '')
  return `\0${environment}`.includes(`\0${variable}\0`)
}

const statusOf = (pid: number) => readFile(`/proc/${pid}/status`, 'latin1').catch(() => '')
