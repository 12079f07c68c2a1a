/** Server state: what was asked, remembered by operation and question; what a change makes stale, by operation. */
import {
  keepPreviousData,
  QueryClient,
  queryOptions,
  type UseMutationResult,
  type UseQueryResult,
  useMutation,
  useQuery,
  useQueryClient,
} from '@tanstack/react-query'
import { call } from './client.ts'
import { isProblem, type Problem } from './problem.ts'
import type { Answer, Asked, OperationId, Question } from './types.ts'

export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 15_000,
      // A page left open for a day keeps what it shows, and little else.
      gcTime: 5 * 60_000,
      // While nothing could be reached, anything may have changed.
      refetchOnReconnect: 'always',
      // What was refused stays refused; what did not arrive is asked again, and again when the connection is back.
      retry: (failures, error) => isTransient(error) && failures < 5,
      retryDelay: (failures, error) => (isProblem(error) && error.retryAfter ? error.retryAfter : Math.min(2 ** failures, 15)) * 1000,
    },
    // What somebody does while nothing can be reached fails at once: done an hour later, it would surprise them.
    mutations: { retry: false, networkMode: 'always' },
  },
})

export const isTransient = (error: unknown): boolean => isProblem(error, 0, 429, 502, 503, 504)

/** For loaders and `useQuery`: one key for one question, everywhere. */
export const asked = <Id extends OperationId>(id: Id, question: Asked<Id>) =>
  queryOptions<Answer<Id>, Problem>({
    queryKey: [id, question],
    queryFn: ({ signal }) => call(id, question as Question<Id>, { signal }),
  })

export interface AskOptions {
  /** Milliseconds between looks at what changes by itself. */
  every?: number | false
  enabled?: boolean
  /** While the next question is on its way, the last answer stays: for filters that are being typed. */
  keep?: boolean
}

export const useAsk = <Id extends OperationId>(
  id: Id,
  question: Asked<Id>,
  { every = false, enabled = true, keep = false }: AskOptions = {},
): UseQueryResult<Answer<Id>, Problem> =>
  useQuery({
    ...asked(id, question),
    refetchInterval: every,
    enabled,
    ...(keep ? { placeholderData: keepPreviousData } : {}),
  } as never) as UseQueryResult<Answer<Id>, Problem>

/** What is known of these operations is asked again; without a list, everything is. */
export const refresh = (...ids: OperationId[]): Promise<void> =>
  queryClient.invalidateQueries(ids.length > 0 ? { predicate: ({ queryKey }) => ids.includes(queryKey[0] as OperationId) } : {})

export interface ChangeOptions<Id extends OperationId> {
  /** Reads whose answers the change makes stale. */
  stale?: readonly OperationId[]
  onSuccess?: (answer: Answer<Id>, question: Question<Id>) => void
  onError?: (problem: Problem, question: Question<Id>) => void
}

/** One operation that changes something. `mutate(question)`; its problem is for the form or the notice that asked for it. */
export function useChange<Id extends OperationId>(
  id: Id,
  { stale = [], onSuccess, onError }: ChangeOptions<Id> = {},
): UseMutationResult<Answer<Id>, Problem, Question<Id>> {
  const client = useQueryClient()
  return useMutation<Answer<Id>, Problem, Question<Id>>({
    mutationKey: [id],
    mutationFn: (question) => call(id, question),
    async onSuccess(answer, question) {
      onSuccess?.(answer, question)
      if (stale.length > 0) await client.invalidateQueries({ predicate: ({ queryKey }) => stale.includes(queryKey[0] as OperationId) })
    },
    onError,
  })
}
