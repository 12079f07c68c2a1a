import type { Schema } from '../../contract/operation.ts'
import { seconds } from '../../time.ts'
import { viewUser } from '../accounts/view.ts'
import { viewEnvironment } from '../environments/view.ts'
import { viewSimpleTeam } from '../teams/simple.ts'
import type { ProjectRow } from './queries.ts'

export function viewProject(row: ProjectRow): Schema<'Project'> {
  return {
    id: row.id,
    canonical: row.canonical,
    name: row.name,
    description: row.description,
    color: row.color,
    icon: row.icon,
    config_repository_canonical: row.config_repository_canonical,
    environments: row.environments.map((environment) => viewEnvironment(environment)),
    favorite: row.favorite,
    created_at: seconds(row.created_at),
    updated_at: seconds(row.updated_at),
    ...(row.cloud_provider === null ? {} : { cloud_provider: row.cloud_provider }),
    ...(row.owner ? { owner: viewUser(row.owner) } : {}),
    ...(row.team ? { team: viewSimpleTeam(row.team) } : {}),
  }
}
