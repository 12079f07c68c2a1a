import { createFileRoute } from '@tanstack/react-router'
import { Dashboard } from '@/features/kpis/dashboard.tsx'
import { readDashboardSearch } from '@/features/kpis/search.ts'

export const Route = createFileRoute('/_in/organizations/$organization/projects/$project/kpis')({
  validateSearch: readDashboardSearch,
  component: Kpis,
})

function Kpis() {
  const { organization, project } = Route.useParams()
  return <Dashboard organization={organization} project={project} search={Route.useSearch()} />
}
