import type { Schema } from '../../contract/operation.ts'
import { seconds } from '../../time.ts'
import { providerNamed } from './providers.ts'
import type { AccountRow, CoveringRow, LinkedRow } from './queries.ts'

export interface Beside {
  backend: Schema<'ExternalBackend'> | undefined
  credential: Schema<'CredentialSimple'> | undefined
}

export function viewAccount(row: AccountRow, { backend, credential }: Beside): Schema<'CloudCostManagementAccount'> {
  const isFailed = !row.is_importing && row.newest_import?.status === 'failed'
  return {
    id: row.id,
    canonical: row.canonical,
    name: row.name,
    account_id: row.account_id,
    cloud_provider: providerNamed(row.cloud_provider),
    enabled: row.enabled,
    status: row.is_importing ? 'import' : isFailed ? 'error' : 'idle',
    ...(isFailed ? { status_message: row.newest_import?.message ?? '' } : {}),
    phase: row.phase === 'blue' ? 'blue' : 'green',
    ...(row.unfinalized_period === null ? {} : { unfinalized_period: row.unfinalized_period }),
    ...(row.parent_account_id === null ? {} : { parent_account_id: row.parent_account_id }),
    ...(backend === undefined ? {} : { external_backend: backend }),
    ...(credential === undefined ? {} : { credential }),
    ...ingestion(row),
    created_at: seconds(row.created_at),
    updated_at: seconds(row.updated_at),
  }
}

/** Without what went wrong there: it is of another organization, perhaps. */
export const viewParent = (row: CoveringRow): Schema<'CloudCostManagementAccountParent'> => ({
  id: row.id,
  canonical: row.canonical,
  name: row.name,
  account_id: row.account_id,
  cloud_provider: providerNamed(row.cloud_provider),
  enabled: row.enabled,
  status: row.importing ? 'import' : row.failed ? 'error' : 'idle',
  ...ingestion(row),
  created_at: seconds(row.created_at),
  updated_at: seconds(row.updated_at),
})

export const viewLinked = (row: LinkedRow): Schema<'CloudCostManagementLinkedAccount'> => ({
  id: row.id,
  name: row.name ?? (row.billed_name || row.account_id),
  account_id: row.account_id,
  cloud_provider: row.cloud_provider,
})

const ingestion = ({ last_started_at: started, last_ended_at: ended }: Pick<AccountRow, 'last_started_at' | 'last_ended_at'>) => ({
  ...(started === null ? {} : { last_ingestion_started_at: seconds(started) }),
  ...(ended === null ? {} : { last_ingestion_ended_at: seconds(ended) }),
})
