import { type DomainHandlers, notImplemented } from '../../contract/operation.ts'

export const pipelineResources: DomainHandlers<'pipeline-resources'> = {
  getPipelineResources: notImplemented,
  getResource: notImplemented,
  checkResource: notImplemented,
  resourceSetPinComment: notImplemented,
  unpinResource: notImplemented,
  getResourceVersions: notImplemented,
  disableResourceVersion: notImplemented,
  enableResourceVersion: notImplemented,
  getBuildsWithVersionAsInput: notImplemented,
  getBuildsWithVersionAsOutput: notImplemented,
  pinResourceVersion: notImplemented,
}
