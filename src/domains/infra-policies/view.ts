import type { Schema } from '../../contract/operation.ts'
import { seconds } from '../../time.ts'
import { viewUser } from '../accounts/view.ts'
import type { InfraPolicyRow } from './queries.ts'

export const viewInfraPolicy = (row: InfraPolicyRow): Schema<'InfraPolicy'> => ({
  id: row.id,
  canonical: row.canonical,
  name: row.name,
  description: row.description,
  body: row.body,
  // A constraint of the table keeps it to these.
  severity: row.severity as Schema<'InfraPolicy'>['severity'],
  enabled: row.enabled,
  created_at: seconds(row.created_at),
  updated_at: seconds(row.updated_at),
  ...(row.owner ? { owner: viewUser(row.owner) } : {}),
})
