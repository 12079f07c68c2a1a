import { createFileRoute } from '@tanstack/react-router'
import { NewOrganization } from '@/features/organizations/new-page.tsx'

export const Route = createFileRoute('/_in/organizations/+new')({ component: NewOrganization })
