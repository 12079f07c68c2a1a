/** Everything that needs a session: whoever has none signs in first, and comes back to where they wanted to go. */
import { createFileRoute, redirect } from '@tanstack/react-router'
import { restoreSession } from '@/api/client.ts'
import { currentSession } from '@/api/session.ts'
import { SignedIn } from '@/features/shell/signed-in.tsx'

export const Route = createFileRoute('/_in')({
  async beforeLoad({ location }) {
    if (currentSession() ?? (await restoreSession())) return
    throw redirect({ to: '/login', search: { to: location.href } })
  },
  component: SignedIn,
})
