import { createFileRoute, redirect } from '@tanstack/react-router'
import { restoreSession } from '@/api/client.ts'
import { currentSession } from '@/api/session.ts'
import { pathOfConsole } from '@/features/sign-in/destination.ts'
import { LoginPage } from '@/features/sign-in/login-page.tsx'

const reasons = ['aws_marketplace', 'new_password', 'stale', 'deleted', 'signed_out'] as const
type Reason = (typeof reasons)[number]

interface Search {
  /** Where to go afterwards; only addresses of the console are gone to. */
  to?: string
  /** Why somebody is here. */
  from?: Reason
  /** The organization to sign in to: its look, its provider, what it asks of a sign-in. */
  organization?: string
  /** Whoever turns out to be new joins by it. */
  invitation?: string
  /** The page is shown to who is signed in too: what they are about to do asks for a new sign-in. */
  again?: boolean
}

const isReason = (text: unknown): text is Reason => reasons.includes(text as Reason)

export const Route = createFileRoute('/login')({
  validateSearch: ({ to, from, organization, invitation, again }: Record<string, unknown>): Search => ({
    ...(typeof to === 'string' ? { to } : {}),
    ...(isReason(from) ? { from } : {}),
    ...(typeof organization === 'string' ? { organization } : {}),
    ...(typeof invitation === 'string' ? { invitation } : {}),
    ...(again === true ? { again } : {}),
  }),
  async beforeLoad({ search: { to, organization, again } }) {
    if (again || organization !== undefined) return
    // Whether somebody is signed in is a detail here: a platform that cannot be reached says so when they try.
    if (currentSession() ?? (await restoreSession().catch(() => undefined)))
      throw redirect({ href: pathOfConsole(to) ?? '/', replace: true })
  },
  component: LoginPage,
})
