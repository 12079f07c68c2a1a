import { type DomainHandlers, notImplemented } from '../../contract/operation.ts'

export const projects: DomainHandlers<'projects'> = {
  getProjects: notImplemented,
  createProject: notImplemented,
  deleteProject: notImplemented,
  getProject: notImplemented,
  updateProject: notImplemented,
  deleteProjectFavorite: notImplemented,
  createProjectFavorite: notImplemented,
}
