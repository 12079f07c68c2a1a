/** What may be measured, how it may be drawn, and what a definition must say. */
import type { Schema } from '../../contract/operation.ts'
import { invalid } from '../../errors.ts'

export type KpiType = Schema<'KPI'>['type']
export type Widget = Schema<'KPI'>['widget']

/** The first of each is the one that people mean when they name the type. */
export const widgetsOf: Readonly<Record<KpiType, readonly Widget[]>> = {
  build_avg_time: ['bars', 'line', 'summary'],
  build_frequency: ['line', 'bars', 'summary'],
  build_history: ['history', 'pie', 'doughnut'],
  code_coverage: ['line', 'bars', 'doughnut', 'summary'],
  time_to_release: ['line', 'bars', 'stackbars'],
}

export interface Definition {
  name: string
  description: string
  type: KpiType
  widget: Widget
  pipeline_name: string | null
  job_name: string | null
  /** Of `time_to_release`: the environments in order of release. Empty for the others. */
  envs: readonly string[]
}

export const measuresBuilds = (type: string): boolean => type.startsWith('build_')

const fewestEnvs = 2
const mostEnvs = 20

/** @throws Invalid naming the field */
export function readDefinition(body: Schema<'NewKPI'>): Definition {
  const { type, widget } = body
  const allowed = widgetsOf[type]
  if (!allowed.includes(widget))
    throw invalid(`A KPI of the type ${type} cannot be drawn as ${widget}`, [
      `body.widget: must be one of ${allowed.join(', ')} for ${type}`,
    ])
  // Clients send empty texts for flags that nobody gave.
  const [pipeline_name, job_name] = [body.pipeline_name || null, body.job_name || null]
  if (!measuresBuilds(type) && (pipeline_name ?? job_name) !== null)
    throw invalid(`A KPI of the type ${type} reads events, not builds`, [
      ...(pipeline_name === null ? [] : ['body.pipeline_name: only for the types build_*']),
      ...(job_name === null ? [] : ['body.job_name: only for the types build_*']),
    ])
  return {
    name: body.name,
    description: body.description ?? '',
    type,
    widget,
    pipeline_name,
    job_name,
    envs: readConfig(type, body.config ?? {}),
  }
}

function readConfig(type: KpiType, config: Readonly<Record<string, unknown>>): readonly string[] {
  const known = type === 'time_to_release' ? ['envs'] : []
  const unknown = Object.keys(config).filter((key) => !known.includes(key))
  if (unknown.length > 0)
    throw invalid(`A KPI of the type ${type} has no setting called "${unknown[0]?.slice(0, 100)}"`, [
      `body.config: may hold ${known.length > 0 ? `only ${known.join(', ')}` : 'nothing'} for ${type}`,
    ])
  return type === 'time_to_release' ? readEnvs(config['envs']) : []
}

function readEnvs(envs: unknown): readonly string[] {
  const problem = problemOfEnvs(envs)
  if (problem === undefined) return envs as string[]
  throw invalid('A KPI of the type time_to_release compares environments: say in which order releases pass through them', [
    `body.config.envs: ${problem}, such as ["staging", "prod"]`,
  ])
}

function problemOfEnvs(envs: unknown): string | undefined {
  if (!Array.isArray(envs)) return 'must be a list of canonicals of environments'
  if (!envs.every((env) => typeof env === 'string')) return 'must hold canonicals of environments and nothing else'
  if (envs.length < fewestEnvs || envs.length > mostEnvs) return `must name ${fewestEnvs} to ${mostEnvs} environments`
  if (new Set(envs).size < envs.length) return 'must name each environment once'
  return undefined
}
