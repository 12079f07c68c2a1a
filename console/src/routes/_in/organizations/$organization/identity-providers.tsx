import { createFileRoute } from '@tanstack/react-router'
import { ProvidersPage } from '@/features/identity-providers/providers-page.tsx'

export const Route = createFileRoute('/_in/organizations/$organization/identity-providers')({ component: ProvidersPage })
