import { createFileRoute } from '@tanstack/react-router'
import { teamsSearch } from '@/features/members/search.ts'
import { TeamsPage } from '@/features/members/teams-page.tsx'

export const Route = createFileRoute('/_in/organizations/$organization/teams/')({ component: TeamsPage, validateSearch: teamsSearch })
