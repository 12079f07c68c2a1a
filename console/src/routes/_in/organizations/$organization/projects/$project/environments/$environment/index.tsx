import { createFileRoute } from '@tanstack/react-router'
import { EnvironmentPage } from '@/features/projects/environment-page.tsx'

interface Search {
  /** Part of the name of a component or of its stack. */
  q?: string
}

export const Route = createFileRoute('/_in/organizations/$organization/projects/$project/environments/$environment/')({
  component: EnvironmentPage,
  validateSearch: ({ q }: Record<string, unknown>): Search => (typeof q === 'string' && q !== '' ? { q } : {}),
})
