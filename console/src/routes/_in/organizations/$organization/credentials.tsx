import { createFileRoute } from '@tanstack/react-router'
import { CredentialsPage } from '@/features/credentials/credentials-page.tsx'
import { credentialsSearch } from '@/features/credentials/credentials-search.ts'

export const Route = createFileRoute('/_in/organizations/$organization/credentials')({
  component: CredentialsPage,
  validateSearch: credentialsSearch,
})
