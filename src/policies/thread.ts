/** Runs in a thread of its own, with little memory: reads policies and evaluates them, one after the other. */
import { parentPort } from 'node:worker_threads'
import { builtins, whyAbsent } from '../formats/rego/builtins/index.ts'
import { open, parseModule, RegoError, RegoSyntaxError } from '../formats/rego/rego.ts'
import { fromJson } from '../formats/rego/values.ts'
import { framesOf, type Job, type Policy, type Told } from './messages.ts'
import { failed, outcomeOf } from './outcome.ts'
import type { PolicyOutcome, SyntaxProblem } from './types.ts'

const port = parentPort
const tell = (told: Told) => port?.postMessage(told)

port?.on('message', (job: Job) => {
  if (job.kind === 'check') tell({ kind: 'problems', problems: problemsOf(job.body) })
  else evaluateAll(job)
  tell({ kind: 'done' })
})

function problemsOf(body: string): SyntaxProblem[] {
  try {
    parseModule(body)
    return []
  } catch (error) {
    if (error instanceof RegoSyntaxError) return [{ line: error.line, column: error.column, message: error.message }]
    if (error instanceof RegoError || error instanceof RangeError) return [{ line: 1, column: 1, message: reasonOf(error) }]
    throw error
  }
}

type Evaluate = Extract<Job, { kind: 'evaluate' }>

function evaluateAll(job: Evaluate): void {
  const input: unknown = JSON.parse(job.input)
  let spent = 0
  for (const [index, policy] of job.policies.entries()) {
    tell({ kind: 'started', index })
    const start = Date.now()
    const left = job.totalClockMs - spent
    const outcome =
      left <= 0
        ? failed(policy.name, 'the policies before it took all the time that there is', job.limits)
        : evaluateOne(policy, input, job, start + Math.min(left, job.policyClockMs))
    spent += Date.now() - start
    tell({ kind: 'outcome', index, outcome })
  }
}

function evaluateOne({ name, body }: Policy, input: unknown, { limits, now }: Evaluate, deadline: number): PolicyOutcome {
  try {
    const module = parseModule(body)
    const session = open({ modules: [module], builtins, input: fromJson(input), limits: { deadline }, now })
    const place = ['data', ...module.package]
    const hasAllow = module.rules.some((rule) => rule.path[0]?.kind === 'value' && rule.path[0].value === 'allow')
    return outcomeOf(name, { deny: session.json([...place, 'deny']), allow: session.json([...place, 'allow']), hasAllow }, limits)
  } catch (error) {
    if (error instanceof RegoSyntaxError) return failed(name, `line ${error.line}, column ${error.column}: ${error.message}`, limits)
    if (error instanceof RegoError || error instanceof RangeError) return failed(name, reasonOf(error), limits)
    // A defect of ours. The policy must not pass because of it, nor the others fail.
    tell({ kind: 'defect', frames: framesOf(error) })
    return failed(name, 'the evaluator failed', limits)
  }
}

function reasonOf(error: RegoError | RangeError): string {
  if (error instanceof RangeError) return 'it is nested too deeply, or makes values that are too large'
  const unknown = error.code === 'unknown_function' ? /could not find function ([\w.]+)/.exec(error.message)?.[1] : undefined
  const absent = unknown && whyAbsent(unknown)
  return absent ? `${absent}${error.line === undefined ? '' : ` (line ${error.line}, column ${error.column})`}` : error.message
}
