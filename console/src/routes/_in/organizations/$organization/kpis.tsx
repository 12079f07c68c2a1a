import { createFileRoute } from '@tanstack/react-router'
import { Dashboard } from '@/features/kpis/dashboard.tsx'
import { readDashboardSearch } from '@/features/kpis/search.ts'

export const Route = createFileRoute('/_in/organizations/$organization/kpis')({ validateSearch: readDashboardSearch, component: Kpis })

function Kpis() {
  return <Dashboard organization={Route.useParams().organization} project={undefined} search={Route.useSearch()} />
}
