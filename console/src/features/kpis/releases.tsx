/** How long versions take from the first environment to the last. */
import { useTranslation } from 'react-i18next'
import { Chart } from '@/kit/chart.tsx'

type Row = Readonly<Record<string, string | number | boolean | null>>

/** Of each version that got to the last environment: when, and how long after it was first seen. */
export const releaseTimes = (records: readonly Row[]): { at: string; value: number }[] =>
  records.flatMap(({ final, date, duration }) => (final === true ? [{ at: String(date), value: Number(duration) }] : []))

/** One bar for each version, one part for each environment that it waited in. */
export function ReleaseStages({ name, records, format }: { name: string; records: readonly Row[]; format: (seconds: number) => string }) {
  const { t } = useTranslation('kpis')
  const envs = [...new Set(records.flatMap(({ env, final }) => (final === true ? [] : [String(env)])))]
  const versions = new Map<string, Record<string, string | number>>()
  for (const { version, env, duration, final } of records) {
    if (final === true) continue
    const key = String(version)
    versions.set(key, { ...versions.get(key), version: key, [`env:${String(env)}`]: Number(duration) })
  }
  return (
    <Chart
      kind="stacked-bar"
      label={name}
      rows={[...versions.values()]}
      x="version"
      series={envs.map((env) => ({ key: `env:${env}`, label: t('series.inEnvironment', { env }) }))}
      format={format}
      height={240}
    />
  )
}
