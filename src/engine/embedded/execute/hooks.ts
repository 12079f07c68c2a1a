/** The results of steps with hooks, and of several steps together: the rules, without what carries them out. */
import type { HookName } from './plan.ts'
import type { Result } from './running.ts'

/** Whether the hook runs after a step that ended like this. */
export const applies: Record<HookName, (result: Result) => boolean> = {
  on_success: (result) => result === 'succeeded',
  on_failure: (result) => result === 'failed',
  on_error: (result) => result === 'errored',
  on_abort: (result) => result === 'aborted',
  ensure: () => true,
}

/** Hooks that run although their step was stopped: nobody could clean up otherwise. */
export const outlives: Record<HookName, boolean> = { on_success: false, on_failure: false, on_error: false, on_abort: true, ensure: true }

/** Of a step and the hook that ran after it. */
export function resultWithHook(hook: HookName, step: Result, after: Result): Result {
  if (hook === 'on_success') return after
  // A hook that only failed changes nothing more; what went wrong in it, or stopped it, does.
  if (hook === 'on_failure') return worst(['failed', after])
  if (hook === 'on_error') return after === 'aborted' ? 'aborted' : 'errored'
  if (hook === 'on_abort') return 'aborted'
  return worst([step, after])
}

const order: readonly Result[] = ['succeeded', 'failed', 'errored', 'aborted']

/** Aborted before errored before failed; succeeded when all did, or there are none. */
export const worst = (results: readonly Result[]): Result =>
  results.reduce((one, other) => (order.indexOf(other) > order.indexOf(one) ? other : one), 'succeeded')

/**
 * Of steps side by side.
 * @param stopped by whoever stopped all of them; otherwise those that were aborted had to give way to one that failed
 */
export const resultOfParallel = (results: readonly Result[], stopped: boolean): Result =>
  worst(stopped ? results : results.filter((result) => result !== 'aborted'))
