import { createFileRoute } from '@tanstack/react-router'
import { ProviderPage } from '@/features/identity-providers/provider-page.tsx'

export const Route = createFileRoute('/_in/organizations/$organization/identity-providers_/$provider')({ component: ProviderPage })
