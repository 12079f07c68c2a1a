import { createFileRoute } from '@tanstack/react-router'
import { ProjectPage } from '@/features/projects/project-page.tsx'

export const Route = createFileRoute('/_in/organizations/$organization/projects/$project/')({ component: ProjectPage })
