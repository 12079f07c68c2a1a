/** Processes of git: never a shell, an environment from scratch, and whole process groups that end when they must. */
import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { dirname } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { GitError } from './types.ts'

export interface RunOptions {
  /** Added to the environment that every git gets. */
  readonly environment?: Readonly<Record<string, string>>
  /** Settings, by the environment: arguments can be read by every account of the machine. */
  readonly settings?: readonly (readonly [name: string, value: string])[]
  readonly input?: Buffer
  readonly milliseconds: number
  /** Of standard output, in bytes; 64 MiB unless told. */
  readonly maxOutput?: number
  /** Sees output as it comes; false ends the process. */
  readonly inspect?: (chunk: Buffer) => boolean
  /** Asked again and again while it runs; false ends the process. */
  readonly watch?: () => Promise<boolean>
  /** Ends the process, as `watch` would; also while it waits for its turn. */
  readonly signal?: AbortSignal
  /** What the kernel holds it to, where it can: the largest file and all of memory, in bytes. */
  readonly caps?: { readonly file: number; readonly memory: number }
}

export interface Ran {
  /** 0 when all went well. */
  readonly code: number
  readonly output: Buffer
  readonly said: string
  /** Why we ended it, or that we did not. */
  readonly ended: 'itself' | 'timeout' | 'output' | 'watch' | 'closed'
}

export interface Processes {
  /** @throws GitError failed when there is no usable git */
  git(args: readonly string[], options: RunOptions): Promise<Ran>
  /** Ends all that runs and waits for it. Nothing starts after that. */
  close(): Promise<void>
}

/** @param home an empty folder of ours: git and ssh must not read files of whoever runs the platform */
export function openProcesses(home: string): Processes {
  const running = new Map<ChildProcess, { stop: (why: Ran['ended']) => void; done: Promise<unknown> }>()
  let isClosed = false
  const onExit = () => {
    for (const child of running.keys()) signalGroup(child, 'SIGKILL')
  }
  process.once('exit', onExit)

  const start = (args: readonly string[], options: RunOptions): Promise<Ran> => {
    if (isClosed) return Promise.resolve({ code: 1, output: Buffer.alloc(0), said: '', ended: 'closed' })
    const [command, prefix] = commandWith(options.caps)
    const env = { ...environmentOf(home), ...settingsOf(options.settings ?? []), ...options.environment }
    const child = spawn(command, [...prefix, ...args], { env, cwd: home, detached: true, stdio: 'pipe' })
    const { done, stop } = supervise(child, options)
    running.set(child, { stop, done })
    return done.finally(() => running.delete(child))
  }

  let version: Promise<void> | undefined
  const assertUsable = async () => {
    const { output } = await start(['--version'], { milliseconds: 10_000 }).catch(() => ({ output: Buffer.alloc(0) }))
    const [, major = '0', minor = '0'] = /(\d+)\.(\d+)/.exec(output.toString()) ?? []
    // Older ones do not know http.curloptResolve, and would look names up again after we have checked them.
    if (Number(major) * 1000 + Number(minor) >= 2037 || isClosed) return
    version = undefined
    throw new GitError('failed', 'This platform has no usable git: an operator has to install git 2.37 or newer')
  }

  return {
    async git(args, options) {
      version ??= assertUsable()
      await version
      return start(args, options)
    },
    async close() {
      isClosed = true
      for (const { stop } of running.values()) stop('closed')
      await Promise.allSettled([...running.values()].map(({ done }) => done))
      process.off('exit', onExit)
    },
  }
}

const grace = 400
const watchEvery = 40
const longestSaid = 16_384
const path = '/usr/local/bin:/usr/bin:/bin:/opt/homebrew/bin'

const environmentOf = (home: string) => ({
  PATH: path,
  HOME: home,
  LC_ALL: 'C',
  TZ: 'UTC',
  GIT_CEILING_DIRECTORIES: dirname(home), // the cache may lie inside somebody's checkout
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_ATTR_NOSYSTEM: '1',
  GIT_TERMINAL_PROMPT: '0',
  GIT_NO_REPLACE_OBJECTS: '1',
  GIT_ALLOW_PROTOCOL: 'none',
})

/** For every git: whatever a repository's own settings say. The cache can be fetched again, so it need not be flushed. */
const settingsAlways: readonly (readonly [string, string])[] = [
  ['core.hooksPath', '/dev/null'],
  ['core.fsmonitor', 'false'],
  ['core.fsync', 'none'],
  ['core.bigFileThreshold', '4m'],
  ['pack.threads', '1'],
  ['gc.auto', '0'],
  ['maintenance.auto', 'false'],
  ['submodule.recurse', 'false'],
  ['protocol.ext.allow', 'never'],
  ['advice.pushUpdateRejected', 'false'],
]

function settingsOf(settings: readonly (readonly [string, string])[]): Record<string, string> {
  const all = [...settingsAlways, ...settings]
  const pairs = all.flatMap(([name, value], index) => [
    [`GIT_CONFIG_KEY_${index}`, name],
    [`GIT_CONFIG_VALUE_${index}`, value],
  ])
  return { ...Object.fromEntries(pairs), GIT_CONFIG_COUNT: String(all.length) }
}

const prlimit = '/usr/bin/prlimit'
const hasPrlimit = process.platform === 'linux' && existsSync(prlimit)

function commandWith(caps: RunOptions['caps']): [command: string, args: string[]] {
  if (!caps || !hasPrlimit) return ['git', []]
  return [prlimit, [`--fsize=${Math.ceil(caps.file)}`, `--as=${Math.ceil(caps.memory)}`, '--core=0', 'git']]
}

function supervise(child: ChildProcess, options: RunOptions): { done: Promise<Ran>; stop: (why: Ran['ended']) => void } {
  const { milliseconds, maxOutput = 64 * 1024 * 1024, inspect, watch, signal, input } = options
  const chunks: Buffer[] = []
  const complaints: Buffer[] = []
  let size = 0
  let complained = 0
  let ended: Ran['ended'] = 'itself'
  let isOver = false

  const stop = (why: Ran['ended']) => {
    if (ended !== 'itself' || isOver) return
    ended = why
    signalGroup(child, 'SIGTERM') // so that it removes its locks and temporary files
    setTimeout(() => !isOver && signalGroup(child, 'SIGKILL'), grace).unref()
    setTimeout(() => !isOver && closePipes(child), grace * 3).unref() // held by somebody who left the group
  }
  const timer = setTimeout(() => stop('timeout'), Math.max(0, milliseconds))
  const onAbort = () => stop('watch')
  signal?.addEventListener('abort', onAbort, { once: true })
  if (signal?.aborted) onAbort()

  child.stdout?.on('data', (chunk: Buffer) => {
    size += chunk.length
    if (ended !== 'itself') return
    if (size > maxOutput || inspect?.(chunk) === false) stop('output')
    else chunks.push(chunk)
  })
  child.stderr?.on('data', (chunk: Buffer) => {
    if (complained < longestSaid) complaints.push(chunk)
    complained += chunk.length
  })
  child.stdin?.on('error', () => {}) // it ended without reading all, and its exit says why
  child.stdin?.end(input)
  const looking = async () => {
    while (watch && !isOver && ended === 'itself') {
      if (!(await watch().catch(() => true))) stop('watch')
      await sleep(watchEvery, undefined, { ref: false })
    }
  }
  void looking()

  const done = new Promise<Ran>((resolve, reject) => {
    child.on('error', (error) => reject(new GitError('failed', 'git could not be started', error)))
    child.on('close', (code) => {
      const said = Buffer.concat(complaints).toString().slice(0, longestSaid)
      resolve({ code: ended === 'itself' ? (code ?? 1) : 1, output: Buffer.concat(chunks), said, ended })
    })
  }).finally(() => {
    isOver = true
    clearTimeout(timer)
    signal?.removeEventListener('abort', onAbort)
  })
  return { done, stop }
}

function signalGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  try {
    if (child.pid !== undefined) process.kill(-child.pid, signal)
  } catch {
    // gone already
  }
}

function closePipes(child: ChildProcess): void {
  child.stdout?.destroy()
  child.stderr?.destroy()
  child.stdin?.destroy()
}
