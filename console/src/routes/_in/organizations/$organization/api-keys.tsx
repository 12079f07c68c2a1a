import { createFileRoute } from '@tanstack/react-router'
import { KeysPage } from '@/features/access-rules/keys-page.tsx'
import { keysSearch } from '@/features/access-rules/search.ts'

export const Route = createFileRoute('/_in/organizations/$organization/api-keys')({ component: KeysPage, validateSearch: keysSearch })
