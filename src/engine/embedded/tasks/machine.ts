/** What this machine offers for holding a process in: looked up once, and tried, since a container often forbids what is installed. */
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { cleanEnvironment, confined, type Holding, privateGroup, scratchFolders } from './launch.ts'

export interface Machine {
  readonly isRoot: boolean
  /** Who tasks become; undefined: they stay who we are. */
  readonly user: { readonly uid: number; readonly gid: number } | undefined
  readonly holding: Holding
  /** Each run gets a group number of its own, by which it is kept from the files of others and found again. */
  readonly hasPrivateGroups: boolean
  /** Absolute; undefined: not installed. */
  readonly tools: Tools
  readonly hasProc: boolean
}

export interface Tools {
  readonly sh: string
  readonly unshare?: string
  readonly setpriv?: string
  readonly prlimit?: string
  readonly mount?: string
  readonly bwrap?: string
}

const folders = ['/usr/bin', '/bin', '/usr/sbin', '/sbin', '/usr/local/bin']
/** Not that of nobody: an embedded Postgres may run as that one where there is no user postgres, and its data is everybody's. */
const ofTasks = 65_533

/** Never fails: what cannot be had is said by `describe`. @param taskUser the operator's choice */
export async function lookAtMachine(taskUser: number | undefined, limit?: Holding): Promise<Machine> {
  const isRoot = process.getuid?.() === 0
  const tools = findTools()
  const id = taskUser ?? ofTasks
  const base = { isRoot, tools, user: isRoot ? { uid: id, gid: id } : undefined, hasProc: existsSync('/proc/self/stat') }
  const kinds: Holding[] = limit === 'group' ? [] : [isRoot ? 'namespaces' : 'user-namespaces']
  for (const holding of kinds) {
    const machine: Machine = { ...base, holding, hasPrivateGroups: false }
    if (tools.unshare && tools.setpriv && tools.mount && (await works(machine))) return machine
  }
  const group: Machine = { ...base, holding: 'group', hasPrivateGroups: isRoot && tools.setpriv !== undefined }
  return { ...group, hasPrivateGroups: group.hasPrivateGroups && (await works(group)) }
}

/** One sentence for the operator's log. */
export function describe({ isRoot, user, holding, hasPrivateGroups, tools, hasProc }: Machine): string {
  const who = user ? `as user ${user.uid}` : 'as the user of the platform, who may read what the platform may'
  const how = {
    namespaces: 'in namespaces of their own (processes, mounts, IPC)',
    'user-namespaces': 'in namespaces of their own (users, processes, mounts, IPC)',
    group: hasPrivateGroups
      ? 'in a process group with a group number of their own (namespaces cannot be had here)'
      : 'in a process group and a session alone (namespaces cannot be had here): a program that hides on purpose may go on',
  }[holding]
  const lacks = [
    ...(hasProc ? [] : ['memory is not limited (there is no /proc)']),
    ...(tools.prlimit ? [] : ['open files are not limited (prlimit is missing)']),
    ...(tools.setpriv ? [] : ['they may outlive a killed platform (setpriv is missing)']),
    ...(tools.bwrap ? [] : ['images with a folder cannot be used (bwrap is missing)']),
    ...(isRoot && !user ? ['no user to become'] : []),
  ]
  return `Tasks run ${who}, ${how}${lacks.length > 0 ? `; ${lacks.join('; ')}` : ''}`
}

/** What a task could do to keys and to other builds; undefined: nothing that this machine could keep it from. One sentence. */
export function riskOf({ user, holding, hasPrivateGroups }: Machine): string | undefined {
  const advice = 'name only organizations that you trust in ENGINE_TASKS'
  if (holding !== 'group')
    return user
      ? undefined
      : `tasks can use whatever the platform's user may, beside the platform's own folder and other builds, which are hidden from them: ${advice}, or run the platform as root`
  if (!user)
    return `tasks can read the platform's keys and its environment, and change other builds and what those are given: ${advice}, or allow namespaces`
  return hasPrivateGroups
    ? `keys and files of other builds are closed to tasks, but they see all processes and can stop those of other builds: ${advice}, or allow namespaces`
    : `tasks can read and change files of other builds, and what those are given: ${advice}, or allow namespaces`
}

function findTools(): Tools {
  const find = (name: string) => folders.map((folder) => join(folder, name)).find((path) => existsSync(path))
  const linux = process.platform === 'linux'
  const found = (name: keyof Tools & string) => {
    const path = linux ? find(name) : undefined
    return path === undefined ? {} : { [name]: path }
  }
  const names = ['unshare', 'setpriv', 'prlimit', 'mount', 'bwrap'] as const
  return Object.assign({ sh: '/bin/sh' }, ...names.map(found)) satisfies Tools
}

/** The very launch that tasks will have, of a program that does nothing. */
async function works(machine: Machine): Promise<boolean> {
  const home = await mkdtemp(join(tmpdir(), 'trochoid-probe-')).catch(() => undefined)
  if (home === undefined) return false
  try {
    const [folder, scratch] = [join(home, 'folder'), join(home, 'scratch')]
    for (const path of [folder, scratch, ...scratchFolders('probe').map((below) => join(scratch, below))]) await mkdir(path)
    const launch = confined(machine, {
      argv: () => [machine.tools.sh, '-c', 'exit 7'],
      env: { PATH: cleanEnvironment.PATH },
      folder,
      scratch,
      name: 'probe',
      dir: '.',
      hidden: [],
      ...(machine.hasPrivateGroups ? { group: privateGroup() } : {}),
    })
    const { command, args, env, cwd } = launch
    return await new Promise((resolve) => {
      const stdio = ['ignore', 'ignore', 'ignore', 'ignore', 'pipe'] as const
      const child = spawn(command, [...args], { env, cwd, stdio: [...stdio], timeout: 10_000, killSignal: 'SIGKILL' })
      child.on('error', () => resolve(false))
      child.on('exit', (code) => resolve(code === 7))
    })
  } finally {
    await rm(home, { recursive: true, force: true }).catch(() => {})
  }
}
