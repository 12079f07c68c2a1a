import { NumberInput, Stack, Text, TextInput } from '@mantine/core'
import { useForm } from '@mantine/form'
import { useTranslation } from 'react-i18next'
import { useChange } from '@/api/query.ts'
import { FormButtons } from '@/kit/form-buttons.tsx'
import { tell } from '@/kit/notice.tsx'
import { ProblemAlert } from '@/kit/states.tsx'
import { dimensions } from './amounts.ts'
import { stale } from './pools-page.tsx'

/** Capacity that no Terraform state tells of, entered by hand; it becomes a resource of the inventory with the label of the pool. */
export function MachineForm({ organization, label, close }: { organization: string; label: string; close: () => void }) {
  const { t } = useTranslation('quotas')
  const whole = (value: number | string) => (Number.isInteger(value) && Number(value) >= 0 ? null : t('form.whole'))
  const form = useForm<{ name: string; cpu: number | string; memory: number | string; storage: number | string }>({
    initialValues: { name: '', cpu: 0, memory: 0, storage: 0 },
    validateInputOnChange: true,
    validate: { name: (name) => (name.trim() === '' ? t('form.missing') : null), cpu: whole, memory: whole, storage: whole },
  })
  const create = useChange('createInventoryResource', {
    stale: [...stale, 'listInventoryResources', 'listResourceLabels'],
    onSuccess: () => {
      tell(t('machines.added', { name: form.values.name }))
      close()
    },
    onError: ({ fields }) => form.setErrors(fields),
  })
  return (
    <form
      noValidate
      onSubmit={form.onSubmit(({ name, cpu, memory, storage }) =>
        create.mutate({
          path: { organization_canonical: organization },
          body: {
            name,
            label,
            provider: 'custom_resources',
            type: 'custom_instance',
            cpu: Number(cpu),
            memory: Number(memory),
            storage: Number(storage),
          },
        }),
      )}
    >
      <Stack>
        <Text size="sm">{t('machines.text', { label })}</Text>
        <TextInput label={t('machines.name')} required data-autofocus {...form.getInputProps('name')} />
        {dimensions.map((dimension) => (
          <NumberInput
            key={dimension}
            label={t(`amountsIn.${dimension}`)}
            min={0}
            allowDecimal={false}
            thousandSeparator=" "
            {...form.getInputProps(dimension)}
          />
        ))}
        <ProblemAlert problem={create.error} />
        <FormButtons close={close} verb={t('machines.add')} busy={create.isPending} />
      </Stack>
    </form>
  )
}
