import { asked, queryClient, useAsk } from '@/api/query.ts'
import { lookAgain, type PipelinePlace, pipelinePath } from './place.ts'

/** The pipeline with its jobs, looked at often while something of it runs. */
export function usePipeline(place: PipelinePlace) {
  const question = { path: pipelinePath(place) }
  const known = queryClient.getQueryData(asked('getPipeline', question).queryKey)
  return useAsk('getPipeline', question, { every: lookAgain(known?.data.jobs) })
}
