/** The data of many KPIs: what they need is read once, an engine that is slow or broken costs only the KPIs that ask it. */
import { ApiError } from '../../../errors.ts'
import type { OrganizationContext } from '../../../http/context.ts'
import { type KpiType, measuresBuilds, type Widget } from '../definition.ts'
import { mostPipelines, whyNoBuilds, whyNoReports } from '../measured.ts'
import { day, type Period } from '../period.ts'
import { type KpiRow, listMeasured, listReports, type MeasuredRow } from '../queries.ts'
import { buildDataSet } from './builds.ts'
import { coverageDataSet } from './coverage.ts'
import type { DataSet } from './data-set.ts'
import { type Look, lookAtBuilds } from './looks.ts'
import { releaseDataSet } from './releases.ts'

/** One of the two. */
export type Computed = { dataSet: DataSet } | { error: string }

type Context = Pick<OrganizationContext, 'read' | 'platform' | 'organization' | 'request'>

/** Each of them may cost a look at an engine or a scan of events. */
const mostAtOnce = 100
const mostCoverages = 1000
const mostReleases = 5000
/** A release of the period may have begun its way before it. */
const daysBefore = 90

/**
 * @param environments canonicals of those that each project has, by its number
 * @param known the pipelines of KPIs that are not stored
 */
export async function computeData(
  context: Context,
  kpis: readonly KpiRow[],
  environments: ReadonlyMap<number, readonly string[]>,
  period: Period,
  known?: readonly MeasuredRow[],
): Promise<Map<number, Computed>> {
  const chosen = kpis.slice(0, mostAtOnce)
  const results = new Map<number, Computed>()
  for (const { id } of kpis.slice(mostAtOnce))
    results.set(id, { error: `Data is computed for ${mostAtOnce} KPIs of an answer: ask for smaller pages, with page_size` })
  for (const kpi of chosen.filter(({ type }) => !measuresBuilds(type)))
    results.set(kpi.id, await fromEvents(context, kpi, environments.get(kpi.project_id) ?? [], period))
  const builds = await fromBuilds(
    context,
    chosen.filter(({ type }) => measuresBuilds(type)),
    period,
    known,
  )
  for (const [id, computed] of builds) results.set(id, computed)
  return results
}

async function fromEvents({ read }: Context, kpi: KpiRow, environments: readonly string[], period: Period): Promise<Computed> {
  const error = whyNoReports(kpi, environments)
  if (error !== undefined) return { error }
  const tags = {
    kpi: kpi.type,
    project: kpi.project_canonical,
    ...(kpi.component_canonical === null ? {} : { component: kpi.component_canonical }),
  }
  const [environment, widget] = [kpi.environment_canonical ?? undefined, kpi.widget as Widget]
  try {
    if (kpi.type === 'code_coverage') {
      const inside = environment === undefined ? tags : { ...tags, env: environment }
      const reports = await read((tx) => listReports(tx, { ...period, tags: inside, most: mostCoverages }))
      return { dataSet: coverageDataSet(widget, reports) }
    }
    const begin = Math.max(0, period.begin - daysBefore * day)
    const reports = await read((tx) => listReports(tx, { tags, begin, end: period.end, most: mostReleases }))
    return { dataSet: releaseDataSet(reports, kpi.config.envs ?? [], period, environment) }
  } catch (failure) {
    if (failure instanceof ApiError) return { error: failure.message }
    throw failure
  }
}

async function fromBuilds(
  context: Context,
  kpis: readonly KpiRow[],
  period: Period,
  known?: readonly MeasuredRow[],
): Promise<Map<number, Computed>> {
  const results = new Map<number, Computed>()
  if (kpis.length === 0) return results
  const ids = kpis.map(({ id }) => id)
  const measured = known ?? (await context.read((tx) => listMeasured(tx, ids, mostPipelines + 1)))
  const looks = new Map<string, Look & { kpis: KpiRow[] }>()
  for (const kpi of kpis) {
    const pipelines = measured.filter(({ kpi_id }) => kpi_id === kpi.id)
    const error = whyNoBuilds(kpi, pipelines)
    if (error === undefined) addTo(looks, kpi, pipelines)
    else results.set(kpi.id, { error })
  }
  await lookAtBuilds(context, [...looks.values()], period, (look, found) => {
    for (const kpi of look.kpis) {
      const { type, widget } = kpi as { type: KpiType; widget: Widget }
      results.set(kpi.id, 'error' in found ? found : { dataSet: buildDataSet(type, widget, found.runs, period) })
    }
  })
  return results
}

/** KPIs that look at the same builds share a look. */
function addTo(looks: Map<string, Look & { kpis: KpiRow[] }>, kpi: KpiRow, measured: readonly MeasuredRow[]): void {
  const pipelines = measured.filter(({ has_job }) => has_job)
  const key = JSON.stringify([kpi.job_name, ...pipelines.map(({ id }) => id)])
  const look = looks.get(key) ?? { pipelines, job: kpi.job_name ?? undefined, kpis: [] }
  look.kpis.push(kpi)
  looks.set(key, look)
}
