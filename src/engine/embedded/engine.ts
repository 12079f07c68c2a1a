/**
 * The embedded engine: pipelines in Postgres, run by whichever processes start a runner. Every process may answer for every
 * pipeline; what they say to each other goes through the tables and `notify`.
 */

import type { Notices } from '../../db/notices.ts'
import type { Database } from '../../db/pool.ts'
import type { Log } from '../../log.ts'
import type { PipelineEngine } from '../types.ts'
import type { ExecuteBuild, ResourceTypes, RunTask } from './execute/types.ts'
import type { EnginePolicy } from './policy.ts'
import type { PlatformPorts } from './ports.ts'
import type { Decisions, Snapshot } from './schedule/types.ts'

export interface EmbeddedEngineDeps {
  database: Database
  notices: Notices
  policy: EnginePolicy
  ports: PlatformPorts
  resourceTypes: ResourceTypes
  runTask: RunTask
  log: Log
  /** Where clients reach the API, for builds that link to themselves. */
  apiUrl: string
  /** Milliseconds since 1970. */
  now?: () => number
  /** Others than the engine's own, for tests. */
  schedule?: (snapshot: Snapshot) => Decisions
  execute?: ExecuteBuild
}

export interface EmbeddedEngine extends PipelineEngine {
  /** From now on this process schedules and runs builds; disposed, it stops within seconds and says so in the builds it ran. */
  startRunner(): Promise<AsyncDisposable>
}

export function openEmbeddedEngine(deps: EmbeddedEngineDeps): EmbeddedEngine {
  throw new Error(`not built yet, at ${deps.apiUrl}`)
}
