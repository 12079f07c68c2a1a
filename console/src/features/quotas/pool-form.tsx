import { Autocomplete, Stack, Text, TextInput } from '@mantine/core'
import { useForm } from '@mantine/form'
import { useTranslation } from 'react-i18next'
import { useAsk, useChange } from '@/api/query.ts'
import { FormButtons } from '@/kit/form-buttons.tsx'
import { tell } from '@/kit/notice.tsx'
import { ProblemAlert } from '@/kit/states.tsx'
import { useAmount } from './amounts.ts'
import { type Pool, stale } from './pools-page.tsx'

/** A pool is all resources with one label, so the label is what is chosen: one that occurs, or a new one for machines to come. */
export function PoolForm({ organization, pool, close }: { organization: string; pool?: Pool; close: () => void }) {
  const { t } = useTranslation('quotas')
  const { t: common } = useTranslation()
  const path = { organization_canonical: organization }
  const labels = useAsk('listResourceLabels', { path })
  const form = useForm({
    initialValues: { name: pool?.name ?? '', label: pool?.label ?? '' },
    validateInputOnChange: true,
    validate: {
      name: (name) => (name.trim() === '' ? t('form.missing') : null),
      label: (label) => (label.trim() === '' ? t('form.missing') : null),
    },
  })
  const done = {
    stale,
    onSuccess: () => {
      tell(t(pool ? 'pools.saved' : 'pools.created', { name: form.values.name }))
      close()
    },
    onError: ({ fields }: { fields: Record<string, string> }) => form.setErrors(fields),
  }
  const create = useChange('createResourcePool', done)
  const update = useChange('updateResourcePool', done)
  const held = labels.data?.data.find(({ name }) => name === form.values.label.trim())
  const words = useAmount()
  return (
    <form
      noValidate
      onSubmit={form.onSubmit((body) =>
        pool ? update.mutate({ path: { ...path, resource_pool_canonical: pool.canonical }, body }) : create.mutate({ path, body }),
      )}
    >
      <Stack>
        <TextInput label={t('pools.name')} required data-autofocus {...form.getInputProps('name')} />
        <Autocomplete
          label={t('pools.label')}
          description={t('pools.labelText')}
          required
          data={(labels.data?.data ?? []).map(({ name }) => name)}
          {...form.getInputProps('label')}
        />
        {form.values.label.trim() !== '' && (
          <Text size="sm" role="status">
            {held
              ? t('pools.holds', {
                  cpu: words(held.cpu, 'cpu'),
                  memory: words(held.memory, 'memory'),
                  storage: words(held.storage, 'storage'),
                })
              : t('pools.holdsNothing')}
          </Text>
        )}
        <ProblemAlert problem={create.error ?? update.error} />
        <FormButtons close={close} verb={pool ? common('actions.save') : t('pools.create')} busy={create.isPending || update.isPending} />
      </Stack>
    </form>
  )
}
