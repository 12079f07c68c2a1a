import { createFileRoute } from '@tanstack/react-router'
import { AccountPage } from '@/features/cloud-costs/account-page.tsx'
import { type AccountSearch, accountTabs } from '@/features/cloud-costs/pages-search.ts'

export const Route = createFileRoute('/_in/organizations/$organization/cloud-cost-management/accounts/$account')({
  component: Account,
  validateSearch: (raw: Record<string, unknown>): AccountSearch => {
    const tab = accountTabs.find((one) => one === raw['tab'])
    const id = Number(raw['import'])
    return { ...(tab ? { tab } : {}), ...(Number.isInteger(id) && id > 0 ? { import: id } : {}) }
  },
})

function Account() {
  const { organization, account } = Route.useParams()
  return <AccountPage organization={organization} account={account} search={Route.useSearch()} />
}
