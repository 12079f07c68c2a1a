import { createFileRoute } from '@tanstack/react-router'
import { InvitationPage } from '@/features/sign-in/invitation-page.tsx'
import { tokenOf } from '@/features/sign-in/token-search.ts'

export const Route = createFileRoute('/invitation')({ validateSearch: tokenOf, component: InvitationPage })
