import { createFileRoute } from '@tanstack/react-router'
import { readNewSearch } from '@/features/catalogue/search.ts'
import { SourcesPage } from '@/features/catalogue/sources-page.tsx'

export const Route = createFileRoute('/_in/organizations/$organization/catalogue-sources/')({
  validateSearch: readNewSearch,
  component: Sources,
})

function Sources() {
  return <SourcesPage organization={Route.useParams().organization} search={Route.useSearch()} />
}
