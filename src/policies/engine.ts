import type { Log } from '../log.ts'
import { openEmbeddedPolicies } from './embedded.ts'
import { openOpa } from './opa.ts'
import { openOpaServer } from './opa-server.ts'
import type { PolicyEngine } from './types.ts'

export interface PolicyConfig {
  /** `opa` of the operator, or a server of it; neither: our own evaluator. */
  opaBinary: string | undefined
  opaUrl: string | undefined
}

/** The program is taken where both are there: it needs no trust in a neighbour. */
export function openPolicyEngine({ opaBinary, opaUrl }: PolicyConfig, log: Log): PolicyEngine {
  if (opaBinary) return openOpa(opaBinary, log)
  const embedded = openEmbeddedPolicies(log)
  return opaUrl ? openOpaServer(opaUrl, embedded, log) : embedded
}
