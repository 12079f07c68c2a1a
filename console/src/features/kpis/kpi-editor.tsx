import { Modal, Select, Stack } from '@mantine/core'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useAsk } from '@/api/query.ts'
import type { Kpi } from './definition.ts'
import { KpiForm } from './kpi-form.tsx'
import type { Period } from './period.ts'

interface KpiEditorProps {
  organization: string
  project: string | undefined
  editing: Kpi | 'new' | undefined
  period: Period
  close: () => void
}

export function KpiEditor({ organization, project, editing, period, close }: KpiEditorProps) {
  const { t } = useTranslation('kpis')
  const [chosen, setChosen] = useState<string | null>(null)
  const asksProject = editing === 'new' && project === undefined
  const projects = useAsk('getProjects', { path: { organization_canonical: organization } }, { enabled: asksProject })
  const kpi = editing === 'new' ? undefined : editing
  const inside = kpi?.project.canonical ?? project ?? chosen ?? undefined
  return (
    <Modal opened={editing !== undefined} onClose={close} title={kpi ? t('form.edit', { name: kpi.name }) : t('form.new')} size={1000}>
      <Stack>
        {asksProject && (
          <Select
            label={t('form.project')}
            data={(projects.data?.data ?? []).map(({ canonical, name }) => ({ value: canonical, label: name }))}
            value={chosen}
            onChange={setChosen}
            searchable
            required
            data-autofocus
          />
        )}
        {inside !== undefined && (
          <KpiForm
            key={`${inside} ${kpi?.canonical ?? ''}`}
            organization={organization}
            project={inside}
            kpi={kpi}
            period={period}
            close={close}
          />
        )}
      </Stack>
    </Modal>
  )
}
