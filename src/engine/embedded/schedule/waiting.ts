/** What a pending build waits for, as Concourse's `preparation` and as a sentence. */
import type { Blocking, Preparation } from '../../types.ts'
import type { Job } from './facts.ts'
import type { LimitBlock } from './limits.ts'
import { type Blocked, missingText, sentence } from './reasons.ts'
import type { Resolution } from './resolve.ts'
import type { BuildFacts, Decisions, ResolvedInput } from './types.ts'

export interface State {
  /** Resources that are to be checked before its versions are known. */
  unchecked: readonly string[]
  /** Undefined: of a rerun whose first build is not known. */
  resolution: Resolution | undefined
  /** Undefined while one is missing. */
  inputs: ResolvedInput[] | undefined
  limit: LimitBlock | undefined
  /** The one fact to tell; undefined: it can start. */
  blocked: Blocked | undefined
}

/** @param job undefined when the configuration has none of that name any more; then so is `state` */
export function describeWaiting(
  build: BuildFacts,
  isPipelinePaused: boolean,
  job: Job | undefined,
  state: State | undefined,
): Decisions['waiting'][number] {
  const reason = sentence(build.job, state?.blocked ?? { by: 'job gone' })
  const inputs = job && state ? describeInputs(job, state, isPipelinePaused || job.paused) : noInputs
  const preparation: Preparation = {
    build_id: build.id,
    paused_pipeline: blockingIf(isPipelinePaused),
    paused_job: job ? blockingIf(job.paused) : 'unknown',
    max_running_builds: state ? blockingIf(state.limit !== undefined) : 'unknown',
    ...inputs,
    reason,
  }
  return { buildId: build.id, preparation, reason }
}

type Inputs = Pick<Preparation, 'inputs' | 'inputs_satisfied' | 'missing_input_reasons'>

const noInputs: Inputs = { inputs: {}, inputs_satisfied: 'unknown', missing_input_reasons: {} }

function describeInputs(job: Job, { unchecked, resolution, inputs }: State, isPaused: boolean): Inputs {
  if (!resolution) return { ...noInputs, inputs_satisfied: 'blocking' }
  const statuses = new Map<string, Blocking>()
  const reasons = new Map<string, string>()
  for (const { name, resource, passed, pin } of job.inputs) {
    const isUnchecked = passed.length === 0 && !pin && unchecked.includes(resource)
    const missing = isUnchecked ? ({ why: 'checking', resource } as const) : resolution.missing.get(name)
    // Nothing is checked while it is paused: what there will be then is not known.
    const isOpen = isUnchecked && isPaused
    statuses.set(name, isOpen ? 'unknown' : blockingIf(missing !== undefined))
    if (missing && !isOpen) reasons.set(name, missingText(missing))
  }
  const isOpen = unchecked.length > 0 && isPaused
  return {
    inputs: Object.fromEntries(statuses),
    inputs_satisfied: isOpen ? 'unknown' : blockingIf(!inputs || unchecked.length > 0),
    missing_input_reasons: Object.fromEntries(reasons),
  }
}

const blockingIf = (blocks: boolean): Blocking => (blocks ? 'blocking' : 'not_blocking')
