import { createFileRoute } from '@tanstack/react-router'
import { ActivityPage } from '@/features/account/activity-page.tsx'

export const Route = createFileRoute('/_in/account/activity')({ component: ActivityPage })
