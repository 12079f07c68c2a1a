/** What a build will do, as a tree: the steps of its job, unrolled and wrapped in the order in which Concourse wraps them. */
import type {
  GetStep,
  Hooks,
  InParallelStep,
  JobConfig,
  Json,
  JsonObject,
  LoadVarStep,
  PipelineConfig,
  PutStep,
  ResourceConfig,
  SetPipelineStep,
  Step,
  StepModifiers,
  TaskStep,
  Version,
} from '../../../formats/pipeline/types.ts'
import type { PublicPlan } from '../../types.ts'
import { StepError } from './errors.ts'

/** From the innermost to the outermost. */
export const hookNames = ['on_success', 'on_failure', 'on_abort', 'on_error', 'ensure'] as const
export type HookName = (typeof hookNames)[number]

export interface GetPlan {
  id: string
  kind: 'get'
  name: string
  resource: ResourceConfig
  params?: JsonObject
  timeout?: string
  /** What the scheduler chose; undefined also when it chose nothing. */
  version?: Version
  /** Id of the put whose version is fetched. */
  versionFrom?: string
}
export interface PutPlan {
  id: string
  kind: 'put'
  step: PutStep
  resource: ResourceConfig
}
export type LeafPlan =
  | GetPlan
  | PutPlan
  | { id: string; kind: 'task'; step: TaskStep }
  | { id: string; kind: 'set_pipeline'; step: SetPipelineStep }
  | { id: string; kind: 'load_var'; step: LoadVarStep }
export type Plan =
  | LeafPlan
  | { id: string; kind: 'do'; steps: Plan[] }
  | { id: string; kind: 'in_parallel'; steps: Plan[]; limit?: number; failFast: boolean }
  | { id: string; kind: 'try'; step: Plan }
  | { id: string; kind: 'timeout'; step: Plan; duration: string }
  | { id: string; kind: 'retry'; attempts: Plan[] }
  | { id: string; kind: 'hook'; hook: HookName; step: Plan; next: Plan }

/** `attempts` multiply, so that a short text can ask for any number of steps. */
export const mostSteps = 10_000

/**
 * The same ids for the same job: they count from 1 in the order in which steps are written, what wraps a step before it.
 * @throws StepError for what this engine does not do, resources that are not there, and more than `mostSteps`
 */
export function planOf(job: JobConfig, config: PipelineConfig, inputs: ReadonlyMap<string, Version>): Plan {
  let made = 0
  const nextId = (): string => {
    made += 1
    if (made > mostSteps) throw new StepError(`The job has more than ${mostSteps} steps when its attempts are counted: lower "attempts"`)
    return String(made)
  }
  const resources = new Map((config.resources ?? []).map((resource) => [resource.name, resource]))
  const planning: Planning = { nextId, inputs, resources }
  return withHooks(job, planning, () => ({ id: nextId(), kind: 'do', steps: job.plan.map((step) => stepPlan(step, planning)) }))
}

/** What clients may see: never a source, params or a credential. */
export const publicPlan = (plan: Plan): PublicPlan => ({ schema: 'exec.v2', plan: publicNode(plan) })

interface Planning {
  nextId(): string
  inputs: ReadonlyMap<string, Version>
  resources: ReadonlyMap<string, ResourceConfig>
}

const stepPlan = (step: Step, planning: Planning): Plan => withHooks(step, planning, () => withAttempts(step, planning))

/** The outermost first, so that ids are in reading order. */
function withHooks(hooks: Hooks, planning: Planning, core: () => Plan): Plan {
  const wrap = (remaining: readonly HookName[]): Plan => {
    const hook = remaining.at(-1)
    if (hook === undefined) return core()
    const next = hooks[hook]
    if (!next) return wrap(remaining.slice(0, -1))
    const id = planning.nextId()
    return { id, kind: 'hook', hook, step: wrap(remaining.slice(0, -1)), next: stepPlan(next, planning) }
  }
  return wrap(hookNames)
}

function withAttempts(step: Step, planning: Planning): Plan {
  if (step.across) throw new StepError('The embedded engine does not do "across"; configure Concourse to use it')
  if (!step.attempts) return withTimeout(step, planning)
  const id = planning.nextId()
  return { id, kind: 'retry', attempts: Array.from({ length: step.attempts }, () => withTimeout(step, planning)) }
}

/** Steps of resources and tasks know their timeout themselves. */
function withTimeout(step: Step, planning: Planning): Plan {
  const { timeout }: StepModifiers = step
  if (timeout === undefined || 'get' in step || 'put' in step || 'task' in step) return corePlan(step, planning)
  return { id: planning.nextId(), kind: 'timeout', duration: timeout, step: corePlan(step, planning) }
}

function corePlan(step: Step, planning: Planning): Plan {
  if ('put' in step) return putPlan(step, planning)
  const id = planning.nextId()
  if ('get' in step) return getPlan(id, step, planning)
  if ('task' in step) return { id, kind: 'task', step }
  if ('set_pipeline' in step) return { id, kind: 'set_pipeline', step }
  if ('load_var' in step) return { id, kind: 'load_var', step }
  if ('do' in step) return { id, kind: 'do', steps: step.do.map((child) => stepPlan(child, planning)) }
  if ('in_parallel' in step) return parallelPlan(id, step, planning)
  if ('try' in step) return { id, kind: 'try', step: stepPlan(step.try, planning) }
  throw new StepError('The embedded engine does not run prototypes; configure Concourse to use them')
}

function getPlan(id: string, { get: name, resource, params, timeout }: GetStep, { inputs, resources }: Planning): GetPlan {
  const version = inputs.get(name)
  return {
    id,
    kind: 'get',
    name,
    resource: resourceOf(resource ?? name, resources),
    ...(params ? { params } : {}),
    ...(timeout === undefined ? {} : { timeout }),
    ...(version ? { version } : {}),
  }
}

function putPlan(step: PutStep, { nextId, resources }: Planning): Plan {
  const resource = resourceOf(step.resource ?? step.put, resources)
  if (step.no_get) return { id: nextId(), kind: 'put', step, resource }
  const [id, putId, getId] = [nextId(), nextId(), nextId()]
  const next: GetPlan = {
    id: getId,
    kind: 'get',
    name: step.put,
    resource,
    versionFrom: putId,
    ...(step.get_params ? { params: step.get_params } : {}),
    ...(step.timeout === undefined ? {} : { timeout: step.timeout }),
  }
  return { id, kind: 'hook', hook: 'on_success', step: { id: putId, kind: 'put', step, resource }, next }
}

function parallelPlan(id: string, { in_parallel }: InParallelStep, planning: Planning): Plan {
  const { steps, limit, fail_fast = false } = Array.isArray(in_parallel) ? { steps: in_parallel } : in_parallel
  const children = steps.map((child) => stepPlan(child, planning))
  return { id, kind: 'in_parallel', steps: children, failFast: fail_fast, ...(limit ? { limit } : {}) }
}

function resourceOf(name: string, resources: Planning['resources']): ResourceConfig {
  const resource = resources.get(name)
  if (!resource) throw new StepError(`The pipeline has no resource ${name}`)
  return resource
}

function publicNode(plan: Plan): Json {
  const { id } = plan
  switch (plan.kind) {
    case 'get': {
      const { name, resource, version } = plan
      return { id, get: { name, type: resource.type, resource: resource.name, ...(version ? { version: { ...version } } : {}) } }
    }
    case 'put':
      return { id, put: { name: plan.step.put, type: plan.resource.type, resource: plan.resource.name } }
    case 'task': {
      const { task: name, privileged = false, hermetic = false } = plan.step
      return { id, task: { name, privileged, hermetic } }
    }
    case 'set_pipeline': {
      const { set_pipeline: name, team = '', instance_vars = {} } = plan.step
      return { id, set_pipeline: { name, team, instance_vars } }
    }
    case 'load_var':
      return { id, load_var: { name: plan.step.load_var } }
    case 'do':
      return { id, do: plan.steps.map(publicNode) }
    case 'in_parallel': {
      const { steps, limit, failFast } = plan
      return {
        id,
        in_parallel: { steps: steps.map(publicNode), ...(limit ? { limit } : {}), ...(failFast ? { fail_fast: true } : {}) },
      }
    }
    case 'try':
      return { id, try: { step: publicNode(plan.step) } }
    case 'timeout':
      return { id, timeout: { step: publicNode(plan.step), duration: plan.duration } }
    case 'retry':
      return { id, retry: plan.attempts.map(publicNode) }
    case 'hook':
      return { id, [plan.hook]: { step: publicNode(plan.step), [plan.hook]: publicNode(plan.next) } }
  }
}
