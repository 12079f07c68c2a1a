import { Group, NumberInput, Paper, Radio, SimpleGrid, Stack, Switch, Text, Title } from '@mantine/core'
import { useForm } from '@mantine/form'
import { useTranslation } from 'react-i18next'
import { useAsk, useChange } from '@/api/query.ts'
import type { Schema } from '@/api/types.ts'
import { ActionButton } from '@/kit/action-button.tsx'
import { tell } from '@/kit/notice.tsx'
import { Asked, ProblemAlert } from '@/kit/states.tsx'
import { CostsFrame } from './costs-frame.tsx'
import { focusFirst } from './form.ts'

export function CostSettingsPage({ organization }: { organization: string }) {
  const { t } = useTranslation('cloud-costs')
  const settings = useAsk('getCloudCostSettings', { path: { organization_canonical: organization } })
  return (
    <CostsFrame organization={organization} title={t('settings.title')}>
      <Asked of={settings}>{({ data }) => <SettingsForm organization={organization} settings={data} />}</Asked>
    </CostsFrame>
  )
}

function SettingsForm({ organization, settings }: { organization: string; settings: Schema<'CloudCostSettings'> }) {
  const { t } = useTranslation('cloud-costs')
  const { t: common } = useTranslation()
  const path = { organization_canonical: organization }
  const months = (most: number) => (value: number) =>
    Number.isInteger(value) && value >= 1 && value <= most ? null : t('settings.monthsWrong', { most })
  const form = useForm({
    initialValues: settings,
    validateInputOnChange: true,
    validate: {
      lines_months: months(120),
      figures_months: (value, { lines_months: lines }) =>
        months(240)(value) ?? (value < lines ? t('settings.figuresWrong', { count: lines }) : null),
    },
  })
  const save = useChange('updateCloudCostSettings', {
    stale: ['getCloudCostSettings', 'getCloudCosts'],
    onSuccess: () => tell(t('settings.saved')),
    onError: ({ fields }) => form.setErrors(fields),
  })
  return (
    <form noValidate onSubmit={form.onSubmit((body) => save.mutate({ path, body }), focusFirst)}>
      <Paper withBorder p="md" maw={860}>
        <Stack>
          <Title order={2} size="h4">
            {t('settings.keeping')}
          </Title>
          <Text size="sm">{t('settings.keepingText')}</Text>
          <SimpleGrid cols={{ base: 1, sm: 2 }}>
            <NumberInput
              label={t('settings.lines')}
              description={t('settings.linesText')}
              min={1}
              max={120}
              allowDecimal={false}
              {...form.getInputProps('lines_months')}
            />
            <NumberInput
              label={t('settings.figures')}
              description={t('settings.figuresText')}
              min={1}
              max={240}
              allowDecimal={false}
              {...form.getInputProps('figures_months')}
            />
          </SimpleGrid>
          <Title order={2} size="h4">
            {t('settings.shown')}
          </Title>
          <Radio.Group aria-label={t('settings.shown')} {...form.getInputProps('cost_type')}>
            <Stack gap="xs">
              {(['billed', 'effective'] as const).map((type) => (
                <Radio key={type} value={type} label={t(`costTypes.${type}`)} description={t(`costTypesText.${type}`)} />
              ))}
            </Stack>
          </Radio.Group>
          <Title order={2} size="h4">
            {t('settings.mails')}
          </Title>
          <Switch
            label={t('settings.anomalies')}
            description={t('settings.anomaliesText')}
            {...form.getInputProps('anomaly_mails', { type: 'checkbox' })}
          />
          <Switch
            label={t('settings.report')}
            description={t('settings.reportText')}
            {...form.getInputProps('report_mails', { type: 'checkbox' })}
          />
          <ProblemAlert problem={save.error} />
          <Group>
            <ActionButton operation="updateCloudCostSettings" path={path} type="submit" loading={save.isPending}>
              {common('actions.save')}
            </ActionButton>
          </Group>
        </Stack>
      </Paper>
    </form>
  )
}
