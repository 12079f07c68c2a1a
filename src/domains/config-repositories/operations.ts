import { type DomainHandlers, notImplemented } from '../../contract/operation.ts'

export const configRepositories: DomainHandlers<'config-repositories'> = {
  getRepoBranches: notImplemented,
  listConfigRepositories: notImplemented,
  createConfigRepository: notImplemented,
  deleteConfigRepository: notImplemented,
  getConfigRepository: notImplemented,
  updateConfigRepository: notImplemented,
  createConfigRepositoryConfig: notImplemented,
}
