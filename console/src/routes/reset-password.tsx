import { createFileRoute } from '@tanstack/react-router'
import { ResetPasswordPage } from '@/features/sign-in/password-pages.tsx'
import { tokenOf } from '@/features/sign-in/token-search.ts'

export const Route = createFileRoute('/reset-password')({ validateSearch: tokenOf, component: ResetPasswordPage })
