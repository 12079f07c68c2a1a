import type { ChartRow, ChartSeries } from '../chart.tsx'

export const mostSeries = 12

export const colourAt = (at: number): string => `var(--chart-${(at % mostSeries) + 1})`

/** So many colours can be told apart: what is beyond becomes one series of everything else. The largest keep their own. */
export function withOther(
  rows: readonly ChartRow[],
  series: readonly ChartSeries[],
  other: string,
): { rows: readonly ChartRow[]; series: readonly ChartSeries[] } {
  const coloured = series.map((one, at) => ({ ...one, color: one.color ?? colourAt(at) }))
  if (series.length <= mostSeries) return { rows, series: coloured }
  const sizes = new Map(series.map(({ key }) => [key, rows.reduce((sum, row) => sum + Math.abs(numberOf(row[key])), 0)]))
  const bySize = series.toSorted((a, b) => (sizes.get(b.key) ?? 0) - (sizes.get(a.key) ?? 0))
  const kept = new Set(bySize.slice(0, mostSeries - 1).map(({ key }) => key))
  const rest = series.filter(({ key }) => !kept.has(key))
  return {
    rows: rows.map((row) => ({ ...row, [otherKey]: rest.reduce((sum, { key }) => sum + numberOf(row[key]), 0) })),
    series: [
      ...series.filter(({ key }) => kept.has(key)).map((one, at) => ({ ...one, color: one.color ?? colourAt(at) })),
      { key: otherKey, label: other, color: 'var(--chart-other)' },
    ],
  }
}

const otherKey = ' other'
const numberOf = (value: unknown): number => (typeof value === 'number' ? value : 0)
