import { createFileRoute } from '@tanstack/react-router'
import { DashboardPage } from '@/features/cloud-costs/dashboard-page.tsx'
import { readSearch } from '@/features/cloud-costs/search.ts'

export const Route = createFileRoute('/_in/organizations/$organization/cloud-cost-management/')({
  component: Costs,
  validateSearch: readSearch,
})

function Costs() {
  return <DashboardPage organization={Route.useParams().organization} search={Route.useSearch()} />
}
