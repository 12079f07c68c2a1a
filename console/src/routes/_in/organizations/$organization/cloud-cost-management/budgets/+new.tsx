import { createFileRoute } from '@tanstack/react-router'
import { BudgetNewPage } from '@/features/cloud-costs/budget-new-page.tsx'

export const Route = createFileRoute('/_in/organizations/$organization/cloud-cost-management/budgets/+new')({ component: NewBudget })

function NewBudget() {
  return <BudgetNewPage organization={Route.useParams().organization} />
}
