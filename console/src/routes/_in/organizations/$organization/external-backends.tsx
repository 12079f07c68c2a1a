import { createFileRoute } from '@tanstack/react-router'
import { BackendsPage } from '@/features/inventory/backends-page.tsx'
import { backendsSearch } from '@/features/inventory/backends-search.ts'

export const Route = createFileRoute('/_in/organizations/$organization/external-backends')({
  component: BackendsPage,
  validateSearch: backendsSearch,
})
