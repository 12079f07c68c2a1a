import { createFileRoute } from '@tanstack/react-router'
import { TagsPage } from '@/features/cloud-costs/tags-page.tsx'

export const Route = createFileRoute('/_in/organizations/$organization/cloud-cost-management/tags')({ component: Tags })

function Tags() {
  return <TagsPage organization={Route.useParams().organization} />
}
