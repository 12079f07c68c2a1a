/** One build while it runs: what all its steps share. */
import type { Version } from '../../../formats/pipeline/types.ts'
import type { Artifacts } from './artifacts.ts'
import type { TakePlace } from './places.ts'
import type { Secrets } from './redact.ts'
import type { BuildToRun, ExecutorPorts } from './types.ts'
import type { BuildVars } from './vars.ts'

export interface Running {
  readonly build: BuildToRun
  readonly ports: ExecutorPorts
  readonly secrets: Secrets
  readonly vars: BuildVars
  readonly artifacts: Artifacts
  /** By the id of a put: the version it made, for the get after it. */
  readonly made: Map<string, Version>
  /** For every step that does something. */
  readonly takePlace: TakePlace
  /** Characters that all events together may still have. */
  readonly told: { left: number }
}

/** How a step, or a whole build, ended. */
export type Result = 'succeeded' | 'failed' | 'errored' | 'aborted'
