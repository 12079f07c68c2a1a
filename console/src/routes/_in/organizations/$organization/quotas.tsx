import { createFileRoute } from '@tanstack/react-router'
import { QuotasPage, type QuotasSearch } from '@/features/quotas/quotas-page.tsx'

export const Route = createFileRoute('/_in/organizations/$organization/quotas')({
  component: Quotas,
  validateSearch: (raw: Record<string, unknown>): QuotasSearch => ({
    ...(raw['new'] === true ? { new: true } : {}),
    ...(Number.isInteger(raw['quota']) ? { quota: Number(raw['quota']) } : {}),
  }),
})

function Quotas() {
  return <QuotasPage organization={Route.useParams().organization} search={Route.useSearch()} />
}
