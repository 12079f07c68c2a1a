/** Pages bounded by ids instead of page numbers, as Concourse had them when the contract was made. */
import type { Schema } from '../../contract/operation.ts'
import type { EnginePage, EnginePageQuery } from '../../engine/types.ts'
import { invalid } from '../../errors.ts'

interface WirePage {
  concourse_page_limit?: number
  concourse_page_since?: number
  concourse_page_until?: number
}

const mostPerPage = 1000

/** Zero means not set. */
export function readPage({
  concourse_page_limit: limit = 10,
  concourse_page_since: since = 0,
  concourse_page_until: until = 0,
}: WirePage): EnginePageQuery {
  if (since !== 0 && until !== 0)
    throw invalid('A page has one bound', ['query.concourse_page_since: give it or concourse_page_until, not both'])
  const bound = since !== 0 ? { since: safe(since) } : until !== 0 ? { until: safe(until) } : {}
  return { limit: Math.min(limit === 0 ? 10 : limit, mostPerPage), ...bound }
}

/** Beyond what an id can be, every bound means the same. */
const safe = (id: number): number => Math.min(id, Number.MAX_SAFE_INTEGER)

export const viewPage = <T>({ next, previous }: EnginePage<T>, { limit }: EnginePageQuery): Schema<'PaginationConcourse'> => ({
  next: { since: next?.since ?? 0, until: 0, limit },
  previous: { since: 0, until: previous?.until ?? 0, limit },
})
