/** Runs as a process of its own, with little memory and an empty environment: reads policies and evaluates them, one after the other. */
import { builtins, whyAbsent } from '../formats/rego/builtins/builtins.ts'
import { RegoError, RegoSyntaxError } from '../formats/rego/errors.ts'
import { parseModule } from '../formats/rego/parser.ts'
import { type Module, open } from '../formats/rego/rego.ts'
import { fromJson } from '../formats/rego/values.ts'
import { framesOf, type Job, type Policy, type Told } from './messages.ts'
import { failed, neither, outcomeOf, takesArguments } from './outcome.ts'
import type { PolicyOutcome, SyntaxProblem } from './types.ts'

/** Sent before the work goes on, so that it is known what was going on when this process was ended. */
const tell = (told: Told): Promise<void> => new Promise((resolve) => process.send?.(told, () => resolve()))

process.on('message', (job: Job) => void answer(job))
process.on('disconnect', () => process.exit())

async function answer(job: Job): Promise<void> {
  try {
    if (job.kind === 'check') await tell({ kind: 'problems', problems: problemsOf(job.body) })
    else await evaluateAll(job)
  } catch (error) {
    await tell({ kind: 'defect', frames: framesOf(error) })
    process.exit(1)
  }
  await tell({ kind: 'done' })
}

function problemsOf(body: string): SyntaxProblem[] {
  try {
    const unusable = whyUnusable(parseModule(body))
    return unusable ? [{ line: 1, column: 1, message: unusable }] : []
  } catch (error) {
    if (error instanceof RegoSyntaxError) return [{ line: error.line, column: error.column, message: error.message }]
    if (error instanceof RegoError || error instanceof RangeError) return [{ line: 1, column: 1, message: reasonOf(error) }]
    throw error
  }
}

type Evaluate = Extract<Job, { kind: 'evaluate' }>

async function evaluateAll(job: Evaluate): Promise<void> {
  const input: unknown = JSON.parse(job.input)
  let spent = 0
  for (const [index, policy] of job.policies.entries()) {
    await tell({ kind: 'started', index })
    const start = Date.now()
    const left = job.totalClockMs - spent
    const outcome =
      left <= 0
        ? failed(policy.name, 'the policies before it took all the time that there is', job.limits)
        : evaluateOne(policy, input, job, start + Math.min(left, job.policyClockMs))
    spent += Date.now() - start
    await tell({ kind: 'outcome', index, outcome })
  }
}

function evaluateOne({ name, body }: Policy, input: unknown, { limits, now }: Evaluate, deadline: number): PolicyOutcome {
  try {
    const module = parseModule(body)
    const unusable = whyUnusable(module)
    if (unusable) return failed(name, unusable, limits)
    const session = open({ modules: [module], builtins, input: fromJson(input), limits: { deadline }, now })
    const place = ['data', ...module.package]
    const hasAllow = rulesOf(module, 'allow').length > 0
    return outcomeOf(name, { deny: session.json([...place, 'deny']), allow: session.json([...place, 'allow']), hasAllow }, limits)
  } catch (error) {
    if (error instanceof RegoSyntaxError) return failed(name, `line ${error.line}, column ${error.column}: ${error.message}`, limits)
    if (error instanceof RegoError || error instanceof RangeError) return failed(name, reasonOf(error), limits)
    // A defect of ours. The policy must not pass because of it, nor the others fail.
    void tell({ kind: 'defect', frames: framesOf(error) })
    return failed(name, 'the evaluator failed', limits)
  }
}

const rulesOf = (module: Module, name: string): readonly Module['rules'][number][] =>
  module.rules.filter(({ path }) => path[0]?.kind === 'value' && path[0].value === name)

/** Of a policy that could never refuse. */
function whyUnusable(module: Module): string | undefined {
  const [deny, allow] = [rulesOf(module, 'deny'), rulesOf(module, 'allow')]
  if (deny.length + allow.length === 0) return neither
  const isFunction = (rule: Module['rules'][number]) => rule.args !== undefined
  return deny.some(isFunction) ? takesArguments('deny') : allow.some(isFunction) ? takesArguments('allow') : undefined
}

function reasonOf(error: RegoError | RangeError): string {
  if (error instanceof RangeError) return 'it is nested too deeply, or makes values that are too large'
  const unknown = error.code === 'unknown_function' ? /could not find function ([\w.]+)/.exec(error.message)?.[1] : undefined
  const absent = unknown && whyAbsent(unknown)
  return absent ? `${absent}${error.line === undefined ? '' : ` (line ${error.line}, column ${error.column})`}` : error.message
}
