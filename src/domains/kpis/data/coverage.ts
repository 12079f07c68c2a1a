/** How much of the code tests reach, as pipelines report it in events: `kpi=code_coverage`, `project`, `coverage`. Pure. */
import type { Widget } from '../definition.ts'
import type { DataSet } from './data-set.ts'
import { type Report, tagOf } from './report.ts'

/** One row per event in which the coverage can be read; only the newest where a widget shows one number. */
export function coverageDataSet(widget: Widget, reports: readonly Report[]): DataSet {
  const rows = reports
    .toSorted((a, b) => a.at - b.at || a.id - b.id)
    .flatMap((report) => {
      const coverage = percentOf(tagOf(report, 'coverage'))
      return coverage === undefined ? [] : [[report.at, coverage]]
    })
  return [['date', 'coverage'], ...(widget === 'doughnut' || widget === 'summary' ? rows.slice(-1) : rows)]
}

/** A tag cannot hold a percent sign. */
function percentOf(text = ''): number | undefined {
  if (!/^\d{1,3}(\.\d{1,10})?$/.test(text.trim())) return undefined
  const percent = Number(text)
  return percent <= 100 ? percent : undefined
}
