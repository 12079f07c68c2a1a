import { createFileRoute } from '@tanstack/react-router'
import { PoolsPage, type PoolsSearch } from '@/features/quotas/pools-page.tsx'

export const Route = createFileRoute('/_in/organizations/$organization/resource-pools')({
  component: Pools,
  validateSearch: (raw: Record<string, unknown>): PoolsSearch => ({
    ...(raw['new'] === true ? { new: true } : {}),
    ...(typeof raw['pool'] === 'string' ? { pool: raw['pool'] } : {}),
  }),
})

function Pools() {
  return <PoolsPage organization={Route.useParams().organization} search={Route.useSearch()} />
}
