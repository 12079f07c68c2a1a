import { Button, FileButton, Group, Modal, Select, SimpleGrid, Stack, Text, TextInput } from '@mantine/core'
import { useForm } from '@mantine/form'
import { IconFileImport, IconPlus, IconTrash } from '@tabler/icons-react'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { usePagedList } from '@/api/paged.ts'
import { useChange } from '@/api/query.ts'
import type { Schema } from '@/api/types.ts'
import { ActionButton, ActionSign } from '@/kit/action-button.tsx'
import { type Column, DataTable } from '@/kit/data-table.tsx'
import { FormButtons } from '@/kit/form-buttons.tsx'
import { tell, tellProblem } from '@/kit/notice.tsx'
import { Empty, ProblemAlert } from '@/kit/states.tsx'
import classes from './costs.module.css'
import { CostsFrame } from './costs-frame.tsx'
import { focusFirst } from './form.ts'
import { dayLabel, number } from './format.ts'
import type { RatesSearch } from './pages-search.ts'
import { today } from './period.ts'
import { readRateFile } from './rate-file.ts'
import { currencies } from './search.ts'

type Rate = Schema<'CloudCostExchangeRate'>

export function RatesPage({ organization, search }: { organization: string; search: RatesSearch }) {
  const { t, i18n } = useTranslation('cloud-costs')
  const path = { organization_canonical: organization }
  const navigate = useNavigate({ from: '/organizations/$organization/cloud-cost-management/rates' })
  const rows = usePagedList('listCloudCostExchangeRates', { path })
  const stale = ['listCloudCostExchangeRates', 'getCloudCosts'] as const
  const enter = useChange('setCloudCostExchangeRates', { stale, onError: tellProblem })
  const remove = useChange('deleteCloudCostExchangeRate', {
    stale,
    onError: tellProblem,
    // The number of the rate will be another one; all else is as before.
    onSuccess: (_, question) => {
      const gone = deleted.get(question.path.exchange_rate_id)
      if (!gone) return
      const { id: __, ...rate } = gone
      tell(t('rates.deleted', { day: dayLabel(rate.day, i18n.language, true) }), () => enter.mutate({ path, body: { rates: [rate] } }))
    },
  })
  const [deleted] = useState(() => new Map<number, Rate>())
  const close = () => void navigate({ search: {} })
  const columns: Column<Rate>[] = [
    { key: 'day', title: t('rates.day'), width: '140px', cell: ({ day }) => dayLabel(day, i18n.language, true) },
    { key: 'from', title: t('rates.from'), width: '120px', cell: ({ from }) => `1 ${from}` },
    {
      key: 'rate',
      title: t('rates.rate'),
      width: 'minmax(160px, 1fr)',
      align: 'end',
      cell: ({ rate, to }) => <span className={classes.figure}>{`${number(Number(rate), i18n.language, 8)} ${to}`}</span>,
    },
    {
      key: 'delete',
      title: t('rates.delete'),
      width: '110px',
      cell: (rate) => (
        <ActionSign
          operation="deleteCloudCostExchangeRate"
          path={{ ...path, exchange_rate_id: rate.id ?? 0 }}
          label={t('rates.deleteOne', { day: dayLabel(rate.day, i18n.language, true), from: rate.from, to: rate.to })}
          onClick={() => {
            deleted.set(rate.id ?? 0, rate)
            remove.mutate({ path: { ...path, exchange_rate_id: rate.id ?? 0 } })
          }}
        >
          <IconTrash size={16} />
        </ActionSign>
      ),
    },
  ]
  const add = (
    <Group gap="xs">
      <ActionButton
        operation="setCloudCostExchangeRates"
        path={path}
        variant="default"
        leftSection={<IconFileImport size={16} aria-hidden />}
        onClick={() => void navigate({ search: { add: 'file' } })}
      >
        {t('rates.import')}
      </ActionButton>
      <ActionButton
        operation="setCloudCostExchangeRates"
        path={path}
        leftSection={<IconPlus size={16} aria-hidden />}
        onClick={() => void navigate({ search: { add: 'one' } })}
      >
        {t('rates.add')}
      </ActionButton>
    </Group>
  )
  return (
    <CostsFrame organization={organization} title={t('rates.title')} description={t('rates.description')} actions={add}>
      <DataTable
        label={t('rates.title')}
        columns={columns}
        rows={rows}
        rowKey={({ id }) => id ?? 0}
        empty={<Empty title={t('rates.empty')}>{t('rates.emptyText')}</Empty>}
      />
      <Modal opened={search.add !== undefined} onClose={close} title={search.add === 'file' ? t('rates.import') : t('rates.add')}>
        {search.add === 'one' && <RateForm organization={organization} close={close} />}
        {search.add === 'file' && <RateFile organization={organization} close={close} />}
      </Modal>
    </CostsFrame>
  )
}

interface FormProps {
  organization: string
  close: () => void
}

function useEnter({ organization, close }: FormProps) {
  const { t } = useTranslation('cloud-costs')
  const enter = useChange('setCloudCostExchangeRates', {
    stale: ['listCloudCostExchangeRates', 'getCloudCosts'],
    onSuccess: (_, { body }) => {
      tell(t('rates.entered', { count: body.rates.length }))
      close()
    },
  })
  return { enter, send: (rates: Rate[]) => enter.mutate({ path: { organization_canonical: organization }, body: { rates } }) }
}

function RateForm(props: FormProps) {
  const { t } = useTranslation('cloud-costs')
  const { enter, send } = useEnter(props)
  const code = (value: string) => (/^[A-Z]{3}$/.test(value) ? null : t('rates.codeWrong'))
  const form = useForm({
    initialValues: { day: today(), from: 'USD', to: 'EUR', rate: '' },
    validateInputOnChange: true,
    validate: {
      from: code,
      to: (to, { from }) => code(to) ?? (to === from ? t('rates.same') : null),
      rate: (rate) => (/^\d+(\.\d+)?$/.test(rate) && Number(rate) > 0 ? null : t('rates.rateWrong')),
    },
  })
  return (
    <form noValidate onSubmit={form.onSubmit((rate) => send([rate]), focusFirst)}>
      <Stack>
        <TextInput type="date" label={t('rates.day')} required max={today()} {...form.getInputProps('day')} />
        <SimpleGrid cols={{ base: 1, xs: 2 }}>
          <Select
            label={t('rates.from')}
            allowDeselect={false}
            data={[...currencies, 'CHF', 'JPY', 'CAD', 'AUD', 'INR', 'SEK']}
            {...form.getInputProps('from')}
            data-autofocus
          />
          <Select label={t('rates.to')} allowDeselect={false} data={[...currencies]} {...form.getInputProps('to')} />
        </SimpleGrid>
        <TextInput
          label={t('rates.rateOf', { from: form.values.from, to: form.values.to })}
          description={t('rates.rateText')}
          required
          inputMode="decimal"
          {...form.getInputProps('rate')}
        />
        <ProblemAlert problem={enter.error} />
        <FormButtons close={props.close} verb={t('rates.add')} busy={enter.isPending} />
      </Stack>
    </form>
  )
}

function RateFile(props: FormProps) {
  const { t } = useTranslation('cloud-costs')
  const { enter, send } = useEnter(props)
  const [read, setRead] = useState<ReturnType<typeof readRateFile> & { name: string }>()
  const take = async (file: File | null) => {
    if (file) setRead({ name: file.name, ...readRateFile(await file.text()) })
  }
  return (
    <form
      noValidate
      onSubmit={(event) => {
        event.preventDefault()
        if (read && read.rates.length > 0) send(read.rates)
      }}
    >
      <Stack>
        <Text size="sm">{t('rates.fileText')}</Text>
        <Group>
          <FileButton accept=".csv,text/csv" onChange={(file) => void take(file)} inputProps={{ 'aria-label': t('rates.file') }}>
            {(button) => (
              <Button {...button} variant="default">
                {t('rates.choose')}
              </Button>
            )}
          </FileButton>
        </Group>
        {read && (
          <div role="status">
            <Text size="sm">{t('rates.read', { count: read.rates.length, name: read.name })}</Text>
            {read.wrong.length > 0 && (
              <Text size="sm">{t('rates.wrong', { count: read.wrong.length, lines: read.wrong.slice(0, 10).join(', ') })}</Text>
            )}
          </div>
        )}
        <ProblemAlert problem={enter.error} />
        <FormButtons close={props.close} verb={t('rates.import')} busy={enter.isPending} />
      </Stack>
    </form>
  )
}
