import type { Schema } from '../../contract/operation.ts'
import { seconds } from '../../time.ts'
import { viewUser } from '../accounts/view.ts'
import { providers } from '../cloud-providers/providers.ts'
import type { StackSummaryRow } from '../stacks/queries.ts'
import { viewStack } from '../stacks/view.ts'
import type { ComponentSummaryRow } from './queries.ts'

export function viewComponent(row: ComponentSummaryRow, stack: StackSummaryRow): Schema<'Component'> {
  const provider = providers.find(({ canonical }) => canonical === row.cloud_provider)
  const { owner, ...project } = row.project
  return {
    id: row.id,
    canonical: row.canonical,
    name: row.name,
    description: row.description,
    use_case: row.use_case,
    project: { ...project, ...times(project), ...(owner ? { owner: viewUser(owner) } : {}) },
    environment: { ...row.environment, ...times(row.environment) },
    service_catalog: viewStack(stack),
    ...(provider ? { cloud_provider: provider } : {}),
    ...(row.import_status ? { import_status: row.import_status } : {}),
    created_at: seconds(row.created_at),
    updated_at: seconds(row.updated_at),
  }
}

const times = ({ created_at, updated_at }: { created_at: string; updated_at: string }) => ({
  created_at: seconds(new Date(created_at)),
  updated_at: seconds(new Date(updated_at)),
})
