import type { Schema } from '../../contract/operation.ts'
import { seconds } from '../../time.ts'
import type { Configuration } from './engines.ts'
import type { BackendRow } from './queries.ts'

/** @param jwt empty for what holds no Terraform states */
export function viewExternalBackend(row: BackendRow, jwt: string): Schema<'ExternalBackend'> {
  return {
    id: row.id,
    purpose: row.purpose,
    default: row.is_default,
    configuration: row.configuration as Configuration,
    ...(row.credential_canonical === null ? {} : { credential_canonical: row.credential_canonical }),
    ...(row.project_canonical === null ? {} : { project_canonical: row.project_canonical }),
    ...(row.environment_canonical === null ? {} : { environment_canonical: row.environment_canonical }),
    ...(row.component_canonical === null ? {} : { component_canonical: row.component_canonical }),
    ...(jwt === '' ? {} : { jwt }),
    created_at: seconds(row.created_at),
    updated_at: seconds(row.updated_at),
  }
}
