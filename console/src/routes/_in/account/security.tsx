import { createFileRoute } from '@tanstack/react-router'
import { SecurityPage } from '@/features/account/security-page.tsx'

export const Route = createFileRoute('/_in/account/security')({ component: SecurityPage })
