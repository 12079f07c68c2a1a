/** What may be measured, and how each may be drawn: as the API holds it. */
import type { Schema } from '@/api/types.ts'

export type Kpi = Schema<'KPI'>
export type KpiType = Kpi['type']
export type Widget = Kpi['widget']

/** The first of each is the one that people mean. */
export const widgetsOf: Readonly<Record<KpiType, readonly Widget[]>> = {
  build_avg_time: ['bars', 'line', 'summary'],
  build_frequency: ['line', 'bars', 'summary'],
  build_history: ['history', 'pie', 'doughnut'],
  code_coverage: ['line', 'bars', 'doughnut', 'summary'],
  time_to_release: ['line', 'bars', 'stackbars'],
}

export const kpiTypes = Object.keys(widgetsOf) as KpiType[]
export const measuresBuilds = (type: KpiType): boolean => type.startsWith('build_')

/** Rows of a data set; the first holds the headers. */
export type Table = readonly (readonly (string | number | boolean | null)[])[]

export const tableOf = ({ data_set }: Pick<Kpi, 'data_set'>): Table => (data_set ?? []) as unknown as Table

/** By header, so that a column more does no harm. */
export function recordsOf([headers = [], ...rows]: Table): Record<string, string | number | boolean | null>[] {
  return rows.map((row) => Object.fromEntries(headers.map((header, at) => [String(header), row[at] ?? null])))
}
