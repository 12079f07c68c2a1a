/** What is true of KPIs. Every function works in the transaction it is handed. */
import { randomBytes } from 'node:crypto'
import { canonicalOf } from '../../canonical.ts'
import type { OrgTx } from '../../db/organization-tx.ts'
import { forbidden, invalid, notFound } from '../../errors.ts'
import { getProject } from '../projects/projects.ts'
import type { ProjectRow } from '../projects/queries.ts'
import { type Definition, measuresBuilds } from './definition.ts'
import { mostPipelines, placeOf } from './measured.ts'
import * as queries from './queries.ts'

/** Of the caller, who publishes what the pipelines did. */
type MayRead = (pipeline: queries.MeasuredRow) => boolean

const suffixBytes = 4
const longestStart = 100 - 1 - 2 * suffixBytes

/** What was given or follows from the name, and a suffix that makes it unique. */
export const newCanonical = (given: string | undefined, name: string): string =>
  `${(given ?? canonicalOf(name)).slice(0, longestStart)}-${randomBytes(suffixBytes).toString('hex')}`

export async function getKpi(tx: OrgTx, project: string, canonical: string, accountId: number | null): Promise<queries.KpiRow> {
  const kpi = await queries.findKpi(tx, project, canonical, accountId)
  if (kpi) return kpi
  await getProject(tx, project, null)
  throw notFound(`KPI ${canonical}`)
}

export async function createKpi(
  tx: OrgTx,
  at: { project: string; environment?: string | undefined; component?: string | undefined },
  canonical: string,
  definition: Definition,
  mayRead: MayRead,
): Promise<queries.KpiRow> {
  const project = await getProject(tx, at.project, null)
  const place = await findPlace(tx, project, at.environment, at.component)
  await queries.insertKpi(tx, { project_id: project.id, ...place, canonical, ...columnsOf(definition) })
  const kpi = await getKpi(tx, at.project, canonical, null)
  assertEnvironments(definition, project, kpi)
  await assertMeasurable(tx, kpi, mayRead)
  return kpi
}

/** The canonical and the place stay. What it measures is looked at only when it is another: a broken KPI can still be renamed. */
export async function updateKpi(
  tx: OrgTx,
  path: { project: string; canonical: string; accountId: number | null },
  definition: Definition,
  mayRead: MayRead,
): Promise<queries.KpiRow> {
  const { id } = await getKpi(tx, path.project, path.canonical, null)
  // Whoever deleted it meanwhile was first.
  if (!(await queries.lockKpi(tx, id))) throw notFound(`KPI ${path.canonical}`)
  const before = await getKpi(tx, path.project, path.canonical, null)
  await queries.updateKpi(tx, id, { ...columnsOf(definition), updated_at: new Date() })
  const kpi = await getKpi(tx, path.project, path.canonical, path.accountId)
  if (!sameList(before.config.envs, definition.envs)) assertEnvironments(definition, await getProject(tx, path.project, null), kpi)
  const same = before.pipeline_name === kpi.pipeline_name && before.job_name === kpi.job_name
  // Another type shows other things of the same builds.
  if (!same || before.type !== kpi.type) await assertMeasurable(tx, kpi, mayRead)
  return kpi
}

export async function removeKpi(tx: OrgTx, project: string, canonical: string): Promise<void> {
  await queries.deleteKpi(tx, (await getKpi(tx, project, canonical, null)).id)
}

const columnsOf = ({ envs, ...columns }: Definition) => ({
  ...columns,
  config: JSON.stringify(columns.type === 'time_to_release' ? { envs } : {}),
})

const sameList = (a: readonly string[] = [], b: readonly string[]): boolean => JSON.stringify(a) === JSON.stringify(b)

/** Of a component only its own number is kept: where it is may change. */
async function findPlace(tx: OrgTx, project: ProjectRow, environment: string | undefined, component: string | undefined) {
  if (environment === undefined) {
    if (component === undefined) return { environment_id: null, component_id: null }
    throw invalid('Components of several environments may have the same canonical: name the environment too', [
      'query.environment_canonical: is required with component_canonical',
    ])
  }
  const found = project.environments.find(({ canonical }) => canonical === environment)
  if (!found)
    throw invalid(`There is no environment ${environment} in the project ${project.canonical}`, [
      'query.environment_canonical: unknown environment',
    ])
  if (component === undefined) return { environment_id: found.id, component_id: null }
  const inside = await queries.findReadyComponent(tx, found.id, component)
  if (!inside)
    throw invalid(`There is no component ${component} in the environment ${environment}`, ['query.component_canonical: unknown component'])
  return { environment_id: null, component_id: inside.id }
}

function assertEnvironments({ type, envs }: Definition, project: ProjectRow, kpi: queries.KpiRow): void {
  if (type !== 'time_to_release') return
  const known = new Set(project.environments.map(({ canonical }) => canonical))
  const unknown = envs.filter((env) => !known.has(env))
  if (unknown.length > 0)
    throw invalid(
      `The project ${project.canonical} has no environment ${unknown[0]?.slice(0, 100)}`,
      unknown.map((env) => `body.config.envs: unknown environment ${env.slice(0, 100)}`),
    )
  if (kpi.environment_canonical !== null && !envs.includes(kpi.environment_canonical))
    throw invalid(`The KPI is limited to ${placeOf(kpi)}, whose environment is none of those it compares`, [
      `body.config.envs: must include ${kpi.environment_canonical}`,
    ])
}

async function assertMeasurable(tx: OrgTx, kpi: queries.KpiRow, mayRead: MayRead): Promise<void> {
  if (!measuresBuilds(kpi.type)) return
  const place = placeOf(kpi)
  const pipelines = await queries.listMeasured(tx, [kpi.id], mostPipelines + 1)
  // One that the caller may not read is unknown, so that nobody learns names by trying.
  if (kpi.pipeline_name !== null && !pipelines.some(mayRead))
    throw invalid(`There is no pipeline ${kpi.pipeline_name.slice(0, 100)} in ${place}`, ['body.pipeline_name: unknown pipeline'])
  if (pipelines.length > mostPipelines)
    throw invalid(`There are more than ${mostPipelines} pipelines in ${place}`, ['body.pipeline_name: name the one to measure'])
  if (!pipelines.every(mayRead)) throw forbidden(`You may not read all pipelines in ${place}: name one that you may read, as pipeline_name`)
  if (kpi.job_name !== null && !pipelines.some(({ has_job }) => has_job))
    throw invalid(`No pipeline in ${place} has a job ${kpi.job_name.slice(0, 100)}`, ['body.job_name: unknown job'])
}
