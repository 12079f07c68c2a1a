import { type DomainHandlers, notImplemented } from '../../contract/operation.ts'

export const pipelines: DomainHandlers<'pipelines'> = {
  getPipelines: notImplemented,
  createPipeline: notImplemented,
  deletePipeline: notImplemented,
  getPipeline: notImplemented,
  updatePipeline: notImplemented,
  getPipelineConfig: notImplemented,
  diffPipeline: notImplemented,
  pausePipeline: notImplemented,
  renamePipeline: notImplemented,
  syncedPipeline: notImplemented,
  unpausePipeline: notImplemented,
  getPipelineVariables: notImplemented,
  getEnvironmentPipelines: notImplemented,
  getProjectPipelines: notImplemented,
}
