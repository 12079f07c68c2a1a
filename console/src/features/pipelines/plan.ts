/** The plan of a build as a tree to show. Engines tell more kinds of steps than the contract knows: what is unknown is shown by its name. */

export type LeafKind = 'get' | 'put' | 'task' | 'set_pipeline' | 'load_var' | 'check' | 'other'
export type GroupKind =
  | 'do'
  | 'in_parallel'
  | 'across'
  | 'retry'
  | 'attempt'
  | 'try'
  | 'timeout'
  | 'on_success'
  | 'on_failure'
  | 'on_abort'
  | 'on_error'
  | 'ensure'

export interface LeafNode {
  kind: 'leaf'
  id: string
  step: LeafKind
  name: string
  /** `git`, for what has one. */
  type: string | undefined
  resource: string | undefined
}
export interface GroupNode {
  kind: 'group'
  id: string
  group: GroupKind
  /** `5m`, or the number of the attempt. */
  note: string | undefined
  children: PlanNode[]
}
export type PlanNode = LeafNode | GroupNode

type Raw = { readonly [key: string]: unknown }
const isRaw = (value: unknown): value is Raw => typeof value === 'object' && value !== null && !Array.isArray(value)
const text = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined)

const hooks = ['on_success', 'on_failure', 'on_abort', 'on_error', 'ensure'] as const
const leaves = ['get', 'put', 'task', 'set_pipeline', 'load_var', 'check'] as const

/** The steps one after the other, what only wraps a single one left out. */
export function stepsOf(plan: unknown): PlanNode[] {
  const raw = isRaw(plan) ? plan : {}
  const id = String(raw['id'] ?? '')
  const group = (kind: GroupKind, children: PlanNode[], note?: string): PlanNode[] =>
    children.length === 0 ? [] : [{ kind: 'group', id, group: kind, note, children }]
  for (const kind of leaves) {
    const step = raw[kind]
    if (!isRaw(step)) continue
    const name = text(step['name']) ?? text(step['resource']) ?? kind
    return [{ kind: 'leaf', id, step: kind, name, type: text(step['type']), resource: text(step['resource']) }]
  }
  for (const hook of hooks) {
    const wrapped = raw[hook]
    if (!isRaw(wrapped)) continue
    const next = stepsOf(wrapped[hook] ?? wrapped['next'])
    const step = stepsOf(wrapped['step'])
    // A put is followed by the get of what it wrote: one thing to whoever reads.
    const put = isRaw(wrapped['step']) && isRaw(wrapped['step']['put']) && next.every((one) => one.kind === 'leaf' && one.step === 'get')
    return hook === 'on_success' && put ? [...step, ...next] : [...step, ...group(hook, next)]
  }
  if (Array.isArray(raw['do'])) return raw['do'].flatMap(stepsOf)
  const parallel = Array.isArray(raw['in_parallel'])
    ? raw['in_parallel']
    : isRaw(raw['in_parallel'])
      ? raw['in_parallel']['steps']
      : raw['aggregate']
  if (Array.isArray(parallel)) return group('in_parallel', parallel.flatMap(stepsOf))
  if (Array.isArray(raw['retry'])) {
    const attempts = raw['retry'].map(
      (one, at): PlanNode => ({ kind: 'group', id: `${id}.${at}`, group: 'attempt', note: String(at + 1), children: stepsOf(one) }),
    )
    return attempts.length === 1 ? (attempts[0] as GroupNode).children : group('retry', attempts)
  }
  if (isRaw(raw['across'])) {
    const steps = Array.isArray(raw['across']['steps']) ? raw['across']['steps'] : []
    return group(
      'across',
      steps.flatMap((one) => stepsOf(isRaw(one) ? one['step'] : one)),
    )
  }
  if (isRaw(raw['try'])) return group('try', stepsOf(raw['try']['step']))
  if (isRaw(raw['timeout'])) return group('timeout', stepsOf(raw['timeout']['step']), text(raw['timeout']['duration']))
  const other = Object.keys(raw).find((key) => !['id', 'attempts'].includes(key))
  return other === undefined ? [] : [{ kind: 'leaf', id, step: 'other', name: other, type: undefined, resource: undefined }]
}

export const leavesOf = (nodes: readonly PlanNode[]): LeafNode[] =>
  nodes.flatMap((node) => (node.kind === 'leaf' ? [node] : leavesOf(node.children)))
