import { createFileRoute } from '@tanstack/react-router'
import { ConfigurePage } from '@/features/stack-forms/configure-page.tsx'
import { readConfigureSearch } from '@/features/stack-forms/search.ts'

export const Route = createFileRoute(
  '/_in/organizations/$organization/projects/$project/environments/$environment/components/$component/configure',
)({
  validateSearch: readConfigureSearch,
  component: Configure,
})

function Configure() {
  const go = Route.useNavigate()
  return (
    <ConfigurePage
      place={Route.useParams()}
      search={Route.useSearch()}
      go={(search, isSafe = false) => void go({ search, replace: true, ignoreBlocker: isSafe })}
    />
  )
}
