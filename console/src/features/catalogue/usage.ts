/** Which components of the organization are made from a stack. */
import { useAsk } from '@/api/query.ts'
import type { Schema } from '@/api/types.ts'

export function useUsers(organization: string, isMeant: (ref: string) => boolean): Schema<'Component'>[] {
  const { data } = useAsk('getOrganizationComponents', { path: { organization_canonical: organization } })
  return (data?.data ?? []).filter(({ service_catalog: { ref } }) => isMeant(ref))
}
