import { createFileRoute } from '@tanstack/react-router'
import { CataloguePage } from '@/features/catalogue/catalogue-page.tsx'
import { readCatalogueSearch } from '@/features/catalogue/search.ts'

export const Route = createFileRoute('/_in/organizations/$organization/catalogue/')({
  validateSearch: readCatalogueSearch,
  component: Catalogue,
})

function Catalogue() {
  return <CataloguePage organization={Route.useParams().organization} search={Route.useSearch()} />
}
