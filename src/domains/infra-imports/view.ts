import type { Schema } from '../../contract/operation.ts'
import type { ImportRow } from './queries.ts'

export const viewImport = (row: ImportRow): Schema<'InfraImport'> => ({
  status: row.status as Schema<'InfraImport'>['status'],
  error: row.error,
  logs: row.logs,
  service_catalog_ref: row.stack_ref,
  ...(row.project_canonical === null ? {} : { project_canonical: row.project_canonical }),
  ...(row.environment_canonical === null ? {} : { environment_canonical: row.environment_canonical }),
  ...(row.component_canonical === null ? {} : { component_canonical: row.component_canonical }),
})
