/** A role as other things mention it. */
import { type RawBuilder, sql } from 'kysely'
import type { RoleRow } from './view.ts'

/** The role in that column of a tenant table, with its rules, as one JSON value. Row-level security picks the organization. */
export const roleIn = (column: string): RawBuilder<RoleRow> => sql<RoleRow>`(
  select to_jsonb(r) - 'organization_id' || jsonb_build_object('rules', ${rulesOf('r.id')})
  from roles r where r.organization_id = current_organization_id() and r.id = ${sql.ref(column)})`

/** The rules of the role in that column, a list that may be empty. */
export const rulesOf = (column: string): RawBuilder<RoleRow['rules']> => sql<RoleRow['rules']>`(
  select coalesce(jsonb_agg(jsonb_build_object('id', rules.id, 'action', rules.action, 'resources', to_jsonb(rules.resources)) order by rules.id), '[]')
  from rules where rules.organization_id = current_organization_id() and rules.role_id = ${sql.ref(column)})`
