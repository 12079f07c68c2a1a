/** From sums to what a chart and a table show. Pure. */
import type { Measure } from './search.ts'
import type { Comparison } from './use-comparison.ts'
import type { CostPart } from './use-costs.ts'

export interface CostRow {
  id: string
  keys: readonly string[]
  cost: number
  kwh: number
  co2e: number
  /** Against the period before; undefined where there is nothing to compare with. */
  change: number | undefined
}

const idOf = (keys: readonly string[]): string => JSON.stringify(keys)

/** The largest first; also what was there before and is not any more. */
export function rowsOf(parts: readonly CostPart[], comparison: Comparison | undefined, measure: Measure): CostRow[] {
  const rows = new Map<string, CostRow>()
  const rowFor = (keys: readonly string[]) => {
    const id = idOf(keys)
    return rows.get(id) ?? { id, keys, cost: 0, kwh: 0, co2e: 0, change: undefined }
  }
  for (const { keys, cost, kwh, co2e } of parts) {
    const row = rowFor(keys)
    rows.set(row.id, { ...row, cost: row.cost + cost, kwh: row.kwh + kwh, co2e: row.co2e + co2e })
  }
  const now = sumsOf(comparison?.now.parts ?? [], measure)
  for (const [id, { keys, sum }] of sumsOf(comparison?.before.parts ?? [], measure))
    rows.set(id, { ...rowFor(keys), change: changeOf(now.get(id)?.sum ?? 0, sum) })
  return [...rows.values()].sort((a, b) => b[measure] - a[measure] || (a.id < b.id ? -1 : 1))
}

function sumsOf(parts: readonly CostPart[], measure: Measure): Map<string, { keys: readonly string[]; sum: number }> {
  const sums = new Map<string, { keys: readonly string[]; sum: number }>()
  for (const { keys, ...part } of parts) {
    const id = idOf(keys)
    sums.set(id, { keys, sum: (sums.get(id)?.sum ?? 0) + part[measure] })
  }
  return sums
}

export const mostSeries = 12

/** Eleven at most have a colour of their own beside the rest, which is one series. */
export interface ChartData {
  /** Ids of rows; `rest` for the rest. */
  series: string[]
  points: { step: string; [series: string]: number | string }[]
}

export function chartOf(parts: readonly CostPart[], rows: readonly CostRow[], steps: readonly string[], measure: Measure): ChartData {
  const shown = rows.filter((row) => row[measure] !== 0)
  const own = shown.slice(0, shown.length > mostSeries ? mostSeries - 1 : mostSeries)
  const placeOf = new Map(own.map(({ id }, index) => [id, `s${index}`]))
  const hasRest = shown.length > own.length
  const points = new Map(
    steps.map((step) => [
      step,
      { step, ...Object.fromEntries([...placeOf.values()].map((name) => [name, 0])), ...(hasRest ? { rest: 0 } : {}) },
    ]),
  )
  for (const { time, keys, ...part } of parts) {
    const point = points.get(time) as Record<string, number | string> | undefined
    const name = placeOf.get(idOf(keys)) ?? (hasRest ? 'rest' : undefined)
    if (point && name) point[name] = Number(point[name] ?? 0) + part[measure]
  }
  return { series: [...own.map(({ id }) => id), ...(hasRest ? ['rest'] : [])], points: [...points.values()] }
}

/** Undefined where there is nothing to compare with. */
export const changeOf = (now: number, before: number): number | undefined => (before <= 0 ? undefined : (now - before) / before)
