import { textOf } from '@/kit/search.ts'

export interface AppearancesSearch {
  /** The one that is edited. */
  appearance?: string
  panel?: 'new'
}

export function appearancesSearch({ appearance, panel }: Record<string, unknown>): AppearancesSearch {
  const canonical = textOf(appearance)
  return { ...(panel === 'new' ? { panel } : canonical ? { appearance: canonical } : {}) }
}
