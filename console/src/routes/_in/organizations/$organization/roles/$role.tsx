import { createFileRoute } from '@tanstack/react-router'
import { RolePage } from '@/features/access-rules/role-page.tsx'

export const Route = createFileRoute('/_in/organizations/$organization/roles/$role')({ component: RolePage })
