import { createFileRoute } from '@tanstack/react-router'
import { OrganizationSettings } from '@/features/organizations/settings-page.tsx'

export const Route = createFileRoute('/_in/organizations/$organization/settings')({ component: OrganizationSettings })
