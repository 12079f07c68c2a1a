import type { Schema } from '@/api/types.ts'
import { type Kpi, type KpiType, measuresBuilds, type Widget } from './definition.ts'

/** What the form holds: texts, empty for nothing. */
export interface KpiValues extends Record<string, unknown> {
  name: string
  description: string
  type: KpiType
  widget: Widget
  environment: string
  component: string
  pipeline: string
  job: string
  envs: string[]
}

export function valuesOf(kpi: Kpi | undefined): KpiValues {
  const envs = (kpi?.config as { envs?: string[] } | undefined)?.envs ?? []
  return {
    name: kpi?.name ?? '',
    description: kpi?.description ?? '',
    type: kpi?.type ?? 'build_history',
    widget: kpi?.widget ?? 'history',
    environment: kpi?.environment_canonical ?? '',
    component: kpi?.component_canonical ?? '',
    pipeline: kpi?.pipeline_name ?? '',
    job: kpi?.job_name ?? '',
    envs,
  }
}

export interface Scope {
  environment_canonical?: string
  component_canonical?: string
}

export const scopeOf = ({ environment, component }: KpiValues): Scope => ({
  ...(environment ? { environment_canonical: environment } : {}),
  ...(environment && component ? { component_canonical: component } : {}),
})

export const bodyOf = ({ name, description, type, widget, pipeline, job, envs }: KpiValues): Schema<'NewKPI'> => ({
  name: name.trim(),
  description,
  type,
  widget,
  ...(measuresBuilds(type) && pipeline ? { pipeline_name: pipeline } : {}),
  ...(measuresBuilds(type) && job ? { job_name: job } : {}),
  ...(type === 'time_to_release' ? { config: { envs } } : {}),
})
