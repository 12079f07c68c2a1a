import { type Insertable, type RawBuilder, sql, type Updateable } from 'kysely'
import type { Visibility } from '../../access/decide.ts'
import type { Kpis } from '../../db/database.ts'
import type { OrgTx } from '../../db/organization-tx.ts'
import { type PageQuery, page } from '../../db/page.ts'
import { whereVisible } from '../../db/visible.ts'
import type { Report } from './data/report.ts'

export type KpiRow = NonNullable<Awaited<ReturnType<typeof findKpi>>>
export type NewKpiRow = Omit<Insertable<Kpis>, 'organization_id' | 'id'>

/** Of a component the environment is where it is now: components move. */
const selectKpis = (tx: OrgTx, accountId: number | null) =>
  tx
    .selectFrom('kpis')
    .innerJoin('projects', (join) =>
      join.onRef('projects.organization_id', '=', 'kpis.organization_id').onRef('projects.id', '=', 'kpis.project_id'),
    )
    .leftJoin('components', (join) =>
      join.onRef('components.organization_id', '=', 'kpis.organization_id').onRef('components.id', '=', 'kpis.component_id'),
    )
    .leftJoin('environments', (join) =>
      join
        .onRef('environments.organization_id', '=', 'kpis.organization_id')
        .on(sql<boolean>`environments.id = coalesce(components.environment_id, kpis.environment_id)`),
    )
    .selectAll('kpis')
    .select([
      'projects.canonical as project_canonical',
      'components.canonical as component_canonical',
      'environments.canonical as environment_canonical',
      // Null when it measures the whole project.
      'environments.project_id as measured_project_id',
    ])
    .select(() => isFavorite(accountId).as('favorite'))
    .$narrowType<{ config: { envs?: string[] } }>()

const isFavorite = (accountId: number | null): RawBuilder<boolean> =>
  sql`exists (select from kpi_favorites f where f.organization_id = kpis.organization_id and f.kpi_id = kpis.id and f.user_id = ${accountId})`

const containmentPath = sql`':project:' || projects.canonical || ':kpi:' || kpis.canonical`

export interface KpiFilters extends Omit<PageQuery, 'order_by'> {
  project?: string
  environment_canonical?: string
  component_canonical?: string
  favorite?: boolean
}

export function listKpis(tx: OrgTx, filters: KpiFilters, visible: Visibility, accountId: number | null) {
  let found = selectKpis(tx, accountId)
  if (filters.project !== undefined) found = found.where('projects.canonical', '=', filters.project)
  if (filters.environment_canonical !== undefined) found = found.where('environments.canonical', '=', filters.environment_canonical)
  if (filters.component_canonical !== undefined) found = found.where('components.canonical', '=', filters.component_canonical)
  if (filters.favorite !== undefined) found = found.where(isFavorite(accountId), '=', filters.favorite)
  found = whereVisible(found, visible, containmentPath, 'projects.owner_id')
  return page(found, filters, {
    columns: { kpi_canonical: 'kpis.canonical', kpi_name: 'kpis.name', kpi_created_at: 'kpis.created_at' },
    tieBreaker: 'kpis.id',
  })
}

export const findKpi = (tx: OrgTx, project: string, canonical: string, accountId: number | null) =>
  selectKpis(tx, accountId).where('projects.canonical', '=', project).where('kpis.canonical', '=', canonical).executeTakeFirst()

export const lockKpi = (tx: OrgTx, id: number) => tx.selectFrom('kpis').select('id').where('id', '=', id).forUpdate().executeTakeFirst()

export const insertKpi = (tx: OrgTx, row: NewKpiRow) => tx.insertInto('kpis', row).returning('id').executeTakeFirstOrThrow()

export const updateKpi = (tx: OrgTx, id: number, row: Updateable<Kpis>) => tx.updateTable('kpis').set(row).where('id', '=', id).execute()

export const deleteKpi = (tx: OrgTx, id: number) => tx.deleteFrom('kpis').where('id', '=', id).execute()

export const insertFavorite = (tx: OrgTx, kpiId: number, userId: number) =>
  tx
    .insertInto('kpi_favorites', { kpi_id: kpiId, user_id: userId })
    .onConflict((conflict) => conflict.doNothing())
    .execute()

export const deleteFavorite = (tx: OrgTx, kpiId: number, userId: number) =>
  tx.deleteFrom('kpi_favorites').where('kpi_id', '=', kpiId).where('user_id', '=', userId).execute()

export const findReadyComponent = (tx: OrgTx, environmentId: number, canonical: string) =>
  tx
    .selectFrom('components')
    .select('id')
    .where('environment_id', '=', environmentId)
    .where('canonical', '=', canonical)
    .where('is_ready', '=', true)
    .executeTakeFirst()

/** A pipeline that a KPI looks at. */
export interface MeasuredRow {
  kpi_id: number
  id: number
  name: string
  engine_name: string | null
  /** Its newest configuration has the KPI's job; true when it names none. */
  has_job: boolean
  /** Below the organization: `project:web:environment:prod:component:api:pipeline:web-prod-api`. */
  resource: string
  owner_id: number | null
}

/**
 * The pipelines of these KPIs, at most so many of each, by name: those of the component, the environment or the project, and
 * only the one that is named. Nothing outside of the KPI's project, whatever moved.
 */
export async function listMeasured(tx: OrgTx, kpiIds: readonly number[], most: number): Promise<MeasuredRow[]> {
  const { rows } = await tx.execute(sql<MeasuredRow>`
    select k.id as kpi_id, p.* from kpis k
    cross join lateral (
      select p.id, p.name, p.engine_name, pr.owner_id,
        k.job_name is null or exists (
          select from pipeline_configs f, jsonb_array_elements(f.config -> 'jobs') job
          where f.organization_id = p.organization_id and f.pipeline_id = p.id and f.version = p.config_version and job ->> 'name' = k.job_name
        ) as has_job,
        'project:' || pr.canonical || ':environment:' || e.canonical || ':component:' || c.canonical || ':pipeline:' || p.name as resource
      from projects pr
      join environments e on e.organization_id = pr.organization_id and e.project_id = pr.id
      join components c on c.organization_id = e.organization_id and c.environment_id = e.id and c.is_ready
      join pipelines p on p.organization_id = c.organization_id and p.component_id = c.id and p.config_version is not null
      where pr.organization_id = k.organization_id and pr.id = k.project_id
        and (k.environment_id is null or e.id = k.environment_id)
        and (k.component_id is null or c.id = k.component_id)
        and (k.pipeline_name is null or p.name = k.pipeline_name)
      order by p.name limit ${most}
    ) p
    where k.organization_id = ${tx.organizationId} and k.id = any (${[...kpiIds]}::bigint[])
    order by k.id, p.name`)
  return rows
}

/**
 * The newest events that carry all these tags, at most so many. The first condition is that of an index on the few events that
 * are about KPIs at all.
 * @param begin unix seconds, like `end`; both inclusive
 */
export async function listReports(
  tx: OrgTx,
  { tags, begin, end, most }: { tags: Readonly<Record<string, string>>; begin: number; end: number; most: number },
): Promise<Report[]> {
  const wanted = JSON.stringify(Object.entries(tags).map(([key, value]) => ({ key, value })))
  const rows = await tx
    .selectFrom('events')
    .select(['id', 'happened_at', 'tags'])
    .where(sql<boolean>`tags @> '[{"key": "kpi"}]'`)
    .where(sql<boolean>`tags @> ${wanted}::jsonb`)
    .where('happened_at', '>=', new Date(begin * 1000))
    .where('happened_at', '<', new Date((end + 1) * 1000))
    .orderBy('happened_at', 'desc')
    .orderBy('id', 'desc')
    .limit(most)
    .$narrowType<{ tags: { key: string; value: string }[] }>()
    .execute()
  return rows.map(({ id, happened_at, tags: all }) => ({ id, at: Math.floor(happened_at.getTime() / 1000), tags: all }))
}
