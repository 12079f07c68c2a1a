/** Row-level security is only a wall while it stands: the service looks at every start, and a test looks too. */
import { sql } from 'kysely'
import { AccountTx } from './account-tx.ts'
import type { Database } from './pool.ts'

/** Policies that are not just `organization_id = current_organization_id()`; db/README.md says why for each. */
export const exceptions = [
  'api_keys.doors',
  'appearances.doors',
  'component_changes.doors',
  'components.doors',
  'components.stack_in_reach',
  'components.stack_stays_in_reach',
  'cost_accounts.doors',
  'cost_daily.doors',
  'cost_days.doors',
  'cost_dimensions.doors',
  'cost_imports.doors',
  'cost_lines.doors',
  'cost_linked_accounts.doors',
  'cost_month_resources.doors',
  'cost_month_tag_sets.doors',
  'cost_monthly.doors',
  'cost_months.doors',
  'cost_resources.doors',
  'cost_tag_groups.doors',
  'cost_tag_sets.doors',
  'credentials.doors',
  'engine_builds.doors',
  'engine_pipelines.doors',
  'identity_providers.doors',
  'infra_imports.doors',
  'licences.doors',
  'members.doors',
  'members.own_memberships',
  'organizations.descendants',
  'organizations.doors',
  'organizations.own_organizations',
  'pipelines.doors',
  'roles.doors',
  'rules.doors',
  'stack_files.shared',
  'stack_sources.doors',
  'stacks.doors',
  'stacks.shared',
  'subscriptions.doors',
  'team_members.doors',
  'team_roles.doors',
  'terraform_states.doors',
] as const

/** Tables that the service writes and that hold nobody's data: hashes of who tried what, processes that run builds. */
const nobodys = ['engine_runners', 'rate_limits']

interface Walls {
  role: string
  privileged: boolean
  owned: string[]
  open_tables: string[]
  /** Without their policy they are shut for everybody: nothing leaks, and nothing works. */
  shut_tables: string[]
  policies: string[]
}

/** @throws Error listing every gap, so that a service with a gap does not start. */
export async function assertWalls(database: Database): Promise<void> {
  const walls = await readWalls(database)
  const gaps: string[] = []
  if (walls.privileged) gaps.push(`the role ${walls.role} is a superuser or bypasses row-level security`)
  if (walls.owned.length > 0) gaps.push(`the role ${walls.role} owns ${walls.owned.join(', ')}`)
  for (const table of walls.open_tables) gaps.push(`row-level security is not enabled and forced on ${table}`)
  for (const table of walls.shut_tables) gaps.push(`the policy ${table}.tenant is not there`)
  const known = new Set<string>(exceptions)
  for (const policy of walls.policies) if (!known.has(policy)) gaps.push(`the policy ${policy} is an exception nobody listed`)
  for (const policy of exceptions) if (!walls.policies.includes(policy)) gaps.push(`the policy ${policy} is listed but not there`)
  if (gaps.length > 0) throw new Error(`The walls between organizations are not whole:\n${gaps.map((gap) => `  - ${gap}`).join('\n')}`)
}

async function readWalls(database: Database): Promise<Walls> {
  const statement = sql<Walls>`
    with tenant as (
      select c.oid, c.relname from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attname = 'organization_id' and not a.attisdropped
      where c.relkind in ('r', 'p') and c.relnamespace = 'public'::regnamespace
    )
    select current_user::text as role,
      (select rolsuper or rolbypassrls from pg_roles where rolname = current_user) as privileged,
      array(select relname::text from pg_class where relnamespace = 'public'::regnamespace and relowner = (select oid from pg_roles where rolname = current_user)) as owned,
      array(select relname::text from pg_class where relkind in ('r', 'p') and relnamespace = 'public'::regnamespace
            and not (relrowsecurity and relforcerowsecurity) and relname <> all (${nobodys})
            and (oid in (select oid from tenant) or has_table_privilege(oid, 'insert, update, delete')) order by 1) as open_tables,
      array(select relname::text from tenant where not exists (select from pg_policy p where p.polrelid = tenant.oid and p.polname = 'tenant') order by 1) as shut_tables,
      array(select p.tablename || '.' || p.policyname from pg_policies p join tenant t on t.relname = p.tablename
            where p.schemaname = 'public'
              and (p.policyname <> 'tenant' or p.qual <> '(organization_id = current_organization_id())' or p.with_check <> p.qual)
            order by 1) as policies`
  const { rows } = await AccountTx.read(database, { kind: 'platform' }, (tx) => tx.execute(statement))
  const [walls] = rows
  if (!walls) throw new Error('the catalogue could not be read')
  return walls
}
