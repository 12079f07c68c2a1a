import { createFileRoute } from '@tanstack/react-router'
import { BillingPage } from '@/features/billing/billing-page.tsx'

export const Route = createFileRoute('/_in/organizations/$organization/billing')({ component: BillingPage })
