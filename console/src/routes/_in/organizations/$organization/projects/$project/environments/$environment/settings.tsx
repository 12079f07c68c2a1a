import { createFileRoute } from '@tanstack/react-router'
import { EnvironmentSettings } from '@/features/projects/environment-settings.tsx'

export const Route = createFileRoute('/_in/organizations/$organization/projects/$project/environments/$environment/settings')({
  component: EnvironmentSettings,
})
