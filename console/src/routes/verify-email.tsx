import { createFileRoute } from '@tanstack/react-router'
import { tokenOf } from '@/features/sign-in/token-search.ts'
import { VerifyEmailPage } from '@/features/sign-in/verify-email-page.tsx'

export const Route = createFileRoute('/verify-email')({ validateSearch: tokenOf, component: VerifyEmailPage })
