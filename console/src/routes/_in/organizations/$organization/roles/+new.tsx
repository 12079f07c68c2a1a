import { createFileRoute } from '@tanstack/react-router'
import { NewRolePage } from '@/features/access-rules/new-role-page.tsx'
import { newRoleSearch } from '@/features/access-rules/search.ts'

export const Route = createFileRoute('/_in/organizations/$organization/roles/+new')({
  component: NewRolePage,
  validateSearch: newRoleSearch,
})
