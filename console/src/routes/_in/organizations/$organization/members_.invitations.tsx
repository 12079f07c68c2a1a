import { createFileRoute } from '@tanstack/react-router'
import { InvitationsPage } from '@/features/members/invitations-page.tsx'
import { membersSearch } from '@/features/members/search.ts'

export const Route = createFileRoute('/_in/organizations/$organization/members_/invitations')({
  component: InvitationsPage,
  validateSearch: membersSearch,
})
