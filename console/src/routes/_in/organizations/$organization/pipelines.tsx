import { createFileRoute } from '@tanstack/react-router'
import { readPipelineFilters } from '@/features/pipelines/filters.ts'
import { OrganizationPipelines } from '@/features/pipelines/organization-pipelines.tsx'

export const Route = createFileRoute('/_in/organizations/$organization/pipelines')({
  validateSearch: readPipelineFilters,
  component: Pipelines,
})

function Pipelines() {
  return <OrganizationPipelines organization={Route.useParams().organization} filters={Route.useSearch()} />
}
