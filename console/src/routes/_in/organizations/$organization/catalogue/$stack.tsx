import { createFileRoute } from '@tanstack/react-router'
import { readStackSearch } from '@/features/catalogue/search.ts'
import { StackPage } from '@/features/catalogue/stack-page.tsx'

export const Route = createFileRoute('/_in/organizations/$organization/catalogue/$stack')({
  validateSearch: readStackSearch,
  component: Stack,
})

function Stack() {
  const { organization, stack } = Route.useParams()
  return <StackPage organization={organization} reference={stack} search={Route.useSearch()} />
}
