import { createFileRoute } from '@tanstack/react-router'
import { ProjectList } from '@/features/projects/project-list.tsx'
import { readProjectSearch } from '@/features/projects/search.ts'

export const Route = createFileRoute('/_in/organizations/$organization/projects/')({
  component: ProjectList,
  validateSearch: readProjectSearch,
})
