import type { PathParameters } from '@/api/types.ts'

export type ComponentPath = PathParameters<'getComponentState'>

export interface StateSearch {
  /** The versions that are chosen to be compared: at most two. */
  compare?: number[] | undefined
}

export function stateSearch(search: Record<string, unknown>): StateSearch {
  const compare = (Array.isArray(search['compare']) ? search['compare'] : [])
    .map(Number)
    .filter((one) => Number.isSafeInteger(one) && one > 0)
  return { compare: compare.length > 0 ? [...new Set(compare)].slice(0, 2) : undefined }
}
