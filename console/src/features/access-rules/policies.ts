import { useMay } from '@/access/use-may.ts'
import { useAsk } from '@/api/query.ts'
import type { Policy } from './rules.ts'

const none: readonly Policy[] = []

/** All actions that there are. @returns none while they are on their way, or when the caller may not list them */
export function usePolicies(organization: string): { policies: readonly Policy[]; why: string | undefined } {
  const path = { organization_canonical: organization }
  const { allowed, why } = useMay('getPolicies', path)
  const { data } = useAsk('getPolicies', { path, query: { page_size: 1000 } }, { enabled: allowed })
  return { policies: data?.data ?? none, why }
}
