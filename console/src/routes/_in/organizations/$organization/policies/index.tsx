import { createFileRoute } from '@tanstack/react-router'
import { PoliciesPage } from '@/features/policies/policies-page.tsx'
import { policiesSearch } from '@/features/policies/policies-search.ts'

export const Route = createFileRoute('/_in/organizations/$organization/policies/')({
  component: PoliciesPage,
  validateSearch: policiesSearch,
})
