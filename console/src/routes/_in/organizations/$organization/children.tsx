import { createFileRoute } from '@tanstack/react-router'
import { Children } from '@/features/organizations/children-page.tsx'

interface Search {
  /** `name:asc` */
  order?: string
}

export const Route = createFileRoute('/_in/organizations/$organization/children')({
  validateSearch: ({ order }: Record<string, unknown>): Search =>
    typeof order === 'string' && /^(?:name|created_at):(?:asc|desc)$/.test(order) ? { order } : {},
  component: Children,
})
