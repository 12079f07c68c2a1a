import { createFileRoute } from '@tanstack/react-router'
import { ProjectSettings } from '@/features/projects/project-settings.tsx'

export const Route = createFileRoute('/_in/organizations/$organization/projects/$project/settings')({ component: ProjectSettings })
