/** A team as other things mention it. */
import { type RawBuilder, sql } from 'kysely'
import type { Schema } from '../../contract/operation.ts'
import { seconds } from '../../time.ts'
import { type PersonRow, viewUser } from '../accounts/view.ts'

export interface SimpleTeamRow {
  id: number
  canonical: string
  name: string
  created_at: string
  updated_at: string
  owner: PersonRow | null
}

/** The team in that column of a tenant table as one JSON value, null when there is none. Row-level security picks the organization. */
export const teamIn = (column: string): RawBuilder<SimpleTeamRow | null> => sql<SimpleTeamRow | null>`(
  select jsonb_build_object('id', t.id, 'canonical', t.canonical, 'name', t.name, 'created_at', t.created_at, 'updated_at', t.updated_at,
    'owner', (select to_jsonb(p) from people p where p.id = t.owner_id))
  from teams t where t.organization_id = current_organization_id() and t.id = ${sql.ref(column)})`

export function viewSimpleTeam({ id, canonical, name, created_at, updated_at, owner }: SimpleTeamRow): Schema<'SimpleTeam'> {
  return {
    id,
    canonical,
    name,
    created_at: seconds(new Date(created_at)),
    updated_at: seconds(new Date(updated_at)),
    ...(owner ? { owner: viewUser(owner) } : {}),
  }
}
