/** What of the list of projects stands in its address. */
import type { Sort } from '@/kit/data-table.tsx'

const fields = ['project_favorite', 'project_name', 'project_updated_at', 'project_created_at'] as const

export interface ProjectSearch {
  /** Part of the name, the canonical or the description. */
  q?: string
  favorite?: true
  /** User name. */
  owner?: string
  team?: string
  environment?: string
  repository?: string
  source?: string
  /** `acme:stack-web` */
  stack?: string
  /** As the API takes it: `project_name:desc`. */
  order?: string
}

const text = (value: unknown): string | undefined => {
  const written = typeof value === 'number' ? String(value) : value
  return typeof written === 'string' && written !== '' ? written.slice(0, 100) : undefined
}

export function readProjectSearch(raw: Record<string, unknown>): ProjectSearch {
  const order = text(raw['order'])
  const found: ProjectSearch = {
    q: text(raw['q']),
    favorite: raw['favorite'] === true ? true : undefined,
    owner: text(raw['owner']),
    team: text(raw['team']),
    stack: text(raw['stack']),
    environment: text(raw['environment']),
    repository: text(raw['repository']),
    source: text(raw['source']),
    order: order !== undefined && sortOf(order) ? order : undefined,
  }
  return Object.fromEntries(Object.entries(found).filter(([, value]) => value !== undefined))
}

export function sortOf(order: string): Sort | undefined {
  const [field = '', way] = order.split(':')
  const key = fields.find((known) => known === field)
  return key && (way === 'asc' || way === 'desc') ? { key, descending: way === 'desc' } : undefined
}

export const orderOf = ({ key, descending }: Sort): string => `${key}:${descending ? 'desc' : 'asc'}`

/** A filter that finds a text anywhere, whatever its case: the API takes expressions of Postgres. */
export const anywhere = (part: string): string => `(?i)${part.replace(/[\\^$.|?*+()[\]{}]/g, '\\$&')}`
