/** Which pipelines a KPI looks at, and why it cannot when something is gone. */
import type { KpiRow, MeasuredRow } from './queries.ts'

/** Each is a question to the engine. */
export const mostPipelines = 50

/** In words, to stand behind "in". */
export function placeOf(kpi: KpiRow): string {
  if (kpi.component_canonical !== null) return `the component ${kpi.environment_canonical}/${kpi.component_canonical}`
  return kpi.environment_canonical === null ? `the project ${kpi.project_canonical}` : `the environment ${kpi.environment_canonical}`
}

/**
 * Undefined when the builds can be read.
 * @param pipelines of the KPI, one more than `mostPipelines` at most
 */
export function whyNoBuilds(kpi: KpiRow, pipelines: readonly MeasuredRow[]): string | undefined {
  if (movedAway(kpi)) return `The component ${kpi.component_canonical} is in another project now: delete this KPI and make one there`
  const place = placeOf(kpi)
  if (pipelines.length > mostPipelines) return `There are more than ${mostPipelines} pipelines in ${place}: name the one to measure`
  if (kpi.pipeline_name !== null && pipelines.length === 0) return `There is no pipeline ${kpi.pipeline_name} in ${place} any more`
  if (kpi.job_name !== null && !pipelines.some(({ has_job }) => has_job))
    return `No pipeline in ${place} has a job ${kpi.job_name} any more`
  return undefined
}

/** @param environments canonicals of those that the project has */
export function whyNoReports(kpi: KpiRow, environments: readonly string[]): string | undefined {
  if (movedAway(kpi)) return `The component ${kpi.component_canonical} is in another project now: delete this KPI and make one there`
  const gone = kpi.config.envs?.find((env) => !environments.includes(env))
  if (gone !== undefined) return `The project ${kpi.project_canonical} has no environment ${gone} any more: change config.envs`
  return undefined
}

const movedAway = (kpi: KpiRow): boolean => kpi.measured_project_id !== null && kpi.measured_project_id !== kpi.project_id
