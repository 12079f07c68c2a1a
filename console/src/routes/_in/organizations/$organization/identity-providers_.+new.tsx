import { createFileRoute } from '@tanstack/react-router'
import { NewProviderPage } from '@/features/identity-providers/provider-page.tsx'

export const Route = createFileRoute('/_in/organizations/$organization/identity-providers_/+new')({ component: NewProviderPage })
