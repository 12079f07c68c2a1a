/** The files that a form makes, and how they are now. */
import type { Schema } from '@/api/types.ts'
import type { CodeLanguage } from '@/kit/code.tsx'

export interface FileChange {
  /** In the config repository. */
  path: string
  /** Undefined: there is none yet, or it is not the component's to show. */
  before: string | undefined
  /** Undefined: it is no text. */
  after: string | undefined
  exists: boolean
}

export const changesOf = ({ files }: Schema<'ServiceCatalogConfig'>): FileChange[] =>
  (files ?? []).map(({ path, before, after, exists }) => ({ path, before, after, exists })).sort((a, b) => (a.path < b.path ? -1 : 1))

export function languageOf(path: string): CodeLanguage {
  if (/\.ya?ml(?:\.sample)?$/.test(path)) return 'yaml'
  if (/\.tf(?:vars)?(?:\.sample)?$|\.hcl$/.test(path)) return 'hcl'
  return path.endsWith('.json') ? 'json' : 'text'
}
