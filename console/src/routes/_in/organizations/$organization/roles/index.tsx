import { createFileRoute } from '@tanstack/react-router'
import { RolesPage } from '@/features/access-rules/roles-page.tsx'
import { rolesSearch } from '@/features/access-rules/search.ts'

export const Route = createFileRoute('/_in/organizations/$organization/roles/')({ component: RolesPage, validateSearch: rolesSearch })
