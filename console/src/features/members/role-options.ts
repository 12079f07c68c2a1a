/** Roles to choose from. Those that go beyond what the chooser may do are there, and cannot be chosen: the API would refuse them. */
import { useMemo } from 'react'
import { useAccess, useMay } from '@/access/use-may.ts'
import { useAsk } from '@/api/query.ts'
import type { Schema } from '@/api/types.ts'
import { covers } from '../../../../src/access/cover.ts'

export interface RoleOption {
  value: string
  label: string
  disabled: boolean
}

export interface RoleOptions {
  roles: readonly Schema<'Role'>[]
  options: RoleOption[]
  /** Some cannot be given. */
  limited: boolean
  /** Why there is nothing to choose from. */
  why: string | undefined
}

export function useRoleOptions(organization: string): RoleOptions {
  const path = { organization_canonical: organization }
  const { allowed, why } = useMay('getRoles', path)
  const { data } = useAsk('getRoles', { path, query: { page_size: 1000 } }, { enabled: allowed })
  const access = useAccess(organization)
  return useMemo(() => {
    const roles = data?.data ?? []
    const options = roles.map(({ canonical, name, rules }) => ({
      value: canonical,
      label: name,
      disabled: access?.complete === true && !rules.every((rule) => covers(access.rules, rule, organization)),
    }))
    return { roles, options, limited: options.some(({ disabled }) => disabled), why }
  }, [data, access, organization, why])
}
