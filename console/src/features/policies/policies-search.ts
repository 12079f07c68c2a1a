import type { Schema } from '@/api/types.ts'
import { oneOf, textOf } from '@/kit/search.ts'

export type Policy = Schema<'InfraPolicy'>
export type PolicySeverity = Policy['severity']
export const policySeverities = ['critical', 'warning', 'advisory'] as const
export const colourOf: Record<PolicySeverity, string> = { critical: 'red', warning: 'yellow', advisory: 'blue' }
export const orders = [
  'infra_policy_name:asc',
  'infra_policy_name:desc',
  'infra_policy_created_at:desc',
  'infra_policy_created_at:asc',
] as const

export interface PoliciesSearch {
  tab?: 'check' | undefined
  name?: string | undefined
  severity?: PolicySeverity | undefined
  enabled?: 'yes' | 'no' | undefined
  order?: (typeof orders)[number] | undefined
}

export const policiesSearch = (search: Record<string, unknown>): PoliciesSearch => ({
  tab: oneOf(search['tab'], ['check']),
  name: textOf(search['name']),
  severity: oneOf(search['severity'], policySeverities),
  enabled: oneOf(search['enabled'], ['yes', 'no']),
  order: oneOf(search['order'], orders),
})
