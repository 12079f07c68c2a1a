/** What can be changed in a stack without touching its files: who sees it, who maintains it. */
import { Radio, Stack, Text } from '@mantine/core'
import { useForm } from '@mantine/form'
import { useTranslation } from 'react-i18next'
import { useChange } from '@/api/query.ts'
import type { Schema } from '@/api/types.ts'
import { FormButtons } from '@/kit/form-buttons.tsx'
import { tell } from '@/kit/notice.tsx'
import { ProblemAlert } from '@/kit/states.tsx'
import { visibilities } from './source-form.tsx'
import { TeamSelect } from './team-select.tsx'

interface EditStackFormProps {
  organization: string
  stack: Schema<'ServiceCatalog'>
  onDone: () => void
}

export function EditStackForm({ organization, stack, onDone }: EditStackFormProps) {
  const { t } = useTranslation('catalogue')
  const path = { organization_canonical: organization, service_catalog_ref: stack.ref }
  const form = useForm({ initialValues: { visibility: stack.visibility, team: stack.team?.canonical ?? '' } })
  const update = useChange('updateServiceCatalog', {
    stale: ['getServiceCatalog', 'listServiceCatalogs', 'getServiceCatalogSource'],
    onSuccess() {
      tell(t('source.saved', { name: stack.name }))
      onDone()
    },
  })
  return (
    <form
      onSubmit={form.onSubmit(({ visibility, team }) =>
        update.mutate({ path, body: { visibility, ...(team === '' ? {} : { team_canonical: team }) } }),
      )}
    >
      <Stack>
        <Text size="sm">{t('stack.editExplain')}</Text>
        <Radio.Group label={t('stack.visibility')} {...form.getInputProps('visibility')}>
          <Stack gap="xs" mt={6}>
            {visibilities.map((value, index) => (
              <Radio
                key={value}
                value={value}
                label={t(`visibility.${value}`)}
                description={t(`visibility.${value}Explain`)}
                {...(index === 0 ? { 'data-autofocus': true } : {})}
              />
            ))}
          </Stack>
        </Radio.Group>
        <TeamSelect organization={organization} {...form.getInputProps('team')} />
        <ProblemAlert problem={update.error} />
        <FormButtons verb={t('source.save')} busy={update.isPending} />
      </Stack>
    </form>
  )
}
