import { createFileRoute } from '@tanstack/react-router'
import { texts } from '@/features/pipelines/filters.ts'
import { PipelinePage, type PipelineSearch } from '@/features/pipelines/pipeline-page.tsx'

export const Route = createFileRoute(
  '/_in/organizations/$organization/projects/$project/environments/$environment/components/$component/pipelines/$pipeline/',
)({
  validateSearch: (search: Record<string, unknown>): PipelineSearch => ({
    ...texts(search, 'group', 'selected'),
    ...(search['view'] === 'list' ? { view: 'list' } : {}),
  }),
  component: Pipeline,
})

function Pipeline() {
  const place = Route.useParams()
  const search = Route.useSearch()
  const navigate = Route.useNavigate()
  return (
    <PipelinePage key={place.pipeline} place={place} search={search} onSearch={(next) => void navigate({ search: next, replace: true })} />
  )
}
