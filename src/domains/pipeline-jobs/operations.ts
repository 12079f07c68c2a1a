import { type DomainHandlers, notImplemented } from '../../contract/operation.ts'

export const pipelineJobs: DomainHandlers<'pipeline-jobs'> = {
  getJobs: notImplemented,
  getJob: notImplemented,
  pauseJob: notImplemented,
  clearTaskCache: notImplemented,
  unpauseJob: notImplemented,
}
