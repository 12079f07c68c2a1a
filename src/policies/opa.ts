/** The `opa` of the operator, one process for each policy: without environment, network functions, and much time. */
import { spawn } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { unavailable } from '../errors.ts'
import type { Log } from '../log.ts'
import {
  type Bindings,
  forbidden,
  isSyntax,
  outcomeFrom,
  packageOf,
  problemsFrom,
  questionFor,
  sentenceOf,
  whyUnusable,
} from './opa-words.ts'
import { defaultLimits, failed } from './outcome.ts'
import { openTurns, type Turns } from './turns.ts'
import type { PolicyEngine, PolicyLimits, PolicyOutcome, SyntaxProblem } from './types.ts'

const mostAtOnce = 2
/** For the program to begin, and to read the input. */
const beginMs = 5000
const nobody = 0
const longestOutput = 8 * 2 ** 20
const versions = [['--v0-compatible'], []] as const

interface Opa {
  readonly binary: string
  readonly folder: string
  readonly turns: Turns
  /** Whose turn it takes. */
  readonly organization: number
  readonly log: Log
}

export function openOpa(binary: string, log: Log): PolicyEngine {
  const turns = openTurns(mostAtOnce)
  // Who writes a policy does not stand behind plans.
  const readers = openTurns(1)
  let prepared: Promise<Opa> | undefined
  const opa = (): Promise<Opa> => {
    prepared ??= prepare(binary, readers, log).catch((error: unknown) => {
      prepared = undefined
      throw error
    })
    return prepared
  }
  return {
    check: async (body, organization) => check({ ...(await opa()), turns: readers, organization }, body),
    async evaluate(policies, input, organization, given) {
      const limits = { ...defaultLimits, ...given }
      const outcomes: PolicyOutcome[] = []
      const ready = { ...(await opa()), turns, organization }
      const end = performance.now() + limits.totalMs * 2 + beginMs
      for (const { name, body } of policies)
        outcomes.push(
          performance.now() > end
            ? failed(name, 'the policies before it took all the time that there is', limits)
            : await evaluate(ready, name, body, input.text, limits),
        )
      return outcomes
    },
    async [Symbol.asyncDispose]() {
      const ready = await prepared?.catch(() => undefined)
      if (ready) await rm(ready.folder, { recursive: true, force: true })
    },
  }
}

/** What this OPA can do, without what policies must not. */
async function prepare(binary: string, turns: Turns, log: Log): Promise<Opa> {
  const folder = await mkdtemp(join(tmpdir(), 'trochoid-opa-'))
  const opa = { binary, folder, turns, organization: nobody, log }
  try {
    const { output } = await run(opa, ['capabilities', '--current'], '', beginMs)
    const known: { builtins?: { name: string }[] } = JSON.parse(output)
    const builtins = (known.builtins ?? []).filter(({ name }) => !forbidden.has(name))
    await writeFile(join(folder, 'capabilities.json'), JSON.stringify({ ...known, builtins, allow_net: [] }), { mode: 0o600 })
    return opa
  } catch (error) {
    await rm(folder, { recursive: true, force: true })
    log.error({ err: error }, 'the program in OPA_BIN does not work')
    throw unavailable('Policies cannot be evaluated at the moment: ask the operator', { cause: error })
  }
}

/** A name without folders: it is in OPA's messages. */
const file = 'policy.rego'

async function withFile<T>(opa: Opa, body: string, work: (there: Opa) => Promise<T>): Promise<T> {
  const own = await mkdtemp(join(opa.folder, 'policy-'))
  try {
    await writeFile(join(own, file), body, { mode: 0o600 })
    return await work({ ...opa, folder: own })
  } finally {
    await rm(own, { recursive: true, force: true })
  }
}

const check = (opa: Opa, body: string): Promise<readonly SyntaxProblem[]> =>
  withFile(opa, body, async (there) => {
    let first: SyntaxProblem[] | undefined
    for (const version of versions) {
      const { complaint, status } = await run(there, ['parse', '--format', 'json', ...version, file], '', beginMs)
      if (status === 0) {
        const unusable = whyUnusable(body)
        return unusable ? [{ line: 1, column: 1, message: unusable }] : []
      }
      first ??= problemsFrom(parsed(complaint)).map(({ line, column, message }) => ({ line, column, message }))
    }
    return first && first.length > 0 ? first : [{ line: 1, column: 1, message: 'OPA cannot read the text' }]
  })

async function evaluate(opa: Opa, name: string, body: string, input: string, limits: PolicyLimits): Promise<PolicyOutcome> {
  const path = packageOf(body)
  if (!path) return failed(name, 'line 1, column 1: the text does not begin with a package', limits)
  const unusable = whyUnusable(body)
  if (unusable) return failed(name, unusable, limits)
  return withFile(opa, body, async (there) => {
    let why = ''
    for (const version of versions) {
      const seconds = `${limits.policyMs * 2}ms`
      const capabilities = join(opa.folder, 'capabilities.json')
      const args = [
        'eval',
        ...version,
        '--timeout',
        seconds,
        '--capabilities',
        capabilities,
        '--stdin-input',
        '--format',
        'json',
        '--data',
        file,
      ]
      const { output, ended } = await run(there, [...args, questionFor(path)], input, limits.policyMs * 2 + beginMs)
      if (ended === 'time') return failed(name, `it takes longer than ${limits.policyMs} ms`, limits)
      if (ended === 'output') return failed(name, 'its answer is too long', limits)
      const answer = parsed(output)
      const problems = problemsFrom(answer)
      if (problems.length === 0) return outcomeFrom(name, body, bindingsOf(answer), limits)
      if (problems.some(({ message }) => message.includes('deadline exceeded')))
        return failed(name, `it takes longer than ${limits.policyMs} ms`, limits)
      why ||= sentenceOf(problems)
      // The other version of the language may read it.
      if (!isSyntax(problems)) return failed(name, sentenceOf(problems), limits)
    }
    return failed(name, why, limits)
  })
}

function bindingsOf(answer: unknown): Bindings {
  const { result } = (answer ?? {}) as { result?: { bindings?: Bindings }[] }
  return result?.[0]?.bindings ?? {}
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

interface Run {
  output: string
  /** What it wrote as error. */
  complaint: string
  status: number | null
  ended: 'itself' | 'time' | 'output'
}

const run = ({ binary, folder, turns, organization }: Opa, args: readonly string[], input: string, milliseconds: number): Promise<Run> =>
  turns(
    organization,
    () =>
      new Promise((resolve, reject) => {
        const env = { GOMEMLIMIT: `${defaultLimits.memoryMb}MiB`, GOMAXPROCS: '1' }
        const child = spawn(binary, [...args], { env, cwd: folder, stdio: 'pipe' })
        const [chunks, complaints]: [Buffer[], Buffer[]] = [[], []]
        let [size, ended] = [0, 'itself' as Run['ended']]
        const stop = (why: Run['ended']) => {
          ended = why
          child.kill('SIGKILL')
        }
        const watch = setTimeout(() => stop('time'), milliseconds)
        const keep = (kept: Buffer[]) => (chunk: Buffer) => {
          size += chunk.length
          if (size > longestOutput) stop('output')
          else kept.push(chunk)
        }
        child.stdout.on('data', keep(chunks))
        child.stderr.on('data', keep(complaints))
        // Who is gone does not read: the exit tells.
        child.stdin.on('error', () => {})
        child.stdin.end(input)
        child.on('error', (error) => {
          clearTimeout(watch)
          reject(error)
        })
        child.on('close', (status) => {
          clearTimeout(watch)
          resolve({ output: Buffer.concat(chunks).toString('utf8'), complaint: Buffer.concat(complaints).toString('utf8'), status, ended })
        })
      }),
  )
