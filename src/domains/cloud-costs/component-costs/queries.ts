import { sql } from 'kysely'
import type { OrgTx } from '../../../db/organization-tx.ts'

/** Months of which every bill came when they were over, or will not change any more: `2026-07`. */
export async function listBilledMonths(tx: OrgTx, begin: string): Promise<string[]> {
  const { rows } = await tx.execute(sql<{ month: string }>`
    select to_char(period, 'YYYY-MM') as month from cost_months
    where organization_id = ${tx.organizationId} and state = 'active' and period >= ${begin}::date
    group by period
    having bool_and(finalized or coalesce(activated_at, created_at) >= (period + interval '1 month 1 day') at time zone 'UTC')`)
  return rows.map(({ month }) => month)
}

export interface PlanPlace {
  state_id: number
  upload: string
  data_key_id: number
  created_at: Date | null
}

/** The last plan of a component that is there. */
export const findPlanOf = (tx: OrgTx, componentId: number): Promise<PlanPlace | undefined> =>
  tx
    .selectFrom('terraform_plans')
    .innerJoin('terraform_states', (join) =>
      join
        .onRef('terraform_states.organization_id', '=', 'terraform_plans.organization_id')
        .onRef('terraform_states.id', '=', 'terraform_plans.state_id'),
    )
    .select(['terraform_plans.state_id', 'terraform_plans.upload', 'terraform_plans.data_key_id', 'terraform_plans.created_at'])
    .where('terraform_states.component_id', '=', componentId)
    .orderBy('terraform_plans.position')
    .limit(1)
    .executeTakeFirst()

/** Of an environment, that of the component included. */
export async function countSiblings(tx: OrgTx, componentId: number): Promise<number> {
  const { rows } = await tx.execute(sql<{ count: number }>`
    select count(*)::int as count from components c
    where c.organization_id = ${tx.organizationId} and c.is_ready and c.environment_id = (
      select own.environment_id from components own where own.organization_id = ${tx.organizationId} and own.id = ${componentId})`)
  return rows[0]?.count ?? 0
}

/** Projects of the organization, environments of the component's project and components of its environment, its own included. */
export async function listNamesBeside(
  tx: OrgTx,
  componentId: number,
): Promise<{ kind: 'project' | 'environment' | 'component'; canonical: string }[]> {
  const { rows } = await tx.execute(sql<{ kind: 'project' | 'environment' | 'component'; canonical: string }>`
    with own as (
      select c.environment_id, e.project_id from components c
      join environments e on e.organization_id = c.organization_id and e.id = c.environment_id
      where c.organization_id = ${tx.organizationId} and c.id = ${componentId})
    select 'project' as kind, canonical from projects where organization_id = ${tx.organizationId}
    union all select 'environment', e.canonical from environments e join own using (project_id) where e.organization_id = ${tx.organizationId}
    union all select 'component', c.canonical from components c join own using (environment_id)
      where c.organization_id = ${tx.organizationId} and c.is_ready
    order by 1, 2`)
  return rows
}
