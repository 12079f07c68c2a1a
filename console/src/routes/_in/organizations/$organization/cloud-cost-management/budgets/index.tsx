import { createFileRoute } from '@tanstack/react-router'
import { BudgetsPage } from '@/features/cloud-costs/budgets-page.tsx'

export const Route = createFileRoute('/_in/organizations/$organization/cloud-cost-management/budgets/')({ component: Budgets })

function Budgets() {
  return <BudgetsPage organization={Route.useParams().organization} />
}
