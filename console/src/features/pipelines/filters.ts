/** What the addresses of these pages say. */
import type { Sort } from '@/kit/data-table.tsx'

export const statuses = ['started', 'pending', 'succeeded', 'failed', 'errored', 'aborted', 'paused'] as const
export type Status = (typeof statuses)[number]
const orders = ['name:asc', 'name:desc', 'updated_at:asc', 'updated_at:desc'] as const
type Order = (typeof orders)[number]

export interface PipelineFilters {
  name?: string
  project?: string
  environment?: string
  statuses?: Status[]
  order?: Order
}

export function readPipelineFilters(search: Record<string, unknown>): PipelineFilters {
  const listed = Array.isArray(search['statuses']) ? search['statuses'] : [search['statuses']]
  const known = statuses.filter((status) => listed.includes(status))
  const order = orders.find((one) => one === search['order'])
  return {
    ...texts(search, 'name', 'project', 'environment'),
    ...(known.length > 0 ? { statuses: known } : {}),
    ...(order ? { order } : {}),
  }
}

export function sortOf(order: Order | undefined): Sort | undefined {
  const [key, way] = (order ?? '').split(':')
  return key ? { key, descending: way === 'desc' } : undefined
}
export const orderOf = ({ key, descending }: Sort): string => `${key}:${descending ? 'desc' : 'asc'}`

/** Those of these that are texts; a text that looks like a number arrives as one. */
export function texts<Key extends string>(search: Record<string, unknown>, ...keys: Key[]): { [K in Key]?: string } {
  const found: { [K in Key]?: string } = {}
  for (const key of keys) {
    const value = search[key]
    if ((typeof value === 'string' && value !== '') || typeof value === 'number') found[key] = String(value)
  }
  return found
}

export function numbers<Key extends string>(search: Record<string, unknown>, ...keys: Key[]): { [K in Key]?: number } {
  const found: { [K in Key]?: number } = {}
  for (const key of keys) {
    const value = Number(search[key] ?? Number.NaN)
    if (Number.isSafeInteger(value) && value >= 0) found[key] = value
  }
  return found
}
