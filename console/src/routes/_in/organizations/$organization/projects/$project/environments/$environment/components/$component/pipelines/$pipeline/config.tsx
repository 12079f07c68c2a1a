import { createFileRoute } from '@tanstack/react-router'
import { ConfigPage, type ConfigSearch } from '@/features/pipelines/config-page.tsx'
import { numbers } from '@/features/pipelines/filters.ts'

export const Route = createFileRoute(
  '/_in/organizations/$organization/projects/$project/environments/$environment/components/$component/pipelines/$pipeline/config',
)({
  validateSearch: (search: Record<string, unknown>): ConfigSearch => ({
    ...(search['tab'] === 'history' ? { tab: 'history' } : {}),
    ...numbers(search, 'from', 'to'),
  }),
  component: Config,
})

function Config() {
  const place = Route.useParams()
  const search = Route.useSearch()
  const navigate = Route.useNavigate()
  return (
    <ConfigPage place={place} search={search} onSearch={(next, saved = false) => void navigate({ search: next, ignoreBlocker: saved })} />
  )
}
