import type { Schema } from '../../contract/operation.ts'
import { seconds } from '../../time.ts'
import type { ProjectRow } from '../projects/queries.ts'
import { viewProject } from '../projects/view.ts'
import type { Computed } from './data/compute.ts'
import type { KpiRow } from './queries.ts'

/**
 * @param mayReadProject otherwise of the project there is only what its place in the organization tells
 * @param computed undefined when no data was asked for
 */
export function viewKpi(row: KpiRow, project: ProjectRow, mayReadProject: boolean, computed: Computed | undefined): Schema<'KPI'> {
  return {
    id: row.id,
    canonical: row.canonical,
    name: row.name,
    description: row.description,
    type: row.type as Schema<'KPI'>['type'],
    widget: row.widget as Schema<'KPI'>['widget'],
    config: row.config,
    favorite: row.favorite,
    project: mayReadProject ? viewProject(project) : viewPlace(project),
    error: computed && 'error' in computed ? computed.error : '',
    ...(computed && 'dataSet' in computed ? { data_set: computed.dataSet } : {}),
    ...(row.pipeline_name === null ? {} : { pipeline_name: row.pipeline_name }),
    ...(row.job_name === null ? {} : { job_name: row.job_name }),
    ...(row.environment_canonical === null ? {} : { environment_canonical: row.environment_canonical }),
    ...(row.component_canonical === null ? {} : { component_canonical: row.component_canonical }),
    created_at: seconds(row.created_at),
    updated_at: seconds(row.updated_at),
  }
}

const viewPlace = ({ id, canonical, name, color, icon, created_at, updated_at }: ProjectRow): Schema<'Project'> => ({
  id,
  canonical,
  name,
  color,
  icon,
  environments: [],
  created_at: seconds(created_at),
  updated_at: seconds(updated_at),
})
