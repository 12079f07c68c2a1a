/** What travels between the service and the process that imports. */
import type { CostJob } from './work.ts'

export interface ToChild {
  readonly job: CostJob
  /** Of the database; the process works as a role that owns nothing, like the service. */
  readonly databaseUrl: string
  readonly privateAddresses: readonly string[]
  /** How often the process is to say that it goes on. */
  readonly aliveEveryMs: number
}

export type FromChild =
  /** With its turn: `left` says that there is more to do. */
  | { readonly kind: 'done'; readonly left: boolean }
  /** Another process is at the same account, and may be for long. */
  | { readonly kind: 'busy' }
  /** Nothing holds its loop. */
  | { readonly kind: 'alive' }
  /** A defect of ours, or the database went away. */
  | { readonly kind: 'broken'; readonly frames: string }

/** Where it happened. Messages may quote a bill or an address with a password in it, so they stay behind. */
export function framesOf(error: unknown): string {
  if (!(error instanceof Error)) return 'something that is no error was thrown'
  const frames = (error.stack ?? '').split('\n').filter((line) => /^\s+at /.test(line))
  const { code } = error as { code?: unknown }
  const cause = error.cause instanceof Error ? `\ncaused by ${framesOf(error.cause)}` : ''
  return `${error.name}${typeof code === 'string' ? ` ${code}` : ''}\n${frames.slice(0, 12).join('\n')}${cause}`
}
