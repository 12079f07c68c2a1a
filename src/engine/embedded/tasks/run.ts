import type { RunTask } from '../execute/types.ts'
import type { EnginePolicy } from '../policy.ts'

export function openTaskRunner(_deps: { policy: EnginePolicy; log: (line: string) => void }): RunTask {
  return async () => {
    throw new Error('not built yet')
  }
}
