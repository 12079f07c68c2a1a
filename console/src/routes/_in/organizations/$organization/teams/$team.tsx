import { createFileRoute } from '@tanstack/react-router'
import { TeamPage } from '@/features/members/team-page.tsx'

export const Route = createFileRoute('/_in/organizations/$organization/teams/$team')({ component: TeamPage })
