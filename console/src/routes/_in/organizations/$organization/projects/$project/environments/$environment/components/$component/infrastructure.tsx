import { createFileRoute } from '@tanstack/react-router'
import { InfrastructurePage, type InfrastructureSearch } from '@/features/inventory/infrastructure-page.tsx'
import { textOf } from '@/kit/search.ts'

export const Route = createFileRoute(
  '/_in/organizations/$organization/projects/$project/environments/$environment/components/$component/infrastructure',
)({
  component: InfrastructurePage,
  validateSearch: (search: Record<string, unknown>): InfrastructureSearch => ({
    resource: textOf(search['resource']),
    text: textOf(search['text']),
  }),
})
