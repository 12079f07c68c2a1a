import { createFileRoute } from '@tanstack/react-router'
import { SignUpPage } from '@/features/sign-in/sign-up-page.tsx'

interface Search {
  to?: string
  /** The token of an invitation. */
  invitation?: string
  /** From the AWS Marketplace, which sent the buyer. */
  aws_marketplace_token?: string
}

export const Route = createFileRoute('/sign-up')({
  validateSearch: ({ to, invitation, aws_marketplace_token }: Record<string, unknown>): Search => ({
    ...(typeof to === 'string' ? { to } : {}),
    ...(typeof invitation === 'string' ? { invitation } : {}),
    ...(typeof aws_marketplace_token === 'string' ? { aws_marketplace_token } : {}),
  }),
  component: SignUpPage,
})
