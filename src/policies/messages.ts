/** What is said between the service and the processes in which policies run. */
import type { PolicyLimits, PolicyOutcome, SyntaxProblem } from './types.ts'

export interface Policy {
  name: string
  body: string
}

export type Job =
  | { kind: 'check'; body: string }
  | {
      kind: 'evaluate'
      policies: readonly Policy[]
      input: string
      limits: PolicyLimits
      policyClockMs: number
      totalClockMs: number
      now: bigint
    }

export type Told =
  | { kind: 'problems'; problems: readonly SyntaxProblem[] }
  /** The next policy, by its place in the job. */
  | { kind: 'started'; index: number }
  | { kind: 'outcome'; index: number; outcome: PolicyOutcome }
  | { kind: 'defect'; frames: string }
  | { kind: 'done' }

/** Of a defect of ours, without its message: that may quote a plan. */
export const framesOf = (error: unknown): string =>
  error instanceof Error
    ? [error.name, ...(error.stack ?? '').split('\n').filter((line) => /^\s+at /.test(line))].slice(0, 12).join('\n')
    : 'no error'
