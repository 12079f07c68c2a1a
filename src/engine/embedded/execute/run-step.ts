/** Walks the plan: which step runs when, under which signal, and what becomes of its result. */
import { TimedOut } from './errors.ts'
import { tellOf } from './events.ts'
import { runGet } from './get.ts'
import { applies, outlives, resultOfParallel, resultWithHook } from './hooks.ts'
import { cancelled, type Leaf, runLeaf, stopAfter } from './leaf.ts'
import { runLoadVar } from './load-var.ts'
import type { LeafPlan, Plan } from './plan.ts'
import { runPut } from './put.ts'
import type { Result, Running } from './running.ts'
import { runSetPipeline } from './set-pipeline.ts'
import { runTaskStep } from './task.ts'

type Of<K extends Plan['kind']> = Extract<Plan, { kind: K }>

/** Never throws. A step that is not begun because the signal is aborted tells nothing. */
export function runPlan(plan: Plan, running: Running, signal: AbortSignal): Promise<Result> {
  switch (plan.kind) {
    case 'do':
      return runDo(plan, running, signal)
    case 'in_parallel':
      return runParallel(plan, running, signal)
    case 'try':
      return runTry(plan, running, signal)
    case 'retry':
      return runRetry(plan, running, signal)
    case 'timeout':
      return runTimeout(plan, running, signal)
    case 'hook':
      return runHook(plan, running, signal)
    default:
      return runLeaf({ ...timeoutOf(plan), id: plan.id }, running, signal, (leaf) => runCore(plan, running, leaf))
  }
}

function runCore(plan: LeafPlan, running: Running, leaf: Leaf): Promise<'succeeded' | 'failed'> {
  switch (plan.kind) {
    case 'get':
      return runGet(plan, running, leaf)
    case 'put':
      return runPut(plan, running, leaf)
    case 'task':
      return runTaskStep(plan.step, running, leaf)
    case 'set_pipeline':
      return runSetPipeline(plan.step, running, leaf)
    case 'load_var':
      return runLoadVar(plan.step, running, leaf)
  }
}

function timeoutOf(plan: LeafPlan): { timeout?: string } {
  // The timeouts of the last two are steps of the plan.
  const timeout = plan.kind === 'get' ? plan.timeout : plan.kind === 'put' || plan.kind === 'task' ? plan.step.timeout : undefined
  return timeout === undefined ? {} : { timeout }
}

async function runDo({ steps }: Of<'do'>, running: Running, signal: AbortSignal): Promise<Result> {
  for (const step of steps) {
    const result = signal.aborted ? cancelled(signal) : await runPlan(step, running, signal)
    if (result !== 'succeeded') return result
  }
  return 'succeeded'
}

async function runParallel({ steps, limit, failFast }: Of<'in_parallel'>, running: Running, signal: AbortSignal): Promise<Result> {
  const others = new AbortController()
  const either = AbortSignal.any([signal, others.signal])
  const waiting = [...steps]
  const results: Result[] = []
  const work = async () => {
    for (let step = waiting.shift(); step; step = waiting.shift()) {
      const result = either.aborted ? cancelled(either) : await runPlan(step, running, either)
      results.push(result)
      if (failFast && result !== 'succeeded') others.abort()
    }
  }
  await Promise.all(Array.from({ length: Math.min(limit ?? steps.length, steps.length) }, work))
  return resultOfParallel(results, signal.aborted && cancelled(signal) === 'aborted')
}

async function runTry({ step }: Of<'try'>, running: Running, signal: AbortSignal): Promise<Result> {
  const result = await runPlan(step, running, signal)
  return result === 'aborted' ? 'aborted' : 'succeeded'
}

async function runRetry({ attempts }: Of<'retry'>, running: Running, signal: AbortSignal): Promise<Result> {
  let last: Result = 'succeeded'
  for (const attempt of attempts) {
    last = await runPlan(attempt, running, signal)
    if (last === 'succeeded' || last === 'aborted' || signal.aborted) return last
  }
  return last
}

async function runTimeout({ id, step, duration }: Of<'timeout'>, running: Running, signal: AbortSignal): Promise<Result> {
  const own = new AbortController()
  const reason = new TimedOut('timeout exceeded')
  const stop = stopAfter(duration, () => own.abort(reason))
  const result = await runPlan(step, running, AbortSignal.any([signal, own.signal]))
  stop()
  if (!own.signal.aborted || result === 'succeeded' || result === 'aborted') return result
  // It ran out between two steps.
  if (!reason.told) tellOf(running.ports, running.secrets, id)('error', { message: reason.message })
  return 'failed'
}

async function runHook({ hook, step, next }: Of<'hook'>, running: Running, signal: AbortSignal): Promise<Result> {
  const result = await runPlan(step, running, signal)
  if (!applies[hook](result)) return result
  const free = outlives[hook] && signal.aborted ? (running.ports.over ?? new AbortController().signal) : signal
  return resultWithHook(hook, result, await runPlan(next, running, free))
}
