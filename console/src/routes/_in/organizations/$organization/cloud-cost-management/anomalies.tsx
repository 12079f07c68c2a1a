import { createFileRoute } from '@tanstack/react-router'
import { AnomaliesPage } from '@/features/cloud-costs/anomalies-page.tsx'
import { type AnomalySearch, anomalyStatuses } from '@/features/cloud-costs/pages-search.ts'
import { isDay } from '@/features/cloud-costs/period.ts'

export const Route = createFileRoute('/_in/organizations/$organization/cloud-cost-management/anomalies')({
  component: Anomalies,
  validateSearch: ({ status, begin, end, anomaly }: Record<string, unknown>): AnomalySearch => {
    const known = ([...anomalyStatuses, 'all'] as const).find((one) => one === status)
    return {
      ...(known ? { status: known } : {}),
      ...(isDay(begin) ? { begin } : {}),
      ...(isDay(end) ? { end } : {}),
      ...(Number.isInteger(anomaly) ? { anomaly: Number(anomaly) } : {}),
    }
  },
})

function Anomalies() {
  return <AnomaliesPage organization={Route.useParams().organization} search={Route.useSearch()} />
}
