import { type Insertable, type RawBuilder, sql } from 'kysely'
import type { Visibility } from '../../access/decide.ts'
import type { Quotas } from '../../db/database.ts'
import type { OrgTx } from '../../db/organization-tx.ts'
import { type PageQuery, page } from '../../db/page.ts'
import { whereVisible } from '../../db/visible.ts'
import { personIn } from '../people.ts'
import { type Amounts, poolIn, sumsOf } from '../resource-pools/queries.ts'
import { teamIn } from '../teams/simple.ts'

export type QuotaRow = NonNullable<Awaited<ReturnType<typeof findQuota>>>
export type ConsumptionRow = Awaited<ReturnType<typeof listConsumers>>[number]
export type TeamQuota = Awaited<ReturnType<typeof lockQuotasOfTeam>>[number]

/** What a component takes of one quota. */
export interface Part extends Amounts {
  quota_id: number
}

const used: RawBuilder<Amounts> = sql`(select ${sumsOf('u')} from quota_consumptions u
  where u.organization_id = quotas.organization_id and u.quota_id = quotas.id)`

const selectQuotas = (tx: OrgTx) =>
  tx
    .selectFrom('quotas')
    .selectAll('quotas')
    .select([poolIn('quotas.resource_pool_id').as('pool'), teamIn('quotas.team_id').as('team'), used.as('used')])

export const listQuotas = (tx: OrgTx, query: PageQuery, visible: Visibility) =>
  page(whereVisible(selectQuotas(tx), visible, sql`':quota:' || ${sql.ref('quotas.id')}`), query, {
    columns: { quota_id: 'quotas.id' },
    tieBreaker: 'quotas.id',
  })

export const findQuota = (tx: OrgTx, id: number) => selectQuotas(tx).where('quotas.id', '=', id).executeTakeFirst()

export const findQuotaOf = (tx: OrgTx, poolId: number, teamId: number) =>
  tx.selectFrom('quotas').select('id').where('resource_pool_id', '=', poolId).where('team_id', '=', teamId).executeTakeFirst()

/** Until the end nobody reserves anything of it. */
export const lockQuota = (tx: OrgTx, id: number) => tx.selectFrom('quotas').select('id').where('id', '=', id).forUpdate().executeTakeFirst()

export const insertQuota = (tx: OrgTx, row: Omit<Insertable<Quotas>, 'organization_id' | 'id'>) =>
  tx.insertInto('quotas', row).returning('id').executeTakeFirstOrThrow()

export const updateQuota = (tx: OrgTx, id: number, amounts: Amounts) =>
  tx
    .updateTable('quotas')
    .set({ ...amounts, updated_at: new Date() })
    .where('id', '=', id)
    .execute()

export const deleteQuota = (tx: OrgTx, id: number) => tx.deleteFrom('quotas').where('id', '=', id).execute()

/** Locked until we refer to it. */
export const lockTeam = (tx: OrgTx, canonical: string) =>
  tx.selectFrom('teams').select('id').where('canonical', '=', canonical).forKeyShare().executeTakeFirst()

/** Components with what they take, and where they are. */
const selectConsumers = (tx: OrgTx) =>
  tx
    .selectFrom('quota_consumptions')
    .innerJoin('components', (join) =>
      join
        .onRef('components.organization_id', '=', 'quota_consumptions.organization_id')
        .onRef('components.id', '=', 'quota_consumptions.component_id'),
    )
    .innerJoin('environments', (join) =>
      join
        .onRef('environments.organization_id', '=', 'components.organization_id')
        .onRef('environments.id', '=', 'components.environment_id'),
    )
    .innerJoin('projects', (join) =>
      join.onRef('projects.organization_id', '=', 'environments.organization_id').onRef('projects.id', '=', 'environments.project_id'),
    )

/** The components that use a quota, as people name them. */
export const listComponentsOf = (tx: OrgTx, quotaId: number) =>
  selectConsumers(tx)
    .select(sql<string>`projects.canonical || '/' || environments.canonical || '/' || components.canonical`.as('place'))
    .where('quota_consumptions.quota_id', '=', quotaId)
    .orderBy('place')
    .limit(10)
    .execute()

/** What each environment uses, the largest first; those that the caller may see. */
export const listConsumers = (tx: OrgTx, quotaId: number, visible: Visibility) => {
  const found = selectConsumers(tx)
    .select([
      'environments.id',
      'environments.canonical',
      'environments.name',
      'environments.color',
      'environments.created_at',
      'environments.updated_at',
      'projects.id as project_id',
      'projects.canonical as project_canonical',
      'projects.name as project_name',
      'projects.description as project_description',
      'projects.created_at as project_created_at',
      'projects.updated_at as project_updated_at',
      personIn('projects.owner_id').as('project_owner'),
      sumsOf('quota_consumptions').as('used'),
    ])
    .where('quota_consumptions.quota_id', '=', quotaId)
  const path = sql`':project:' || projects.canonical || ':environment:' || environments.canonical`
  return whereVisible(found, visible, path, 'projects.owner_id')
    .groupBy(['environments.organization_id', 'environments.id', 'projects.organization_id', 'projects.id'])
    .orderBy(sql`sum(quota_consumptions.cpu)`, 'desc')
    .orderBy(sql`sum(quota_consumptions.memory)`, 'desc')
    .orderBy(sql`sum(quota_consumptions.storage)`, 'desc')
    .orderBy('environments.id')
    .execute()
}

/** Are quotas on, and what does the component take? */
export async function readConsumption(tx: OrgTx, componentId: number): Promise<{ areOn: boolean; parts: Part[] }> {
  const found = await tx
    .selectFrom('organizations')
    .select([
      'organizations.quotas',
      sql<
        Part[]
      >`(select coalesce(jsonb_agg(jsonb_build_object('quota_id', c.quota_id, 'cpu', c.cpu, 'memory', c.memory, 'storage', c.storage)
        order by c.quota_id), '[]') from quota_consumptions c
        where c.organization_id = current_organization_id() and c.component_id = ${componentId})`.as('parts'),
    ])
    .executeTakeFirst()
  return { areOn: found?.quotas ?? false, parts: found?.parts ?? [] }
}

export const areQuotasOn = async (tx: OrgTx): Promise<boolean> =>
  (await tx.selectFrom('organizations').select('quotas').executeTakeFirst())?.quotas ?? false

/** Whose quotas count in an environment: until the transaction ends, the project keeps its team. */
export async function findTeamOfEnvironment(tx: OrgTx, environmentId: number) {
  const project = tx.selectFrom('environments').select('project_id').where('environments.id', '=', environmentId)
  await tx.selectFrom('projects').select('id').where('id', '=', project).forKeyShare().execute()
  // A second look, since the first may have waited for who changed it.
  return tx
    .selectFrom('environments')
    .innerJoin('projects', (join) =>
      join.onRef('projects.organization_id', '=', 'environments.organization_id').onRef('projects.id', '=', 'environments.project_id'),
    )
    .leftJoin('teams', (join) =>
      join.onRef('teams.organization_id', '=', 'projects.organization_id').onRef('teams.id', '=', 'projects.team_id'),
    )
    .select(['projects.canonical as project', 'teams.id as team_id', 'teams.canonical as team'])
    .where('environments.id', '=', environmentId)
    .executeTakeFirst()
}

/**
 * Whoever holds this is alone with the quotas of the team: the second statement sees what everybody before has reserved. Rows that
 * only refer to a quota need not wait.
 */
export async function lockQuotasOfTeam(tx: OrgTx, teamId: number) {
  const ofTeam = tx.selectFrom('quotas').where('quotas.team_id', '=', teamId).orderBy('quotas.id')
  await ofTeam.select('quotas.id').forNoKeyUpdate().execute()
  return ofTeam
    .innerJoin('resource_pools', (join) =>
      join
        .onRef('resource_pools.organization_id', '=', 'quotas.organization_id')
        .onRef('resource_pools.id', '=', 'quotas.resource_pool_id'),
    )
    .select(['quotas.id', 'quotas.cpu', 'quotas.memory', 'quotas.storage', 'resource_pools.canonical as pool', used.as('used')])
    .execute()
}

/** Instead of what the component took so far. */
export async function replaceConsumption(tx: OrgTx, componentId: number, parts: readonly Part[]): Promise<void> {
  await tx.deleteFrom('quota_consumptions').where('component_id', '=', componentId).execute()
  if (parts.length > 0)
    await tx
      .insertInto(
        'quota_consumptions',
        parts.map((part) => ({ ...part, component_id: componentId })),
      )
      .execute()
}

/** Does anything in the project use a quota? */
export const findConsumerIn = (tx: OrgTx, projectId: number) =>
  tx
    .selectFrom('quota_consumptions')
    .innerJoin('components', (join) =>
      join
        .onRef('components.organization_id', '=', 'quota_consumptions.organization_id')
        .onRef('components.id', '=', 'quota_consumptions.component_id'),
    )
    .innerJoin('environments', (join) =>
      join
        .onRef('environments.organization_id', '=', 'components.organization_id')
        .onRef('environments.id', '=', 'components.environment_id'),
    )
    .select('components.canonical')
    .where('environments.project_id', '=', projectId)
    .limit(1)
    .executeTakeFirst()
