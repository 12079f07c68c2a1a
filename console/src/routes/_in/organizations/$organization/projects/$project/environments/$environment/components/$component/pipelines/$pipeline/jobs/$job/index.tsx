import { createFileRoute } from '@tanstack/react-router'
import { readCursor } from '@/features/pipelines/cursor.ts'
import { JobPage } from '@/features/pipelines/job-page.tsx'

export const Route = createFileRoute(
  '/_in/organizations/$organization/projects/$project/environments/$environment/components/$component/pipelines/$pipeline/jobs/$job/',
)({ validateSearch: readCursor, component: Job })

function Job() {
  const place = Route.useParams()
  const search = Route.useSearch()
  const navigate = Route.useNavigate()
  return <JobPage place={place} search={search} onSearch={(next) => void navigate({ search: next })} />
}
