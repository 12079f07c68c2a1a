import { useQuery } from '@tanstack/react-query'
import { call } from '@/api/client.ts'
import type { Problem } from '@/api/problem.ts'
import type { Schema } from '@/api/types.ts'
import type { PipelinePath } from './place.ts'

interface Compared {
  diffs: Schema<'PipelineDiffs'> | undefined
  problem: Problem | null
  pending: boolean
}

/** What a text would change of what runs; `typed` changes when somebody has paused typing. It also says what is wrong with it. */
export function useDiff(path: PipelinePath, body: Schema<'UpdatePipeline'>, enabled: boolean, typed: string): Compared {
  const query = useQuery<Schema<'PipelineDiffs'>, Problem>({
    queryKey: ['diffPipeline', path, typed],
    queryFn: async ({ signal }) => (await call('diffPipeline', { path, body }, { signal })).data,
    enabled,
    retry: false,
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 10_000,
  })
  return { diffs: query.data, problem: enabled ? query.error : null, pending: query.isFetching }
}
