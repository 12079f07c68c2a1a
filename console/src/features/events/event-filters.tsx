import { Button, MultiSelect, Select } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { useAsk } from '@/api/query.ts'
import { DatesFilter } from '@/kit/dates-filter.tsx'
import { dayAfter, dayText } from '@/kit/days.ts'
import { TextFilter } from '@/kit/filter.tsx'
import { Toolbar } from '@/kit/states.tsx'
import { type EventsSearch, eventTypes, periods, severities } from './events-search.ts'

interface FiltersProps {
  organization: string
  search: EventsSearch
  go: (change: Partial<EventsSearch>) => void
}

export function EventFilters({ organization, search, go }: FiltersProps) {
  const { t } = useTranslation('events')
  const tags = useAsk('getEventsTags', { path: { organization_canonical: organization } })
  const known = (tags.data?.data ?? {}) as Record<string, string[]>
  const actors = [...new Set([...(known['user'] ?? []), ...(known['sent_by'] ?? [])])].filter((one) => one !== '')
  const pairs = Object.entries(known)
    .filter(([key]) => key !== 'user' && key !== 'sent_by')
    .flatMap(([key, values]) => values.map((value) => `${key}=${value}`))
  const listOf = <T,>(values: T[]): T[] | undefined => (values.length > 0 ? values : undefined)
  const today = dayText(new Date())
  const filtered = Object.entries(search).some(([key, value]) => key !== 'event' && key !== 'send' && value !== undefined)
  return (
    <Toolbar>
      <TextFilter name="text" label={t('filters.text')} />
      <Select
        label={t('filters.period')}
        data={[
          ...periods.map((period) => ({ value: period as string, label: t(`periods.${period}`) })),
          { value: 'days', label: t('periods.days') },
        ]}
        value={search.from || search.to ? 'days' : (search.period ?? '7d')}
        allowDeselect={false}
        w={{ base: '100%', xs: 180 }}
        onChange={(period) =>
          period === 'days'
            ? go({ period: undefined, from: dayAfter(today, -6), to: today })
            : go({ period: period === '7d' ? undefined : (period as EventsSearch['period']), from: undefined, to: undefined })
        }
      />
      {(search.from || search.to) && <DatesFilter label={t('filters.days')} clearable={false} />}
      <MultiSelect
        label={t('filters.severity')}
        placeholder={search.severity ? undefined : t('filters.all')}
        data={severities.map((severity) => ({ value: severity, label: t(`severities.${severity}`) }))}
        value={search.severity ?? []}
        onChange={(severity) => go({ severity: listOf(severity as NonNullable<EventsSearch['severity']>) })}
        clearable
        w={{ base: '100%', xs: 200 }}
      />
      <MultiSelect
        label={t('filters.type')}
        placeholder={search.type ? undefined : t('filters.all')}
        data={eventTypes.map((type) => ({ value: type, label: t(`types.${type}`) }))}
        value={search.type ?? []}
        onChange={(type) => go({ type: listOf(type as NonNullable<EventsSearch['type']>) })}
        clearable
        w={{ base: '100%', xs: 200 }}
      />
      <Select
        label={t('filters.actor')}
        placeholder={t('filters.anybody')}
        data={withChosen(actors, search.actor)}
        value={search.actor ?? null}
        onChange={(actor) => go({ actor: actor ?? undefined })}
        searchable
        clearable
        limit={100}
        w={{ base: '100%', xs: 200 }}
      />
      <MultiSelect
        label={t('filters.tags')}
        placeholder={search.tag ? undefined : t('filters.tagExample')}
        data={[...new Set([...pairs, ...(search.tag ?? [])])]}
        value={search.tag ?? []}
        onChange={(tag) => go({ tag: listOf(tag) })}
        searchable
        clearable
        limit={100}
        w={{ base: '100%', xs: 280 }}
      />
      {filtered && (
        <Button
          variant="default"
          onClick={() =>
            go({
              severity: undefined,
              type: undefined,
              period: undefined,
              from: undefined,
              to: undefined,
              actor: undefined,
              tag: undefined,
              text: undefined,
            })
          }
        >
          {t('filters.clear')}
        </Button>
      )}
    </Toolbar>
  )
}

const withChosen = (values: readonly string[], chosen: string | undefined): string[] =>
  chosen === undefined || values.includes(chosen) ? [...values] : [...values, chosen]
