import { createFileRoute } from '@tanstack/react-router'
import { type RatesSearch, rateForms } from '@/features/cloud-costs/pages-search.ts'
import { RatesPage } from '@/features/cloud-costs/rates-page.tsx'

export const Route = createFileRoute('/_in/organizations/$organization/cloud-cost-management/rates')({
  component: Rates,
  validateSearch: (raw: Record<string, unknown>): RatesSearch => {
    const add = rateForms.find((one) => one === raw['add'])
    return add ? { add } : {}
  },
})

function Rates() {
  return <RatesPage organization={Route.useParams().organization} search={Route.useSearch()} />
}
