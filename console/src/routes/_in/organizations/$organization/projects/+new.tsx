import { createFileRoute } from '@tanstack/react-router'
import { NewProject } from '@/features/projects/new-project.tsx'

export const Route = createFileRoute('/_in/organizations/$organization/projects/+new')({ component: NewProject })
