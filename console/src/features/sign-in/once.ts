/** For what works once, such as a code in the address of a page: done when the page comes, and not again while it stays. */
import { type UseQueryResult, useQuery } from '@tanstack/react-query'
import type { Problem } from '@/api/problem.ts'

export const useOnce = <T>(key: string | undefined, run: (key: string) => Promise<T>): UseQueryResult<T, Problem> =>
  useQuery<T, Problem>({
    queryKey: ['once', key],
    queryFn: () => run(key ?? ''),
    enabled: key !== undefined,
    retry: false,
    staleTime: Number.POSITIVE_INFINITY,
    // Tokens may be in it.
    gcTime: 1000,
    refetchOnMount: false,
    refetchOnReconnect: false,
    refetchOnWindowFocus: false,
  })
