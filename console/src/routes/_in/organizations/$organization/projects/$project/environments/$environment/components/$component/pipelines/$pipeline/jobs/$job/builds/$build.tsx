import { createFileRoute } from '@tanstack/react-router'
import { BuildPage } from '@/features/pipelines/build-page.tsx'
import type { LineTarget } from '@/features/pipelines/build-steps.tsx'
import { numbers, texts } from '@/features/pipelines/filters.ts'

export const Route = createFileRoute(
  '/_in/organizations/$organization/projects/$project/environments/$environment/components/$component/pipelines/$pipeline/jobs/$job/builds/$build',
)({
  validateSearch: (search: Record<string, unknown>): LineTarget => ({ ...texts(search, 'step'), ...numbers(search, 'line') }),
  component: Build,
})

function Build() {
  const place = Route.useParams()
  const target = Route.useSearch()
  const navigate = Route.useNavigate()
  return <BuildPage place={place} target={target} onTarget={(search) => void navigate({ search, replace: true, resetScroll: false })} />
}
