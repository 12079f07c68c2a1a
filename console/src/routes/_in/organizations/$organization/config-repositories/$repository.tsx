import { createFileRoute } from '@tanstack/react-router'
import { RepositoryPage } from '@/features/catalogue/repository-page.tsx'
import { readEditSearch } from '@/features/catalogue/search.ts'

export const Route = createFileRoute('/_in/organizations/$organization/config-repositories/$repository')({
  validateSearch: readEditSearch,
  component: Repository,
})

function Repository() {
  const { organization, repository } = Route.useParams()
  return <RepositoryPage key={repository} organization={organization} canonical={repository} search={Route.useSearch()} />
}
