import type { Schema } from '../../contract/operation.ts'
import { seconds } from '../../time.ts'
import { viewLock } from './locks.ts'
import type { StateRow, VersionRow } from './queries.ts'

export const viewVersion = (row: VersionRow): Schema<'TerraformStateVersion'> => ({
  id: row.id,
  author: row.author,
  created_at: seconds(row.created_at),
  lineage: row.lineage,
  resource_count: row.resource_count,
  ...(row.restored_from === null ? {} : { restored_from: row.restored_from }),
  serial: row.serial,
  size: row.size,
  terraform_version: row.terraform_version,
})

export const viewSummary = (
  { lock, locked_at }: StateRow,
  versions: number,
  newest: VersionRow | undefined,
): Schema<'TerraformStateSummary'> => ({
  locked: lock !== null,
  ...(lock && locked_at ? { lock: viewLock(lock), locked_at: seconds(locked_at) } : {}),
  versions,
  ...(newest ? { newest: viewVersion(newest) } : {}),
})
