import type { Log } from '../../../log.ts'
import type { AddressGuard } from '../../../outside/address-guard.ts'
import type { Git } from '../../../outside/git/types.ts'
import type { ResourceTypes } from '../execute/types.ts'
import type { EnginePolicy } from '../policy.ts'
import type { PlatformPorts } from '../ports.ts'

export interface ResourceTypeDeps {
  policy: EnginePolicy
  git: Git
  guard: AddressGuard
  ports: PlatformPorts
  log: Log
  now: () => number
}
export function openResourceTypes(_deps: ResourceTypeDeps): ResourceTypes {
  return () => undefined
}
