import type { Schema } from '../../contract/operation.ts'
import { seconds } from '../../time.ts'
import type { LicenceRow } from './queries.ts'

/** @param isRoot below it, everybody may see how many seats there are; the key is the owner's, and good elsewhere too */
export function viewLicence(row: LicenceRow & { current_members: number }, isRoot: boolean): Schema<'Licence'> {
  return {
    company_name: row.company_name,
    email_address: row.email_address,
    key: isRoot ? row.key : '',
    version: row.version,
    on_prem: row.on_prem,
    members_count: row.members_count,
    current_members: row.current_members,
    expires_at: seconds(row.expires_at),
    created_at: seconds(row.created_at),
    updated_at: seconds(row.updated_at),
  }
}
