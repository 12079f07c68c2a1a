import { createFileRoute } from '@tanstack/react-router'
import { StatePage } from '@/features/inventory/state-page.tsx'
import { stateSearch } from '@/features/inventory/state-search.ts'

export const Route = createFileRoute(
  '/_in/organizations/$organization/projects/$project/environments/$environment/components/$component/state',
)({
  component: StatePage,
  validateSearch: stateSearch,
})
