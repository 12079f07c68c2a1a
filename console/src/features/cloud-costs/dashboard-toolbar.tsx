import { ActionIcon, Group, MultiSelect, SegmentedControl, Select, Tooltip } from '@mantine/core'
import { IconChevronLeft, IconChevronRight } from '@tabler/icons-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Toolbar } from '@/kit/states.tsx'
import { DayField } from './day-field.tsx'
import { addDays, beside, type Preset, presets } from './period.ts'
import {
  type CostSearch,
  type Currency,
  currencies,
  type Dimension,
  dimensions,
  drawings,
  type Measure,
  measures,
  periodOf,
  stepOf,
} from './search.ts'

interface ToolbarProps {
  search: CostSearch
  go: (change: Partial<CostSearch>) => void
}

export function DashboardToolbar({ search, go }: ToolbarProps) {
  const { t } = useTranslation('cloud-costs')
  return (
    <>
      <PeriodBar search={search} go={go} />
      <Toolbar>
        <MultiSelect
          label={t('toolbar.by')}
          miw={220}
          maxValues={3}
          value={search.by ?? ['provider']}
          data={dimensions.map((value) => ({ value, label: t(`dimensions.${value}`) }))}
          onChange={(by) => go({ by: by.length > 0 ? (by as Dimension[]) : undefined })}
        />
        <Select
          label={t('toolbar.step')}
          w={120}
          allowDeselect={false}
          value={stepOf(search)}
          data={(['day', 'week', 'month'] as const).map((value) => ({ value, label: t(`steps.${value}`) }))}
          onChange={(step) => go({ step: step as CostSearch['step'] })}
        />
        <Select
          label={t('toolbar.currency')}
          w={100}
          allowDeselect={false}
          value={search.currency ?? 'USD'}
          data={[...currencies]}
          onChange={(currency) => go({ currency: currency as Currency })}
        />
        <Select
          label={t('toolbar.type')}
          w={170}
          clearable
          placeholder={t('costTypes.usual')}
          value={search.type ?? null}
          data={(['billed', 'effective'] as const).map((value) => ({ value, label: t(`costTypes.${value}`) }))}
          onChange={(type) => go({ type: (type ?? undefined) as CostSearch['type'] })}
        />
      </Toolbar>
    </>
  )
}

/** Above the chart: what is drawn, and how. */
export function DrawingBar({ search, go }: ToolbarProps) {
  const { t } = useTranslation('cloud-costs')
  return (
    <Group justify="space-between" gap="xs" mb="sm">
      <SegmentedControl
        aria-label={t('toolbar.measure')}
        value={search.measure ?? 'cost'}
        data={measures.map((value) => ({ value, label: t(`measures.${value}`) }))}
        onChange={(measure) => go({ measure: measure as Measure })}
      />
      <SegmentedControl
        aria-label={t('toolbar.drawing')}
        value={search.drawing ?? 'bars'}
        data={drawings.map((value) => ({ value, label: t(`drawings.${value}`) }))}
        onChange={(drawing) => go({ drawing: drawing as CostSearch['drawing'] })}
      />
    </Group>
  )
}

function PeriodBar({ search, go }: ToolbarProps) {
  const { t } = useTranslation('cloud-costs')
  const range = periodOf(search)
  const isCustom = search.from !== undefined && search.to !== undefined
  const last = addDays(range.end, -1)
  // A reversed range leads nowhere, but stays in the fields: who moves both days gets there through one.
  const [reversed, setReversed] = useState<{ begin: string; last: string; insteadOf: string }>()
  const shown = `${range.begin} ${last}`
  const wrong = reversed?.insteadOf === shown ? reversed : undefined
  const choose = (begin: string, end: string) => {
    setReversed(begin > end ? { begin, last: end, insteadOf: shown } : undefined)
    if (begin <= end) go({ from: begin, to: end, period: undefined, step: undefined })
  }
  const move = (which: -1 | 1) => {
    const next = beside(range, which)
    choose(next.begin, addDays(next.end, -1))
  }
  return (
    <Toolbar>
      <Select
        label={t('toolbar.period')}
        w={190}
        allowDeselect={false}
        value={isCustom ? 'custom' : (search.period ?? '30d')}
        data={[...presets, ...(isCustom ? (['custom'] as const) : [])].map((value) => ({ value, label: t(`periods.${value}`) }))}
        onChange={(period) => period !== 'custom' && go({ period: period as Preset, from: undefined, to: undefined, step: undefined })}
      />
      <Group gap={4} wrap="wrap" align="end">
        <Step label={t('toolbar.earlier')} onClick={() => move(-1)}>
          <IconChevronLeft size={18} />
        </Step>
        <DayField label={t('toolbar.from')} value={wrong?.begin ?? range.begin} onChange={(day) => choose(day, wrong?.last ?? last)} />
        <DayField
          label={t('toolbar.to')}
          value={wrong?.last ?? last}
          error={wrong && t('toolbar.reversed')}
          onChange={(day) => choose(wrong?.begin ?? range.begin, day)}
        />
        <Step label={t('toolbar.later')} onClick={() => move(1)}>
          <IconChevronRight size={18} />
        </Step>
      </Group>
    </Toolbar>
  )
}

const Step = ({ label, onClick, children }: { label: string; onClick: () => void; children: React.ReactNode }) => (
  <Tooltip label={label}>
    <ActionIcon variant="default" size={36} aria-label={label} onClick={onClick}>
      {children}
    </ActionIcon>
  </Tooltip>
)
