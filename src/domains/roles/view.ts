import type { Schema } from '../../contract/operation.ts'
import { seconds } from '../../time.ts'

/** Of the table, or as JSON beside another row; as JSON its times are text. */
export interface RoleRow {
  id: number
  canonical: string
  name: string
  description: string
  built_in: boolean
  created_at: Date | string
  updated_at: Date | string
  rules: readonly { id: number; action: string; resources: string[] }[]
}

export function viewRole({ id, canonical, name, description, built_in, created_at, updated_at, rules }: RoleRow): Schema<'Role'> {
  return {
    id,
    canonical,
    name,
    description,
    default: built_in,
    rules: rules.map(viewRule),
    created_at: seconds(new Date(created_at)),
    updated_at: seconds(new Date(updated_at)),
  }
}

export const viewRule = ({ id, action, resources }: RoleRow['rules'][number]): Schema<'Rule'> => ({
  id,
  action,
  effect: 'allow',
  resources: [...resources],
})
