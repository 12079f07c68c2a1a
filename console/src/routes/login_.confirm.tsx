import { createFileRoute } from '@tanstack/react-router'
import { ConfirmPage } from '@/features/sign-in/confirm-page.tsx'
import { tokenOf } from '@/features/sign-in/token-search.ts'

export const Route = createFileRoute('/login_/confirm')({ validateSearch: tokenOf, component: ConfirmPage })
