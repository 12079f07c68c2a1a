import { createFileRoute } from '@tanstack/react-router'
import { ReturnPage } from '@/features/sign-in/return-page.tsx'

interface Search {
  /** Good once, for a minute. */
  code?: string
  return_to?: string
}

export const Route = createFileRoute('/sso/$provider')({
  validateSearch: ({ code, return_to }: Record<string, unknown>): Search => ({
    ...(typeof code === 'string' ? { code } : {}),
    ...(typeof return_to === 'string' ? { return_to } : {}),
  }),
  component: ReturnPage,
})
