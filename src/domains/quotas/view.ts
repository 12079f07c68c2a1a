import type { Schema } from '../../contract/operation.ts'
import { seconds } from '../../time.ts'
import { viewUser } from '../accounts/view.ts'
import { viewEnvironment } from '../environments/view.ts'
import { viewResourcePool } from '../resource-pools/view.ts'
import { viewSimpleTeam } from '../teams/simple.ts'
import type { ConsumptionRow, QuotaRow } from './queries.ts'

export function viewQuota({ id, cpu, memory, storage, used, pool, team }: QuotaRow): Schema<'Quota'> {
  if (!team) throw new Error('a quota without its team')
  return {
    id,
    cpu,
    memory,
    storage,
    used_cpu: used.cpu,
    used_memory: used.memory,
    used_storage: used.storage,
    resource_pool: viewResourcePool(pool),
    team: viewSimpleTeam(team),
  }
}

/** One of an environment has its number. */
export const viewConsumption = (row: ConsumptionRow): Schema<'ProjectEnvironmentConsumption'> => ({
  id: row.id,
  ...row.used,
  environment: viewEnvironment(row),
  project: {
    id: row.project_id,
    canonical: row.project_canonical,
    name: row.project_name,
    description: row.project_description,
    ...(row.project_owner ? { owner: viewUser(row.project_owner) } : {}),
    created_at: seconds(row.project_created_at),
    updated_at: seconds(row.project_updated_at),
  },
})
