import { createFileRoute } from '@tanstack/react-router'
import { ProjectFrame } from '@/features/projects/project-frame.tsx'

export const Route = createFileRoute('/_in/organizations/$organization/projects/$project')({ component: ProjectFrame })
