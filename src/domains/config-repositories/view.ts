import type { Schema } from '../../contract/operation.ts'
import { seconds } from '../../time.ts'
import type { ConfigRepositoryRow } from './queries.ts'

export function viewConfigRepository(row: ConfigRepositoryRow): Schema<'ConfigRepository'> {
  return {
    id: row.id,
    canonical: row.canonical,
    name: row.name,
    url: row.url,
    branch: row.branch,
    default: row.is_default,
    created_at: seconds(row.created_at),
    updated_at: seconds(row.updated_at),
    ...(row.credential_canonical ? { credential_canonical: row.credential_canonical } : {}),
  }
}
