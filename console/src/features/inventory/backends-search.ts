import { oneOf, textOf } from '@/kit/search.ts'
import { purposes } from './backend-engines.ts'

export interface BackendsSearch {
  purpose?: (typeof purposes)[number] | undefined
  project?: string | undefined
  reach?: 'default' | 'placed' | undefined
  backend?: number | undefined
  panel?: 'new' | 'edit' | undefined
}

export function backendsSearch(search: Record<string, unknown>): BackendsSearch {
  const backend = Number(search['backend'])
  return {
    purpose: oneOf(search['purpose'], purposes),
    project: textOf(search['project']),
    reach: oneOf(search['reach'], ['default', 'placed']),
    backend: Number.isSafeInteger(backend) && backend > 0 ? backend : undefined,
    panel: oneOf(search['panel'], ['new', 'edit']),
  }
}
