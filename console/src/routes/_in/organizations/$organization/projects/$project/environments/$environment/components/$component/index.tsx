import { createFileRoute } from '@tanstack/react-router'
import { ComponentOverview } from '@/features/components/component-overview.tsx'

export const Route = createFileRoute('/_in/organizations/$organization/projects/$project/environments/$environment/components/$component/')(
  {
    component: ComponentOverview,
  },
)
