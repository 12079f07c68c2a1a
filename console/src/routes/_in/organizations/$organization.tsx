import { createFileRoute } from '@tanstack/react-router'
import { OrganizationShell } from '@/features/shell/organization-shell.tsx'

export const Route = createFileRoute('/_in/organizations/$organization')({ component: OrganizationShell })
