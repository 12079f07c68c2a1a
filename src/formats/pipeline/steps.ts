/** What stands in the plan of a job. */
import { globOf } from './globs.ts'
import type { GetStep, Hooks, JobConfig, PutStep, Step } from './types.ts'

export interface StepAt {
  step: Step
  /** Below the job: `plan[0].on_failure.do[1]`, `ensure`. */
  path: string
}

/** Every step: as the plan runs, each before what is inside it, hooks of a step after it and those of the job last. */
export function stepsOf(job: JobConfig): StepAt[] {
  const found: StepAt[] = []
  const visit = (step: Step, path: string): void => {
    found.push({ step, path })
    if ('do' in step) visitAll(step.do, `${path}.do`)
    if ('try' in step) visit(step.try, `${path}.try`)
    if ('in_parallel' in step)
      Array.isArray(step.in_parallel)
        ? visitAll(step.in_parallel, `${path}.in_parallel`)
        : visitAll(step.in_parallel.steps, `${path}.in_parallel.steps`)
    visitHooks(step, `${path}.`)
  }
  const visitAll = (steps: readonly Step[], path: string): void => {
    for (const [at, step] of steps.entries()) visit(step, `${path}[${at}]`)
  }
  const visitHooks = (hooks: Hooks, prefix: string): void => {
    for (const name of hookNames) {
      const hook = hooks[name]
      if (hook) visit(hook, `${prefix}${name}`)
    }
  }
  visitAll(job.plan, 'plan')
  visitHooks(job, '')
  return found
}

export const hookNames = ['on_success', 'on_failure', 'on_error', 'on_abort', 'ensure'] as const satisfies (keyof Hooks)[]

/** The get steps at any depth, in the order of `stepsOf`. */
export const inputsOf = (job: JobConfig): GetStep[] => stepsOf(job).flatMap(({ step }) => ('get' in step ? [step] : []))

/** The put steps at any depth, in the order of `stepsOf`. */
export const outputsOf = (job: JobConfig): PutStep[] => stepsOf(job).flatMap(({ step }) => ('put' in step ? [step] : []))

/** Of `passed` and of groups. What is no glob matches nothing; to match many names, compile once with `globOf`. */
export const matchesGlob = (pattern: string, name: string): boolean => globOf(pattern)?.(name) ?? false
