import { createFileRoute } from '@tanstack/react-router'
import { MembersPage } from '@/features/members/members-page.tsx'
import { membersSearch } from '@/features/members/search.ts'

export const Route = createFileRoute('/_in/organizations/$organization/members')({ component: MembersPage, validateSearch: membersSearch })
