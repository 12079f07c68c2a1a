import { createFileRoute } from '@tanstack/react-router'
import { ComponentPipelines } from '@/features/pipelines/component-pipelines.tsx'

export const Route = createFileRoute(
  '/_in/organizations/$organization/projects/$project/environments/$environment/components/$component/pipelines/',
)({
  validateSearch: ({ create }: Record<string, unknown>): { create?: true } => (create === true ? { create } : {}),
  component: Pipelines,
})

function Pipelines() {
  const place = Route.useParams()
  const { create = false } = Route.useSearch()
  const navigate = Route.useNavigate()
  return (
    <ComponentPipelines place={place} creating={create} onCreating={(next) => void navigate({ search: next ? { create: true } : {} })} />
  )
}
