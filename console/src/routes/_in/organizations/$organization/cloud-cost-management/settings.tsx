import { createFileRoute } from '@tanstack/react-router'
import { CostSettingsPage } from '@/features/cloud-costs/settings-page.tsx'

export const Route = createFileRoute('/_in/organizations/$organization/cloud-cost-management/settings')({ component: Settings })

function Settings() {
  return <CostSettingsPage organization={Route.useParams().organization} />
}
