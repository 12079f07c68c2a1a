/** A pipeline as things and lines: resources into jobs, jobs into jobs, jobs into what they write. Pure. */
import type { Schema } from '@/api/types.ts'

type Job = Schema<'Job'>

/** What a thing of the graph stands for; as text it is its id. */
export type Thing = { kind: 'job'; name: string } | { kind: 'resource'; name: string }

export const idOf = ({ kind, name }: Thing): string => `${kind}:${name}`
/** Also of `written:…`, which is a resource at the other end. */
export function thingOf(id: string): Thing | undefined {
  const at = id.indexOf(':')
  const name = id.slice(at + 1)
  return id.startsWith('job:') ? { kind: 'job', name } : at > 0 ? { kind: 'resource', name } : undefined
}

export interface Line {
  from: string
  to: string
  /** A new version starts the job by itself. */
  triggers: boolean
  /** Resources that go along between two jobs. */
  carries: string[]
}

export interface Shape {
  jobs: string[]
  /** Each with the ids it has in the graph. */
  resources: { id: string; name: string }[]
  lines: Line[]
}

export function shapeOf(jobs: readonly Job[]): Shape {
  const shown = new Set(jobs.map(({ name }) => name))
  const lines = new Map<string, Line>()
  const resources = new Map<string, string>()
  const line = (from: string, to: string, triggers: boolean, carried?: string) => {
    const known = lines.get(`${from}\n${to}`) ?? { from, to, triggers: false, carries: [] }
    known.triggers ||= triggers
    if (carried !== undefined && !known.carries.includes(carried)) known.carries.push(carried)
    lines.set(`${from}\n${to}`, known)
  }
  for (const { name, inputs = [] } of jobs) {
    for (const { resource, trigger, passed = [] } of inputs) {
      // Jobs of another group are not drawn; what comes from them comes from the resource then.
      const before = passed.filter((job) => shown.has(job))
      for (const job of before) line(`job:${job}`, `job:${name}`, trigger, resource)
      if (before.length > 0) continue
      resources.set(`resource:${resource}`, resource)
      line(`resource:${resource}`, `job:${name}`, trigger)
    }
  }
  for (const { name, outputs = [] } of jobs)
    for (const { resource } of outputs) {
      const read = `resource:${resource}`
      // What a job writes and a later one reads joins them; drawn backwards it would only tangle.
      const id = resources.has(read) && !leadsTo([...lines.values()], read, `job:${name}`) ? read : `written:${resource}`
      resources.set(id, resource)
      line(`job:${name}`, id, true)
    }
  return { jobs: [...shown], resources: [...resources].map(([id, name]) => ({ id, name })), lines: [...lines.values()] }
}

function leadsTo(lines: readonly Line[], from: string, to: string): boolean {
  const reached = new Set([from])
  for (const id of reached) for (const line of lines) if (line.from === id) reached.add(line.to)
  return reached.has(to)
}
