import { createFileRoute } from '@tanstack/react-router'
import { AppearancesPage } from '@/features/appearances/appearances-page.tsx'
import { appearancesSearch } from '@/features/appearances/search.ts'

export const Route = createFileRoute('/_in/organizations/$organization/appearances')({
  component: AppearancesPage,
  validateSearch: appearancesSearch,
})
