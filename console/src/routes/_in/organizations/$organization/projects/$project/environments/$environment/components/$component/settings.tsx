import { createFileRoute } from '@tanstack/react-router'
import { ComponentSettings } from '@/features/components/component-settings.tsx'

export const Route = createFileRoute(
  '/_in/organizations/$organization/projects/$project/environments/$environment/components/$component/settings',
)({
  component: ComponentSettings,
})
