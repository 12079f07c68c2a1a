/** A list of any length, of which only the pages that somebody looks at are asked for. */
import { keepPreviousData, useQueries, useQuery } from '@tanstack/react-query'
import { useCallback, useMemo, useState } from 'react'
import type { Problem } from './problem.ts'
import { asked } from './query.ts'
import type { Answer, Asked, OperationId } from './types.ts'

type Rows<Id extends OperationId> = Answer<Id> extends { data?: (infer Row)[] } ? Row : never

export interface PagedList<Row> {
  /** Undefined until the first page is there. */
  total: number | undefined
  /** Undefined: on its way. */
  rowAt(index: number): Row | undefined
  /** Says which rows are on the screen; their pages are asked for. */
  show(first: number, last: number): void
  /** Of the pages on the screen, the first that was refused: the others are there all the same. */
  problem: Problem | null
  /** Asks once more for what was refused. */
  again(): void
  /** The first page of another question is on its way; the rows are those of the last one. */
  changing: boolean
}

const pageSize = 100

/** @param every milliseconds between looks at the pages on the screen */
export function usePagedList<Id extends OperationId>(
  id: Id,
  question: Asked<Id>,
  { every = false as number | false, enabled = true } = {},
): PagedList<Rows<Id>> {
  const [shown, setShown] = useState<readonly [number, number]>([0, 0])
  const pageOf = (index: number) =>
    asked(id, { ...question, query: { ...(question as { query?: object }).query, page_index: index + 1, page_size: pageSize } } as never)
  const first = useQuery({ ...pageOf(0), placeholderData: keepPreviousData, refetchInterval: every, enabled } as never)
  const wanted = useMemo(() => {
    const pages: number[] = []
    for (let page = Math.max(1, shown[0]); page <= shown[1]; page++) pages.push(page)
    return pages
  }, [shown])
  // Whoever scrolls through ten thousand rows does not keep them all.
  const others = useQueries({
    queries: wanted.map((page) => ({ ...pageOf(page), refetchInterval: every, enabled, gcTime: 30_000 })) as never[],
  })

  const refused = [first, ...others].filter(({ error }) => error !== null)
  const answer = first.data as { data?: Rows<Id>[]; pagination?: { total: number } } | undefined
  const rowAt = (index: number): Rows<Id> | undefined => {
    const page = Math.floor(index / pageSize)
    const place = wanted.indexOf(page)
    const found = page === 0 ? answer : ((others[place] as { data?: unknown } | undefined)?.data as typeof answer)
    return found?.data?.[index % pageSize]
  }
  const show = useCallback((from: number, to: number) => {
    const next = [Math.floor(from / pageSize), Math.floor(Math.max(from, to) / pageSize)] as const
    setShown((old) => (old[0] === next[0] && old[1] === next[1] ? old : next))
  }, [])
  return {
    total: answer?.pagination?.total ?? answer?.data?.length,
    rowAt,
    show,
    problem: (refused[0]?.error ?? null) as Problem | null,
    again() {
      for (const page of refused) void page.refetch()
    },
    changing: first.isPlaceholderData,
  }
}
