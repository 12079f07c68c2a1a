import { createFileRoute } from '@tanstack/react-router'
import { NewPolicyPage } from '@/features/policies/policy-page.tsx'

export const Route = createFileRoute('/_in/organizations/$organization/policies/+new')({ component: NewPolicyPage })
