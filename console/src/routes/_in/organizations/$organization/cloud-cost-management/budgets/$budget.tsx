import { createFileRoute } from '@tanstack/react-router'
import { BudgetPage, type BudgetSearch } from '@/features/cloud-costs/budget-page.tsx'

export const Route = createFileRoute('/_in/organizations/$organization/cloud-cost-management/budgets/$budget')({
  component: Budget,
  validateSearch: (raw: Record<string, unknown>): BudgetSearch => (raw['edit'] === true ? { edit: true } : {}),
})

function Budget() {
  const { organization, budget } = Route.useParams()
  return <BudgetPage organization={organization} budget={budget} search={Route.useSearch()} />
}
