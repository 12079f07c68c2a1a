/**
 * Our own evaluator, in processes with little memory that are ended when they take too long. A policy there has no way to anything:
 * the language has none, its functions are pure, and the process has no environment.
 */
import type { Log } from '../log.ts'
import { type Child, type Ending, openChildren } from './children.ts'
import type { Policy } from './messages.ts'
import { defaultLimits, failed } from './outcome.ts'
import type { PolicyEngine, PolicyLimits, PolicyOutcome, SyntaxProblem } from './types.ts'

const mostChildren = 2
/** On a busy machine the clock runs ahead of the time that a process really had. */
const clockPerLimit = 2
/** For a process to begin, and to read the input. */
const beginMs = 20_000
/** What an evaluation may be late in noticing the time itself. */
const graceMs = 250
const checkMs = 5000
/** Inputs above this size get memory for themselves: what JSON takes in memory is several times its text. */
const smallInput = 4 * 2 ** 20
const memoryPerInput = 10

export function openEmbeddedPolicies(log: Log): PolicyEngine {
  const onDefect = (frames: string) => log.error({ frames }, 'the evaluator of policies failed')
  const children = openChildren(mostChildren, defaultLimits.memoryMb, onDefect)
  // Who writes a policy does not stand behind plans.
  const readers = openChildren(1, defaultLimits.memoryMb, onDefect)
  return {
    check: (body, organization) => readers.use(organization, defaultLimits.memoryMb, (child) => check(child, body)),
    evaluate: (policies, input, organization, given) =>
      evaluate((memoryMb, work) => children.use(organization, memoryMb, work), policies, input.text, { ...defaultLimits, ...given }),
    async [Symbol.asyncDispose]() {
      await Promise.all([children[Symbol.asyncDispose](), readers[Symbol.asyncDispose]()])
    },
  }
}

async function check(child: Child, body: string): Promise<readonly SyntaxProblem[]> {
  let problems: readonly SyntaxProblem[] | undefined
  const watch = setTimeout(() => child.stop(), beginMs + checkMs)
  await child.ask({ kind: 'check', body }, (told) => {
    if (told.kind === 'problems') problems = told.problems
  })
  clearTimeout(watch)
  return problems ?? [{ line: 1, column: 1, message: 'the text takes too long, or too much memory, to be read' }]
}

type Lend = (memoryMb: number, work: (child: Child) => Promise<Round>) => Promise<Round>

/** Where a process dies, the policy that it was at fails, and another process goes on with the next. */
async function evaluate(lend: Lend, policies: readonly Policy[], input: string, limits: PolicyLimits): Promise<PolicyOutcome[]> {
  const outcomes: PolicyOutcome[] = []
  const memoryMb = limits.memoryMb + (input.length > smallInput ? Math.ceil((input.length / 2 ** 20) * memoryPerInput) : 0)
  const now = BigInt(Date.now()) * 1_000_000n
  let spentMs = 0
  while (outcomes.length < policies.length) {
    const rest = policies.slice(outcomes.length)
    const totalClockMs = limits.totalMs * clockPerLimit - spentMs
    const job = {
      kind: 'evaluate',
      policies: rest,
      input,
      limits,
      policyClockMs: limits.policyMs * clockPerLimit,
      totalClockMs,
      now,
    } as const
    const round = await lend(memoryMb, (child) => runRound(child, job))
    outcomes.push(...round.outcomes)
    spentMs += round.spentMs
    const left = rest.slice(round.outcomes.length)
    // Without having begun with one, it was the input that could not be read: another process would not do better.
    const victims = round.begun ? left.slice(0, 1) : left
    for (const { name } of victims) outcomes.push(failed(name, whyEnded(round.ending, limits), limits))
  }
  return outcomes
}

interface Round {
  outcomes: PolicyOutcome[]
  ending: Ending
  begun: boolean
  spentMs: number
}

async function runRound(child: Child, job: Parameters<Child['ask']>[0] & { kind: 'evaluate' }): Promise<Round> {
  const outcomes: PolicyOutcome[] = []
  const stop = () => child.stop()
  let watch = setTimeout(stop, beginMs)
  let started: number | undefined
  const ending = await child.ask(job, (told) => {
    if (told.kind === 'outcome') outcomes.push(told.outcome)
    if (told.kind !== 'started') return
    started ??= performance.now()
    clearTimeout(watch)
    watch = setTimeout(stop, job.policyClockMs + graceMs)
  })
  clearTimeout(watch)
  return { outcomes, ending, begun: started !== undefined, spentMs: started === undefined ? 0 : performance.now() - started }
}

function whyEnded(ending: Ending, { memoryMb, policyMs }: PolicyLimits): string {
  if (ending === 'memory') return `it needs more than ${memoryMb} MiB of memory`
  if (ending === 'stopped') return `it takes longer than ${policyMs} ms`
  return 'the evaluator failed'
}
