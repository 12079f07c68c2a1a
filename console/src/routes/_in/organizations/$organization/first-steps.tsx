import { createFileRoute } from '@tanstack/react-router'
import { FirstStepsPage } from '@/features/overview/first-steps-page.tsx'

export const Route = createFileRoute('/_in/organizations/$organization/first-steps')({ component: FirstStepsPage })
