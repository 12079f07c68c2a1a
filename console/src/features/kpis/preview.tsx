/** What a definition shows before it is saved. */
import { Text } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { call } from '@/api/client.ts'
import type { Problem } from '@/api/problem.ts'
import type { Data, Schema } from '@/api/types.ts'
import { Pending, ProblemAlert } from '@/kit/states.tsx'
import { KpiChart } from './kpi-chart.tsx'
import type { Scope } from './kpi-values.ts'
import type { Period } from './period.ts'

interface PreviewProps {
  organization: string
  project: string
  body: Schema<'NewKPI'>
  scope: Scope
  period: Period
}

export function Preview({ organization, project, body, scope, period }: PreviewProps) {
  const { t } = useTranslation('kpis')
  // Its name changes nothing of the data; while somebody types it, there is none that the API would take.
  const question = {
    path: { organization_canonical: organization, project_canonical: project },
    query: { ...scope, ...period },
    body: { ...body, name: t('form.preview'), description: '' },
  }
  const [key] = useDebouncedValue(JSON.stringify(question), 300)
  const { config } = body as { config?: { envs?: string[] } }
  const incomplete = body.type === 'time_to_release' && (config?.envs?.length ?? 0) < 2
  const { data, error, isPlaceholderData } = useQuery<Data<'previewKpi'> & { of: Schema<'NewKPI'> }, Problem>({
    queryKey: ['previewKpi', key],
    queryFn: async ({ signal }) => {
      const asked = JSON.parse(key) as typeof question
      return { ...(await call('previewKpi', asked, { signal })).data, of: asked.body }
    },
    enabled: !incomplete,
    retry: false,
    placeholderData: keepPreviousData,
    gcTime: 60_000,
  })
  if (incomplete) return <Text size="sm">{t('form.envsRule')}</Text>
  if (error) return <ProblemAlert problem={error} />
  if (!data) return <Pending />
  return (
    <div aria-busy={isPlaceholderData} role="status">
      <KpiChart organization={organization} name={body.name || t('form.preview')} type={data.of.type} widget={data.of.widget} data={data} />
    </div>
  )
}
