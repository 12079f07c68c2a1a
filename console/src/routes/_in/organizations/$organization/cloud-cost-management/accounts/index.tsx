import { createFileRoute } from '@tanstack/react-router'
import { AccountsPage } from '@/features/cloud-costs/accounts-page.tsx'
import { type AccountsSearch, accountKinds } from '@/features/cloud-costs/pages-search.ts'

export const Route = createFileRoute('/_in/organizations/$organization/cloud-cost-management/accounts/')({
  component: Accounts,
  validateSearch: (raw: Record<string, unknown>): AccountsSearch => {
    const kind = accountKinds.find((one) => one === raw['new'])
    return kind ? { new: kind } : {}
  },
})

function Accounts() {
  return <AccountsPage organization={Route.useParams().organization} search={Route.useSearch()} />
}
