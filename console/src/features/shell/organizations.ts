import { useAsk } from '@/api/query.ts'
import type { Organization } from './organization-tree.ts'

const none: Organization[] = []

/** Those that the signed-in person can reach, as far as a list for choosing goes. */
export const useOrganizations = (): Organization[] => useAsk('getOrgs', { query: { page_size: 1000 } }).data?.data ?? none

const remembered = 'trochoid.organization'

export const lastOrganization = (): string | null => localStorage.getItem(remembered)

export function rememberOrganization(canonical: string): void {
  localStorage.setItem(remembered, canonical)
}
