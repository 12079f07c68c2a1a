/** A data set as its widget draws it. */
import { Alert, Stack, Text } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { Chart, Donut } from '@/kit/chart.tsx'
import { dateOf, duration } from '@/kit/when.tsx'
import { BuildHistory } from './build-history.tsx'
import { type Kpi, type KpiType, recordsOf, tableOf, type Widget } from './definition.ts'
import { Pie } from './pie.tsx'
import { ReleaseStages, releaseTimes } from './releases.tsx'
import { stateColors } from './state-colors.ts'

interface KpiChartProps {
  organization: string
  name: string
  type: KpiType
  widget: Widget
  data: Pick<Kpi, 'data_set' | 'error'>
}

export function KpiChart({ organization, name, type, widget, data }: KpiChartProps) {
  const { t } = useTranslation('kpis')
  const { format, formatX } = useFormats(type)
  if (data.error !== '') return <Alert color="red">{data.error}</Alert>
  const records = recordsOf(tableOf(data))
  if (records.length === 0) return <Text size="sm">{t(type.startsWith('build_') ? 'chart.noBuilds' : 'chart.noEvents')}</Text>
  if (widget === 'history') return <BuildHistory organization={organization} name={name} runs={records} />
  if (type === 'build_history') {
    const slices = records.map(({ status, count }) => ({
      key: String(status),
      label: t(`status.${statusOf(status)}`),
      value: Number(count),
      color: stateColors[statusOf(status)],
    }))
    if (slices.every(({ value }) => value === 0)) return <Text size="sm">{t('chart.noBuilds')}</Text>
    return widget === 'pie' ? <Pie label={name} slices={slices} /> : <Donut label={name} slices={slices} size={170} />
  }
  const unit = { build_avg_time: 'time', build_frequency: 'count', code_coverage: 'coverage', time_to_release: 'duration' }[type]
  if (widget === 'summary') return <Figure value={format(Number(records[0]?.[unit] ?? 0))} about={t(`summary.${type}`)} />
  if (widget === 'doughnut') return <Coverage name={name} percent={Number(records[0]?.['coverage'] ?? 0)} />
  if (type === 'time_to_release' && widget === 'stackbars') return <ReleaseStages name={name} records={records} format={format} />
  const points =
    type === 'time_to_release'
      ? releaseTimes(records)
      : records.map((record) => ({ at: String(record['date']), value: Number(record[unit]) }))
  if (points.length === 0) return <Text size="sm">{t('chart.noReleases')}</Text>
  return (
    <Chart
      kind={widget === 'bars' ? 'bar' : 'line'}
      label={name}
      rows={points}
      x="at"
      series={[{ key: 'value', label: t(`series.${type}`) }]}
      format={format}
      formatX={formatX}
      height={220}
    />
  )
}

function Figure({ value, about }: { value: string; about: string }) {
  return (
    <Stack gap={0} mih={120} justify="center">
      <Text fz={40} fw={700} lh={1.1}>
        {value}
      </Text>
      <Text size="sm">{about}</Text>
    </Stack>
  )
}

function Coverage({ name, percent }: { name: string; percent: number }) {
  const { t, i18n } = useTranslation('kpis')
  const format = (value: number) => percentOf(value, i18n.language)
  const slices = [
    { key: 'covered', label: t('coverage.covered'), value: percent, color: stateColors.succeeded },
    { key: 'rest', label: t('coverage.rest'), value: 100 - percent, color: 'var(--mantine-color-gray-5)' },
  ]
  return (
    <Donut label={name} slices={slices} size={170} format={format}>
      {format(percent)}
    </Donut>
  )
}

const percentOf = (value: number, language: string): string =>
  new Intl.NumberFormat(language, { style: 'percent', maximumFractionDigits: 1 }).format(value / 100)

const statusOf = (status: unknown): keyof typeof stateColors =>
  typeof status === 'string' && status in stateColors ? (status as keyof typeof stateColors) : 'aborted'

export function useFormats(type: KpiType) {
  const { i18n } = useTranslation()
  const { language } = i18n
  const format = (value: number): string => {
    if (type === 'build_avg_time' || type === 'time_to_release') return duration(value, language)
    if (type === 'code_coverage') return percentOf(value, language)
    return new Intl.NumberFormat(language).format(value)
  }
  // Days of the data are days of UTC.
  const formatX = (at: string): string => {
    // The chart also asks for the words of a place that has no day: beside its edges.
    const moment = Number(at)
    if (at === '' || !Number.isFinite(moment)) return at
    const utc = moment % 86_400 === 0 ? { timeZone: 'UTC' } : {}
    return new Intl.DateTimeFormat(language, { day: 'numeric', month: 'short', ...utc }).format(dateOf(moment))
  }
  return { format, formatX }
}
