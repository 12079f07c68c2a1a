/**
 * How a program of a tenant is started: a chain of helpers by their absolute names, with an environment of ours, that ends in
 * the program with its own. Arguments are lists and the two scripts are constants: nothing that a tenant wrote is ever read as code.
 *
 *   setpriv (dies with us) → prlimit → unshare → mounts → setpriv (becomes nobody) → environment → the program
 */
import { randomInt } from 'node:crypto'
import { join } from 'node:path'
import type { Machine } from './machine.ts'

/** `user-namespaces` is what one can have without being root; `group`: no namespaces at all. */
export type Holding = 'namespaces' | 'user-namespaces' | 'group'

/** Paths as the program sees them. */
export interface Places {
  /** Of the folder that it works in. */
  readonly work: string
  /** Of what is bound; empty when nothing is. */
  readonly bound: string
}

export interface Program {
  readonly argv: (places: Places) => readonly string[]
  /** Of the program; in no argument and in no environment of a helper that is still root. */
  readonly env: Readonly<Record<string, string>>
  /** Where it works; absolute, and there. */
  readonly folder: string
  /** An empty folder of its own for everything else, with what `scratchFolders` names; absolute. */
  readonly scratch: string
  /** Of the folder as the program sees it: letters and digits. */
  readonly name: string
  /** Below the folder, or `.`. */
  readonly dir: string
  /** Folders that the program must not see, where they can be hidden. */
  readonly hidden: readonly string[]
  /** Of this run alone, see Machine; and of the folders above it that it has to pass through. */
  readonly group?: number
  readonly groups?: readonly number[]
  /** One more folder, to read; absolute. */
  readonly bound?: string
  /** That folder is its root file system, instead of this machine's. */
  readonly isImage?: boolean
  /** For its environment, where it can be found again by nothing better. */
  readonly mark?: string
  /** In bytes, of one file. */
  readonly fileBytes?: number
}

export interface Launch {
  readonly command: string
  readonly args: readonly string[]
  readonly env: Readonly<Record<string, string>>
  readonly cwd: string
  /** When there is no setpriv to change the user. */
  readonly become?: { readonly uid: number; readonly gid: number }
  /** What goes into file descriptor 3. */
  readonly third?: Buffer
}

export const cleanEnvironment = { PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', LANG: 'C.UTF-8' } as const

/**
 * Beside /tmp, the directories in which everybody may write on a usual Debian or Ubuntu: by name below `scratch`. Builds would
 * leave each other files there.
 */
const everybodys = { shm: '/dev/shm', queues: '/dev/mqueue', var: '/var/tmp', lock: '/run/lock', crash: '/var/crash' } as const

/** Below `scratch`: what the program finds at /tmp (with its home in it), and at each of those. */
export const scratchFolders = (name: string): readonly string[] => [
  'tmp',
  'tmp/home',
  'tmp/bound',
  'tmp/build',
  `tmp/build/${name}`,
  ...Object.keys(everybodys),
]

/** Nobody's, and far above what systems give out. */
export const privateGroup = (): number => randomInt(2 ** 30, 2 ** 31 - 2 ** 16)

export function confined(machine: Machine, program: Program): Launch {
  const { tools, holding, user } = machine
  const isOwn = holding !== 'group'
  const tmp = isOwn ? '/tmp' : join(program.scratch, 'tmp')
  const work = isOwn ? inside(program) : program.folder
  const mark = program.mark === undefined ? {} : { [marked]: program.mark }
  const base = { ...cleanEnvironment, HOME: `${tmp}/home`, TMPDIR: tmp, USER: user ? 'nobody' : 'task', ...mark }
  const image = program.isImage ? imageLaunch(machine, program, { tmp, work }) : undefined
  const names = image ? [] : Object.keys(program.env).filter(isVariable)
  const bound = program.bound === undefined ? '' : isOwn ? '/tmp/bound' : program.bound
  const argv = image?.argv ?? program.argv({ work, bound })
  const chain = [
    ...(isOwn && tools.setpriv ? [tools.setpriv, '--pdeathsig', 'KILL', '--'] : []),
    ...limits(machine, program),
    ...(isOwn ? namespaces(machine, program) : []),
    ...becoming(machine, program),
    ...[tools.sh, '-c', start, 'sh', image || !isOwn ? '' : join(work, program.dir), ...argv],
  ]
  const [command = tools.sh, ...args] = chain
  const variables = names.flatMap((name, index) => [
    [`${own}k${index + 1}`, name],
    [`${own}v${index + 1}`, program.env[name] ?? ''],
  ])
  return {
    command,
    args,
    env: { ...base, ...Object.fromEntries(variables), [`${own}n`]: String(names.length) },
    // Entered before the user changes, so that folders above need not let it pass.
    cwd: isOwn ? '/' : join(program.folder, program.dir),
    ...(image ? { third: image.third } : {}),
    ...(user && !tools.setpriv ? { become: user } : {}),
  }
}

const inside = ({ name }: Program) => `/tmp/build/${name}`

/** What a shell can set; programs can have other names in their environment, and hardly ever do. */
export const isVariable = (name: string): boolean => /^[A-Za-z_]\w*$/.test(name) && !name.startsWith(own)

const own = '__trochoid_'
export const marked = 'TROCHOID_RUN'
const files = 4096
/** Of the user, all its processes on this machine. */
const processes = 4096

function limits({ tools }: Machine, { fileBytes }: Program): string[] {
  if (!tools.prlimit) return []
  const file = fileBytes === undefined ? [] : [`--fsize=${fileBytes}`]
  return [tools.prlimit, '--core=0', `--nofile=${files}`, `--nproc=${processes}`, ...file, '--']
}

function namespaces({ holding, tools }: Machine, { scratch, folder, name, hidden, bound }: Program): string[] {
  const user = holding === 'user-namespaces' ? ['--user', '--map-root-user'] : []
  const kinds = ['--pid', '--ipc', '--mount', '--fork', '--kill-child=KILL', '--mount-proc', '--']
  const given = [tools.mount ?? '', scratch, folder, name, bound ?? '', ...hidden, '--']
  return [tools.unshare ?? '', ...user, ...kinds, tools.sh, '-c', mounts, 'sh', ...given]
}

function becoming({ holding, tools, user, isRoot }: Machine, { group, groups = [] }: Program): string[] {
  if (!tools.setpriv) return []
  const dies = ['--no-new-privs', '--pdeathsig', 'KILL', '--']
  if (holding === 'user-namespaces') {
    const [uid, gid] = [process.getuid?.() ?? 0, process.getgid?.() ?? 0]
    return [tools.unshare ?? '', '--user', `--map-user=${uid}`, `--map-group=${gid}`, '--', tools.setpriv, ...dies]
  }
  if (!isRoot || !user) return [tools.setpriv, ...dies]
  const powers = ['--inh-caps=-all', '--bounding-set=-all']
  const others = groups.length > 0 ? `--groups=${groups.join(',')}` : '--clear-groups'
  return [tools.setpriv, `--reuid=${user.uid}`, `--regid=${group ?? user.gid}`, others, ...powers, ...dies]
}

/** Values go through a pipe: every account of the machine can read arguments. */
function imageLaunch({ tools, holding, user }: Machine, program: Program, at: { tmp: string; work: string }) {
  const root = holding === 'group' ? (program.bound ?? '') : '/tmp/bound'
  const work = inside(program)
  const mark = program.mark === undefined ? {} : { [marked]: program.mark }
  const env = { ...cleanEnvironment, HOME: '/tmp/home', TMPDIR: '/tmp', USER: user ? 'nobody' : 'task', ...program.env, ...mark }
  const third = Object.entries(env).flatMap(([name, value]) => ['--setenv', name, value])
  const binds = ['--ro-bind', root, '/', '--dev', '/dev', '--proc', '/proc', '--bind', at.tmp, '/tmp', '--bind', at.work, work]
  const shields = ['--unshare-user', '--unshare-pid', '--die-with-parent', '--clearenv', '--args', '3']
  const argv = program.argv({ work, bound: '/' })
  return {
    argv: [tools.bwrap ?? '', ...binds, ...shields, '--chdir', join(work, program.dir), '--', ...argv],
    third: Buffer.from(third.map((text) => `${text}\0`).join('')),
  }
}

/** $1 mount, $2 scratch, $3 folder, $4 name, $5 a folder to bind; then folders to hide, `--` and what comes next. */
const mounts = `set -e
mount=$1 scratch=$2 folder=$3 name=$4 bound=$5
shift 5
"$mount" --bind "$folder" "$scratch/tmp/build/$name"
if [ -n "$bound" ]; then
  "$mount" --rbind "$bound" "$scratch/tmp/bound"
  "$mount" -o remount,bind,ro "$scratch/tmp/bound"
fi
${Object.entries(everybodys)
  .map(([name, at]) => `if [ -d ${at} ]; then "$mount" --bind "$scratch/${name}" ${at}; fi`)
  .join('\n')}
"$mount" --rbind "$scratch/tmp" /tmp
while [ "$1" != -- ]; do
  if [ -d "$1" ]; then "$mount" -t tmpfs -o size=4k,mode=0755,ro none "$1"; fi
  shift
done
shift
cd /
exec "$@"`

/**
 * The first process of a namespace: it takes over orphans, so the program is not the first one itself. Names and values come
 * in variables of ours; \`command\` keeps the shell going when one cannot be set, such as UID in some shells. That it has come
 * so far is said on file descriptor 4.
 */
const start = `trap : TERM INT HUP
echo ready >&4
exec 4>&-
(
  trap - TERM INT HUP
  if [ -n "$1" ]; then cd "$1" || exit 126; fi
  shift
  while [ "$${own}n" -gt 0 ]; do
    eval "command export \\"\\$${own}k$${own}n=\\$${own}v$${own}n\\"" || :
    eval "unset ${own}k$${own}n ${own}v$${own}n"
    ${own}n=$((${own}n - 1))
  done
  unset ${own}n
  umask 022
  exec "$@"
)
exit $?`
