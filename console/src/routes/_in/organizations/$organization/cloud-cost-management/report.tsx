import { createFileRoute } from '@tanstack/react-router'
import { isMonth } from '@/features/cloud-costs/period.ts'
import { ReportPage, type ReportSearch } from '@/features/cloud-costs/report-page.tsx'
import { currencies } from '@/features/cloud-costs/search.ts'

export const Route = createFileRoute('/_in/organizations/$organization/cloud-cost-management/report')({
  component: Report,
  validateSearch: (raw: Record<string, unknown>): ReportSearch => {
    const currency = currencies.find((one) => one === raw['currency'])
    return { ...(isMonth(raw['month']) ? { month: raw['month'] } : {}), ...(currency ? { currency } : {}) }
  },
})

function Report() {
  return <ReportPage organization={Route.useParams().organization} search={Route.useSearch()} />
}
