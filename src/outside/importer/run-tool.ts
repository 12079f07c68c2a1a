/** A program of the operator, run once in a folder: without a shell, without our environment, and not for ever. */
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { lineByLine } from './redact.ts'
import { ImportError } from './types.ts'

export interface ToolRun {
  command: string
  args: readonly string[]
  folder: string
  env: Readonly<Record<string, string>>
  seconds: number
  secrets: readonly string[]
  signal?: AbortSignal
  onOutput?: (text: string) => void
}

/** Of one run, both streams; a program that says more is broken. */
const mostOutput = 16 * 2 ** 20
const grace = 5000

/** @returns what it said on its standard output. @throws ImportError */
export async function runTool({ command, args, folder, env, seconds, secrets, signal, onOutput }: ToolRun): Promise<string> {
  const child = spawn(command, [...args], {
    cwd: folder,
    env: { ...ownEnvironment(folder), ...env },
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const name = basename(command)
  let said = ''
  let size = 0
  let ended: string | undefined
  const stop = (why: string) => {
    ended ??= why
    signalGroup(child, 'SIGTERM')
    setTimeout(() => signalGroup(child, 'SIGKILL'), grace).unref()
  }
  const timer = setTimeout(
    () => stop(`${name} did not end within ${seconds < 120 ? `${seconds} seconds` : `${Math.round(seconds / 60)} minutes`}`),
    seconds * 1000,
  )
  const aborted = () => stop('it was given up')
  signal?.addEventListener('abort', aborted, { once: true })
  if (signal?.aborted) aborted()
  const lines = lineByLine(secrets, (text) => onOutput?.(text))
  for (const [stream, isOut] of [
    [child.stdout, true],
    [child.stderr, false],
  ] as const) {
    stream.setEncoding('utf8')
    stream.on('data', (text: string) => {
      size += text.length
      if (size > mostOutput) return stop(`${name} said more than ${mostOutput / 2 ** 20} MB`)
      if (isOut) said += text
      lines.push(text)
    })
  }
  try {
    const code = await new Promise<number | null>((resolve, reject) => {
      child.once('error', reject)
      child.once('close', resolve)
    })
    if (ended !== undefined) throw new ImportError(ended)
    if (code !== 0) throw new ImportError(`${name} ended with ${code === null ? 'a signal' : `status ${code}`}: the logs say why`)
    return said
  } catch (error) {
    if (error instanceof ImportError) throw error
    throw new ImportError(`${name} could not be started on this platform: whoever runs it looks at its path`)
  } finally {
    clearTimeout(timer)
    signal?.removeEventListener('abort', aborted)
    lines.end()
    signalGroup(child, 'SIGKILL')
  }
}

/** The environment of the API holds secrets. */
const ownEnvironment = (folder: string) => ({
  PATH: '/usr/local/bin:/usr/bin:/bin:/opt/homebrew/bin',
  HOME: folder,
  TMPDIR: folder,
  LC_ALL: 'C',
  TZ: 'UTC',
})

/** With everything that it started. */
function signalGroup({ pid }: ChildProcess, signal: NodeJS.Signals): void {
  if (pid === undefined) return
  try {
    process.kill(-pid, signal)
  } catch {
    // It is gone already.
  }
}

/** A folder that only we may read, gone afterwards. */
export async function inFolder<T>(run: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'trochoid-import-'))
  try {
    return await run(folder)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
