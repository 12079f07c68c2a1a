import { createFileRoute } from '@tanstack/react-router'
import { RepositoriesPage } from '@/features/catalogue/repositories-page.tsx'
import { readNewSearch } from '@/features/catalogue/search.ts'

export const Route = createFileRoute('/_in/organizations/$organization/config-repositories/')({
  validateSearch: readNewSearch,
  component: Repositories,
})

function Repositories() {
  return <RepositoriesPage organization={Route.useParams().organization} search={Route.useSearch()} />
}
