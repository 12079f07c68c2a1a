import { type DomainHandlers, notImplemented } from '../../contract/operation.ts'

export const builds: DomainHandlers<'builds'> = {
  getBuildEvents: notImplemented,
  getBuilds: notImplemented,
  createBuild: notImplemented,
  getBuild: notImplemented,
  rerunBuild: notImplemented,
  abortBuild: notImplemented,
  getBuildPlan: notImplemented,
  getBuildPreparation: notImplemented,
  getBuildResources: notImplemented,
}
