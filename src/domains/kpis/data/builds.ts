/** What builds become in a chart. Pure: builds in, a table out. */
import type { EngineBuild } from '../../../engine/types.ts'
import type { KpiType, Widget } from '../definition.ts'
import { dayOf, daysOf, type Period } from '../period.ts'
import type { DataSet } from './data-set.ts'

/** A run of a job that has ended. */
export interface Run {
  id: number
  pipeline: string
  job: string
  /** Number within the job, `12` or `12.1`. */
  name: string
  status: string
  start: number
  end: number
}

/** More would be a list that nobody reads; older ones are left out. */
export const mostInHistory = 500
const statuses = ['succeeded', 'failed', 'errored', 'aborted']

/** Undefined for what has no place in a chart: checks of resources, and builds that never started or have not ended. */
export function runOf(pipeline: string, { id, name, status, job_name, start_time, end_time }: EngineBuild): Run | undefined {
  if (job_name === undefined || start_time === undefined || end_time === undefined) return undefined
  return { id, pipeline, job: job_name, name, status, start: start_time, end: end_time }
}

export function buildDataSet(type: KpiType, widget: Widget, runs: readonly Run[], period: Period): DataSet {
  const inside = runs.filter(({ start }) => start >= period.begin && start <= period.end)
  switch (type) {
    case 'build_avg_time':
      return averageTimes(widget, inside, period)
    case 'build_frequency':
      return frequencies(widget, inside, period)
    default:
      return widget === 'history' ? history(inside) : outcomes(inside)
  }
}

/** Days without builds have no average, so no row. What somebody aborted says nothing of how long it takes. */
function averageTimes(widget: Widget, runs: readonly Run[], period: Period): DataSet {
  const whole = runs.filter(({ status }) => status !== 'aborted')
  const rows = [...groups(widget, whole, period)].filter(([, of]) => of.length > 0).map(([date, of]) => [date, average(of)])
  return [['date', 'time'], ...rows]
}

/** Days without builds are there, with 0. */
function frequencies(widget: Widget, runs: readonly Run[], period: Period): DataSet {
  return [['date', 'count'], ...[...groups(widget, runs, period)].map(([date, of]) => [date, of.length])]
}

/** By the day they started in; all in one group for a summary. */
function groups(widget: Widget, runs: readonly Run[], period: Period): Map<number, Run[]> {
  if (widget === 'summary') return new Map([[period.begin, [...runs]]])
  const days = new Map(daysOf(period).map((date): [number, Run[]] => [date, []]))
  for (const run of runs) days.get(dayOf(run.start))?.push(run)
  return days
}

const duration = ({ start, end }: Run): number => Math.max(0, end - start)
const average = (runs: readonly Run[]): number => Math.round(runs.reduce((sum, run) => sum + duration(run), 0) / runs.length)

function history(runs: readonly Run[]): DataSet {
  const rows = runs
    .toSorted((a, b) => a.start - b.start || a.id - b.id)
    .slice(-mostInHistory)
    .map((run) => [run.start, run.status, duration(run), run.job, run.name, run.pipeline, run.id])
  return [['date', 'status', 'duration', 'job', 'name', 'pipeline', 'id'], ...rows]
}

/** All four are there, also with 0, so that a status keeps its place. */
function outcomes(runs: readonly Run[]): DataSet {
  return [['status', 'count'], ...statuses.map((status) => [status, runs.filter((run) => run.status === status).length])]
}
