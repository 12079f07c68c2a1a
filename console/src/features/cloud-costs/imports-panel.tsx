import { Badge, Checkbox, Group, Modal, Progress, Select, Stack, Text } from '@mantine/core'
import { IconRefresh } from '@tabler/icons-react'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { usePagedList } from '@/api/paged.ts'
import { useChange } from '@/api/query.ts'
import type { Schema } from '@/api/types.ts'
import type { AccountPath } from '@/api/upload.ts'
import { ActionButton } from '@/kit/action-button.tsx'
import { type Column, DataTable } from '@/kit/data-table.tsx'
import { LinkTo } from '@/kit/link.tsx'
import { Empty, ProblemAlert } from '@/kit/states.tsx'
import { When } from '@/kit/when.tsx'
import { dayLabel, number } from './format.ts'
import { ImportDetails } from './import-details.tsx'
import type { AccountKind } from './pages-search.ts'
import { latestMonths } from './period.ts'
import { UploadBill } from './upload-bill.tsx'

export type CostImport = Schema<'CloudCostImport'>

interface PanelProps {
  path: AccountPath
  kind: AccountKind
  shown: number | undefined
}

const here = '/organizations/$organization/cloud-cost-management/accounts/$account' as const

export function ImportsPanel({ path, kind, shown }: PanelProps) {
  const { t, i18n } = useTranslation('cloud-costs')
  const navigate = useNavigate({ from: here })
  const rows = usePagedList('listCloudCostImports', { path }, { every: 2000 })
  const show = (id: number | undefined) => void navigate({ search: id === undefined ? {} : { import: id } })
  const columns: Column<CostImport>[] = [
    {
      key: 'name',
      title: t('imports.what'),
      width: 'minmax(180px, 2fr)',
      cell: ({ id, source_name: name }) => (
        <LinkTo size="sm" truncate from={here} to="." search={{ import: id }}>
          {name || t('imports.number', { id })}
        </LinkTo>
      ),
    },
    { key: 'source', title: t('imports.source'), width: '140px', cell: ({ source }) => t(`imports.sources.${source}`) },
    { key: 'state', title: t('accounts.status'), width: '240px', cell: (one) => <ImportState of={one} /> },
    { key: 'lines', title: t('imports.lines'), width: '110px', align: 'end', cell: ({ lines }) => number(lines, i18n.language) },
    {
      key: 'problems',
      title: t('imports.problems'),
      width: '110px',
      align: 'end',
      cell: ({ problems }) =>
        problems.length > 0 ? (
          <Badge variant="light" color="orange">
            {number(problems.length, i18n.language)}
          </Badge>
        ) : (
          '–'
        ),
    },
    { key: 'at', title: t('imports.at'), width: '150px', cell: ({ created_at: at }) => <When at={at} /> },
  ]
  return (
    <Stack>
      {kind === 'child' ? <Text size="sm">{t('imports.child')}</Text> : <UploadBill path={path} onImport={show} />}
      {kind === 'export' && <StartImport path={path} onImport={show} />}
      <DataTable
        label={t('imports.label')}
        columns={columns}
        rows={rows}
        rowKey={({ id }) => id}
        empty={<Empty title={t('imports.empty')}>{t(`imports.emptyText.${kind}`)}</Empty>}
      />
      <Modal opened={shown !== undefined} onClose={() => show(undefined)} size="lg" title={t('imports.number', { id: shown ?? 0 })}>
        {shown !== undefined && <ImportDetails path={path} id={shown} />}
      </Modal>
    </Stack>
  )
}

export const importColors = { waiting: 'gray', running: 'blue', succeeded: 'teal', failed: 'red' } as const

export function ImportState({ of: { status, stage, progress } }: { of: CostImport }) {
  const { t } = useTranslation('cloud-costs')
  return (
    <Group gap="xs" wrap="nowrap">
      <Badge variant="light" color={importColors[status]} style={{ flex: 'none' }}>
        {status === 'running' && stage ? t(`imports.stages.${stage}`) : t(`imports.statuses.${status}`)}
      </Badge>
      {status === 'running' && <Progress value={progress * 100} w={80} aria-label={t('imports.progress')} />}
    </Group>
  )
}

function StartImport({ path, onImport }: { path: AccountPath; onImport: (id: number) => void }) {
  const { t, i18n } = useTranslation('cloud-costs')
  const [month, setMonth] = useState<string | null>(null)
  const [force, setForce] = useState(false)
  const start = useChange('startCloudCostImport', { stale: ['listCloudCostImports'], onSuccess: ({ data }) => onImport(data.id) })
  return (
    <Stack gap="xs">
      <Group align="end" wrap="wrap">
        <Select
          label={t('imports.month')}
          placeholder={t('imports.everyMonth')}
          clearable
          value={month}
          data={latestMonths(36).map((value) => ({ value, label: dayLabel(value, i18n.language) }))}
          onChange={setMonth}
        />
        <Checkbox mb={8} label={t('imports.force')} checked={force} onChange={(event) => setForce(event.currentTarget.checked)} />
        <ActionButton
          operation="startCloudCostImport"
          path={path}
          leftSection={<IconRefresh size={16} aria-hidden />}
          loading={start.isPending}
          onClick={() => start.mutate({ path, body: { force, ...(month ? { month } : {}) } })}
        >
          {t('imports.start')}
        </ActionButton>
      </Group>
      <ProblemAlert problem={start.error} />
    </Stack>
  )
}
