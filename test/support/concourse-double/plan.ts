/** The plan of a build, from the steps of its job: what runs (with the steps), and what is shown of it. */
import type { Hooks, JobConfig, Json, PipelineConfig, Step } from '../../../src/formats/pipeline/types.ts'

export interface Node {
  id: string
  kind: 'leaf' | 'do' | 'in_parallel' | 'try' | 'hook' | 'timeout' | 'retry'
  step?: Step
  nodes: Node[]
  hook?: (typeof hooks)[number]
  shown: Json
}

const hooks = ['on_success', 'on_failure', 'on_abort', 'on_error', 'ensure'] as const

export function planOf(job: JobConfig, config: PipelineConfig): Node {
  let ids = 0
  const made = (kind: Node['kind'], nodes: Node[], content: Record<string, Json>, more: Partial<Node> = {}): Node => {
    const id = (++ids).toString(16)
    return { id, kind, nodes, shown: { id, ...content }, ...more }
  }
  const sequence = (steps: readonly Step[]): Node => {
    const nodes = steps.map(build)
    return made('do', nodes, { do: nodes.map(({ shown }) => shown) })
  }
  const typeOf = (name: string): string => config.resources?.find((resource) => resource.name === name)?.type ?? ''

  const core = (step: Step): Node => {
    if ('do' in step) return sequence(step.do)
    if ('in_parallel' in step) {
      const { steps, limit, fail_fast } = Array.isArray(step.in_parallel) ? { steps: step.in_parallel } : { ...step.in_parallel }
      const nodes = steps.map(build)
      const content = { steps: nodes.map(({ shown }) => shown), ...(limit ? { limit } : {}), ...(fail_fast ? { fail_fast } : {}) }
      return made('in_parallel', nodes, { in_parallel: content }, { step })
    }
    if ('try' in step) {
      const inner = build(step.try)
      return made('try', [inner], { try: { step: inner.shown } })
    }
    if ('get' in step) {
      const resource = step.resource ?? step.get
      return made('leaf', [], { get: { name: step.get, type: typeOf(resource), resource } }, { step })
    }
    if ('put' in step) {
      const resource = step.resource ?? step.put
      const put = made('leaf', [], { put: { name: step.put, type: typeOf(resource), resource } }, { step })
      if (step.no_get) return put
      const get = made(
        'leaf',
        [],
        { get: { name: step.put, type: typeOf(resource), resource } },
        { step: { get: step.put, resource, params: step.get_params ?? {} } },
      )
      return made('hook', [put, get], { on_success: { step: put.shown, on_success: get.shown } }, { hook: 'on_success' })
    }
    if ('task' in step) return made('leaf', [], { task: { name: step.task, privileged: step.privileged ?? false } }, { step })
    throw new Error(`the double of Concourse has no step ${Object.keys(step).join()}`)
  }
  const build = (step: Step): Node => {
    let node = core(step)
    const inner = node
    if (step.timeout) node = made('timeout', [inner], { timeout: { step: inner.shown, duration: step.timeout } }, { step })
    if (step.attempts) node = made('retry', [node], { retry: Array.from({ length: step.attempts }, () => inner.shown) }, { step })
    return hooked(step, node)
  }
  const hooked = (of: Hooks, node: Node): Node =>
    hooks.reduce((wrapped, hook) => {
      const step = of[hook]
      if (!step) return wrapped
      const inner = build(step)
      return made('hook', [wrapped, inner], { [hook]: { step: wrapped.shown, [hook]: inner.shown } }, { hook })
    }, node)

  return hooked(job, sequence(job.plan))
}
