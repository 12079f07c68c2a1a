import { createFileRoute } from '@tanstack/react-router'
import { PolicyPage } from '@/features/policies/policy-page.tsx'

export const Route = createFileRoute('/_in/organizations/$organization/policies/$policy')({ component: PolicyPage })
