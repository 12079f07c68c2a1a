import { createFileRoute } from '@tanstack/react-router'
import { NewKeyPage } from '@/features/access-rules/new-key-page.tsx'

export const Route = createFileRoute('/_in/organizations/$organization/api-keys_/+new')({ component: NewKeyPage })
