import type { Actor } from '../../access/actor.ts'
import type { DomainHandlers, Schema } from '../../contract/operation.ts'
import { invalid, notFound } from '../../errors.ts'
import type { OrganizationContext } from '../../http/context.ts'
import { seconds } from '../../time.ts'
import { getProject } from '../projects/projects.ts'
import { listProjectsById, type ProjectRow } from '../projects/queries.ts'
import { computeData } from './data/compute.ts'
import { readDefinition } from './definition.ts'
import { createKpi, getKpi, newCanonical, removeKpi, updateKpi } from './kpis.ts'
import { type Period, readPeriod } from './period.ts'
import { deleteFavorite, insertFavorite, type KpiRow, listKpis, type MeasuredRow } from './queries.ts'
import { tryKpi } from './try.ts'
import { viewKpi } from './view.ts'

export const kpis: DomainHandlers<'kpis'> = {
  async getOrganizationKpis(context, { query }) {
    // There is no fetch_data here: whoever names a period wants to see its data.
    const fetched = { ...query, fetch_data: query.begin !== undefined || query.end !== undefined }
    const period = periodOf(fetched)
    const { rows, pagination } = await context.read((tx) => listKpis(tx, query, seen(context), favoritesOf(context.actor)))
    return { data: await shown(context, rows, period), pagination }
  },

  async getKpis(context, { path, query }) {
    const period = periodOf(query)
    const { rows, pagination } = await context.read(async (tx) => {
      await getProject(tx, path.project_canonical, null)
      return listKpis(tx, { ...query, project: path.project_canonical }, seen(context), favoritesOf(context.actor))
    })
    return { data: await shown(context, rows, period), pagination }
  },

  async createKpi(context, { path, query, body }) {
    const period = periodOf(query)
    const definition = readDefinition(body)
    const canonical = newCanonical(body.canonical, body.name)
    context.assertMayCreate(canonical)
    const place = { project: path.project_canonical, environment: query.environment_canonical, component: query.component_canonical }
    const row = await context.write((tx) => createKpi(tx, place, canonical, definition, readerOf(context)))
    return { data: await shownOne(context, row, period) }
  },

  async previewKpi(context, { path, query, body }) {
    const period = readPeriod(query, seconds(new Date()))
    const definition = readDefinition(body)
    const canonical = newCanonical(body.canonical, body.name)
    context.assertMayCreate(canonical)
    const place = { project: path.project_canonical, environment: query.environment_canonical, component: query.component_canonical }
    const tried = await tryKpi(context, (tx) => createKpi(tx, place, canonical, definition, readerOf(context)))
    const computed = (await computeData(context, [tried.kpi], tried.environments, period, tried.measured)).get(tried.kpi.id)
    const dataSet = computed && 'dataSet' in computed ? { data_set: computed.dataSet } : {}
    return { data: { ...dataSet, error: computed && 'error' in computed ? computed.error : '' } }
  },

  async getKpi(context, { path, query }) {
    const period = periodOf(query)
    const row = await context.read((tx) => getKpi(tx, path.project_canonical, path.kpi_canonical, favoritesOf(context.actor)))
    return { data: await shownOne(context, row, period) }
  },

  async updateKpi(context, { path, query, body }) {
    const period = periodOf(query)
    const definition = readDefinition(body)
    const which = { project: path.project_canonical, canonical: path.kpi_canonical, accountId: favoritesOf(context.actor) }
    const row = await context.write((tx) => updateKpi(tx, which, definition, readerOf(context)))
    return { data: await shownOne(context, row, period) }
  },

  async deleteKpi({ write }, { path }) {
    await write((tx) => removeKpi(tx, path.project_canonical, path.kpi_canonical))
    return undefined
  },

  async createKPIFavorite({ write, actor }, { path }) {
    const userId = personBehind(actor)
    await write(async (tx) => insertFavorite(tx, (await getKpi(tx, path.project_canonical, path.kpi_canonical, null)).id, userId))
    return undefined
  },

  async deleteKPIFavorite({ write, actor }, { path }) {
    const userId = personBehind(actor)
    await write(async (tx) => deleteFavorite(tx, (await getKpi(tx, path.project_canonical, path.kpi_canonical, null)).id, userId))
    return undefined
  },
}

const seen = ({ visible }: OrganizationContext) => visible('organization:kpi:list', 'organization:kpi:read')

/** Undefined: no data is asked for. What is wrong with a period is said all the same. */
function periodOf(query: { begin?: number; end?: number; fetch_data?: boolean }): Period | undefined {
  const period = readPeriod(query, seconds(new Date()))
  return query.fetch_data ? period : undefined
}

async function shown(context: OrganizationContext, rows: readonly KpiRow[], period: Period | undefined): Promise<Schema<'KPI'>[]> {
  if (rows.length === 0) return []
  const { read, actor, may } = context
  const ids = [...new Set(rows.map(({ project_id }) => project_id))]
  const projects = new Map((await read((tx) => listProjectsById(tx, ids, favoritesOf(actor)))).map((row) => [row.id, row]))
  const environments = new Map([...projects].map(([id, row]) => [id, row.environments.map(({ canonical }) => canonical)]))
  const computed = period && (await computeData(context, rows, environments, period))
  const mayRead = ({ canonical, owner_id }: ProjectRow): boolean =>
    isOwn(actor, owner_id) || may('organization:project:read', `project:${canonical}`)
  const readable = new Map([...projects].map(([id, project]) => [id, mayRead(project)]))
  return rows.flatMap((row) => {
    const project = projects.get(row.project_id)
    // Deleted between the two looks, and its KPIs with it.
    return project ? [viewKpi(row, project, readable.get(row.project_id) === true, computed?.get(row.id))] : []
  })
}

async function shownOne(context: OrganizationContext, row: KpiRow, period: Period | undefined): Promise<Schema<'KPI'>> {
  const [view] = await shown(context, [row], period)
  if (!view) throw notFound(`project ${row.project_canonical}`)
  return view
}

/** To measure a pipeline is to show others how it does: only whoever may read it may. */
const readerOf =
  ({ actor, may }: OrganizationContext) =>
  ({ owner_id, resource }: MeasuredRow): boolean =>
    isOwn(actor, owner_id) || may('organization:pipeline:read', resource)

/** Owners of a project need no rule for what is in it. */
const isOwn = (actor: Actor, ownerId: number | null): boolean => actor.kind === 'user' && actor.id === ownerId

/** Favourites are a person's: a key has none, not even its owner's. */
const favoritesOf = (actor: Actor) => (actor.kind === 'user' ? actor.id : null)

function personBehind(actor: Actor): number {
  if (actor.kind !== 'user') throw invalid('Favourites belong to a person: an API key cannot have any')
  return actor.id
}
