import type { Log } from '../log.ts'
import { openEmbeddedPolicies } from './embedded.ts'
import type { PolicyEngine } from './types.ts'

export interface PolicyConfig {
  /** `opa` of the operator, or a server of it; neither: our own evaluator. */
  opaBinary: string | undefined
  opaUrl: string | undefined
}

export function openPolicyEngine(_config: PolicyConfig, log: Log): PolicyEngine {
  return openEmbeddedPolicies(log)
}
