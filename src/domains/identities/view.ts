import type { Schema } from '../../contract/operation.ts'
import { seconds } from '../../time.ts'

interface IdentityRow {
  id: number
  provider: string
  issuer: string
  subject: string
  email: string | null
  created_at: Date
  last_used_at: Date
  organization?: string | null
}

export const viewIdentity = (row: IdentityRow): Schema<'Identity'> => ({
  id: row.id,
  social_type: row.provider as Schema<'Identity'>['social_type'],
  issuer: row.issuer,
  subject: row.subject,
  created_at: seconds(row.created_at),
  last_used_at: seconds(row.last_used_at),
  ...(row.email === null ? {} : { email: row.email }),
  ...(row.organization ? { organization_canonical: row.organization } : {}),
})
