import { createFileRoute } from '@tanstack/react-router'
import { readEditSearch } from '@/features/catalogue/search.ts'
import { SourcePage } from '@/features/catalogue/source-page.tsx'

export const Route = createFileRoute('/_in/organizations/$organization/catalogue-sources/$source')({
  validateSearch: readEditSearch,
  component: Source,
})

function Source() {
  const { organization, source } = Route.useParams()
  return <SourcePage key={source} organization={organization} canonical={source} search={Route.useSearch()} />
}
