/** Which versions builds of a job took before: those of the snapshot, and of what this pass begins. */
import type { Facts, Input } from './facts.ts'
import { type ResolvedInput, usedKey } from './types.ts'

export interface Used {
  has(job: string, input: string, versionId: number): boolean
  /** Position of the newest one in the history of the resource; -1: none of them is in it. */
  newest(job: string, input: Input): number
  add(job: string, inputs: readonly ResolvedInput[]): void
}

export function openUsed(facts: Facts): Used {
  const before = facts.snapshot.used
  const since = new Map<string, Set<number>>()
  const newestKnown = new Map<string, number>()
  const positionOf = (resource: string, id: number) => facts.historyOf(resource).positions.get(id) ?? -1
  return {
    has: (job, input, id) => {
      const key = usedKey(job, input)
      return (before.get(key)?.has(id) ?? false) || (since.get(key)?.has(id) ?? false)
    },
    newest: (job, { name, resource }) => {
      const key = usedKey(job, name)
      const known = newestKnown.get(key)
      if (known !== undefined) return known
      let newest = -1
      for (const ids of [before.get(key), since.get(key)]) for (const id of ids ?? []) newest = Math.max(newest, positionOf(resource, id))
      newestKnown.set(key, newest)
      return newest
    },
    add: (job, inputs) => {
      for (const { name, versionId } of inputs) {
        const key = usedKey(job, name)
        newestKnown.delete(key)
        since.set(key, (since.get(key) ?? new Set()).add(versionId))
      }
    },
  }
}
