import { createFileRoute } from '@tanstack/react-router'
import { numbers, texts } from '@/features/pipelines/filters.ts'
import { ResourcePage } from '@/features/pipelines/resource-page.tsx'
import type { VersionSearch } from '@/features/pipelines/resource-versions.tsx'

export const Route = createFileRoute(
  '/_in/organizations/$organization/projects/$project/environments/$environment/components/$component/pipelines/$pipeline/resources/$resource',
)({
  validateSearch: (search: Record<string, unknown>): VersionSearch => ({
    ...texts(search, 'filter'),
    ...numbers(search, 'since', 'until', 'version'),
  }),
  component: Resource,
})

function Resource() {
  const place = Route.useParams()
  const search = Route.useSearch()
  const navigate = Route.useNavigate()
  return (
    <ResourcePage
      key={place.resource}
      place={place}
      search={search}
      onSearch={(next) => void navigate({ search: next, resetScroll: false })}
    />
  )
}
