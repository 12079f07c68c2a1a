/** Pausing and going on: shown at once, taken back when refused, and to be undone. */
import type { QueryKey } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { call } from '@/api/client.ts'
import { queryClient, refresh } from '@/api/query.ts'
import type { OperationId, Schema } from '@/api/types.ts'
import { tell, tellProblem } from '@/kit/notice.tsx'
import type { JobPath, PipelinePath } from './place.ts'

const reads: readonly OperationId[] = ['getPipeline', 'getPipelines', 'getEnvironmentPipelines', 'getJob']
const isRead = ({ queryKey }: { queryKey: QueryKey }): boolean => reads.includes(queryKey[0] as OperationId)

type Pipeline = Schema<'Pipeline'>
type Job = Schema<'Job'>

export function usePausing() {
  const { t } = useTranslation('pipelines')
  const pausePipeline = (path: PipelinePath, paused: boolean): Promise<void> => {
    const name = path.inpath_pipeline_name
    return change({
      show: (value) => patch((pipeline) => (pipeline.name === name ? { ...pipeline, paused: value } : pipeline)),
      paused,
      send: (value) => (value ? call('pausePipeline', { path }) : call('unpausePipeline', { path })),
      done: (value, undo) => tell(value ? t('pause.paused', { name }) : t('pause.unpaused', { name }), undo),
    })
  }
  const pauseJob = (path: JobPath, paused: boolean): Promise<void> => {
    const { inpath_pipeline_name: pipeline, job_name: name } = path
    const jobIn = (job: Job, value: boolean): Job => (job.name === name && job.pipeline_name === pipeline ? { ...job, paused: value } : job)
    return change({
      show: (value) =>
        patch(
          (found) => ({ ...found, jobs: found.jobs.map((job) => jobIn(job, value)) }),
          (job) => jobIn(job, value),
        ),
      paused,
      send: (value) => (value ? call('pauseJob', { path }) : call('unpauseJob', { path })),
      done: (value, undo) => tell(value ? t('pause.jobPaused', { name }) : t('pause.jobUnpaused', { name }), undo),
    })
  }
  return { pausePipeline, pauseJob }
}

interface Change {
  paused: boolean
  show(paused: boolean): void
  send(paused: boolean): Promise<unknown>
  done(paused: boolean, undo: (() => void) | undefined): void
}

async function change({ paused, show, send, done }: Change, undoable = true): Promise<void> {
  await queryClient.cancelQueries({ predicate: isRead })
  show(paused)
  try {
    await send(paused)
    done(paused, undoable ? () => void change({ paused: !paused, show, send, done }, false) : undefined)
  } catch (error) {
    show(!paused)
    tellProblem(error)
  } finally {
    void refresh(...reads)
  }
}

function patch(onPipeline: (pipeline: Pipeline) => Pipeline, onJob: (job: Job) => Job = (job) => job): void {
  for (const [key, answer] of queryClient.getQueriesData<{ data?: Pipeline | Pipeline[] | Job }>({ predicate: isRead })) {
    if (!answer?.data) continue
    const { data } = answer
    const next = Array.isArray(data) ? data.map(onPipeline) : 'jobs' in data ? onPipeline(data) : onJob(data)
    queryClient.setQueryData(key, { ...answer, data: next })
  }
}
