import { Select, Stack, TextInput } from '@mantine/core'
import { useForm } from '@mantine/form'
import { useTranslation } from 'react-i18next'
import { useAsk, useChange } from '@/api/query.ts'
import { FormButtons } from '@/kit/form-buttons.tsx'
import { ProblemAlert } from '@/kit/states.tsx'
import { focusFirst, useAccountAdded } from './form.ts'

interface FormProps {
  organization: string
  close: () => void
}

export function FileAccountForm({ organization, close }: FormProps) {
  const { t } = useTranslation('cloud-costs')
  const path = { organization_canonical: organization }
  const added = useAccountAdded(organization)
  const { data: providers } = useAsk('getCloudProviders', { path })
  const form = useForm({
    initialValues: { name: '', cloud_provider: 'aws' },
    validate: { name: (name) => (name.trim() === '' ? t('form.missing') : name.length > 200 ? t('form.long', { count: 200 }) : null) },
    validateInputOnBlur: true,
  })
  const create = useChange('createCloudCostFileAccount', {
    ...added,
    onError: ({ fields }) => form.setErrors(fields),
  })
  return (
    <form noValidate onSubmit={form.onSubmit((body) => create.mutate({ path, body }), focusFirst)}>
      <Stack>
        <TextInput label={t('accounts.name')} required data-autofocus {...form.getInputProps('name')} />
        <Select
          label={t('dimensions.provider')}
          description={t('accounts.providerText')}
          required
          allowDeselect={false}
          searchable
          data={(providers?.data ?? []).map(({ canonical, name }) => ({ value: canonical, label: name }))}
          {...form.getInputProps('cloud_provider')}
        />
        <ProblemAlert problem={create.error} />
        <FormButtons close={close} verb={t('accounts.create')} busy={create.isPending} />
      </Stack>
    </form>
  )
}
