import { Modal, NumberInput, SimpleGrid, Stack, Text, TextInput } from '@mantine/core'
import { useForm } from '@mantine/form'
import { useTranslation } from 'react-i18next'
import { useAsk, useChange } from '@/api/query.ts'
import { Code } from '@/kit/code.tsx'
import { focusFirst } from '@/kit/form.ts'
import { FormButtons } from '@/kit/form-buttons.tsx'
import { tell } from '@/kit/notice.tsx'
import { Asked, ProblemAlert } from '@/kit/states.tsx'
import type { Resource } from './inventory-search.ts'

interface EditorProps {
  organization: string
  mode: 'new' | 'edit' | undefined
  id: number | undefined
  close: () => void
}

export function ResourceEditor({ organization, mode, id, close }: EditorProps) {
  const { t } = useTranslation('inventory')
  const path = { organization_canonical: organization, inventory_resource_id: id ?? 0 }
  const found = useAsk('getInventoryResource', { path }, { enabled: mode === 'edit' && id !== undefined })
  return (
    <Modal
      opened={mode !== undefined}
      onClose={close}
      size="lg"
      title={mode === 'edit' ? t('form.editTitle', { name: found.data?.data.name ?? '' }) : t('form.createTitle')}
    >
      {mode === 'new' && <ResourceForm organization={organization} resource={undefined} close={close} />}
      {mode === 'edit' && (
        <Asked of={found}>{({ data }) => <ResourceForm organization={organization} resource={data} close={close} />}</Asked>
      )}
    </Modal>
  )
}

function ResourceForm({ organization, resource, close }: { organization: string; resource: Resource | undefined; close: () => void }) {
  const { t } = useTranslation(['inventory', 'common'])
  const path = { organization_canonical: organization }
  const managed = resource !== undefined && resource.mode !== 'custom_resources'
  const needed = (text: string) => (text.trim() === '' ? t('wrong.empty') : text.length > 255 ? t('wrong.long') : null)
  const form = useForm({
    initialValues: {
      name: resource?.name ?? '',
      provider: resource?.provider ?? 'custom_resources',
      type: resource?.type ?? 'custom_instance',
      label: resource?.label ?? '',
      cpu: resource?.cpu ?? 0,
      memory: resource?.memory ?? 0,
      storage: resource?.storage ?? 0,
      custom_attributes: JSON.stringify(resource?.custom_attributes ?? {}, null, 2),
    },
    validateInputOnChange: true,
    validate: { name: needed, provider: needed, type: needed, custom_attributes: (text) => (isObject(text) ? null : t('wrong.json')) },
  })
  const done = () => {
    tell(t(resource ? 'form.saved' : 'form.created', { name: form.values.name }))
    close()
  }
  const options = {
    stale: ['listInventoryResources', 'listResourceLabels', 'getInventoryResource', 'getResourcePools'],
    onSuccess: done,
    onError: ({ fields }: { fields: Record<string, string> }) => form.setErrors(fields),
  } as const
  const create = useChange('createInventoryResource', options as never)
  const update = useChange('updateInventoryResource', options as never)
  return (
    <form
      noValidate
      onSubmit={form.onSubmit(
        ({ custom_attributes: attributes, ...values }) => {
          const body = { ...values, custom_attributes: JSON.parse(attributes) as Record<string, unknown> }
          if (resource) update.mutate({ path: { ...path, inventory_resource_id: resource.id ?? 0 }, body })
          else create.mutate({ path, body })
        },
        (errors) => focusFirst(form, errors),
      )}
    >
      <Stack>
        {managed && <Text size="sm">{t('form.managed')}</Text>}
        <TextInput label={t('columns.name')} required readOnly={managed} data-autofocus {...form.getInputProps('name')} />
        <SimpleGrid cols={{ base: 1, xs: 2 }}>
          <TextInput label={t('columns.provider')} required readOnly={managed} {...form.getInputProps('provider')} />
          <TextInput label={t('columns.type')} required readOnly={managed} {...form.getInputProps('type')} />
        </SimpleGrid>
        <TextInput label={t('columns.label')} description={t('form.labelHint')} {...form.getInputProps('label')} />
        <SimpleGrid cols={{ base: 1, xs: 3 }}>
          <NumberInput label={t('columns.cpu')} min={0} allowDecimal={false} {...form.getInputProps('cpu')} />
          <NumberInput label={t('columns.memory')} min={0} allowDecimal={false} {...form.getInputProps('memory')} />
          <NumberInput label={t('columns.storage')} min={0} allowDecimal={false} {...form.getInputProps('storage')} />
        </SimpleGrid>
        <div>
          <Text size="sm" fw={500} mb={4}>
            {t('details.customAttributes')}
          </Text>
          <Code
            value={form.values.custom_attributes}
            language="json"
            label={t('details.customAttributes')}
            onChange={(text) => form.setFieldValue('custom_attributes', text)}
            minHeight={90}
          />
          {form.errors['custom_attributes'] && (
            <Text size="sm" c="red" role="alert">
              {form.errors['custom_attributes']}
            </Text>
          )}
        </div>
        <ProblemAlert problem={resource ? update.error : create.error} />
        <FormButtons close={close} verb={t(resource ? 'common:actions.save' : 'form.create')} busy={create.isPending || update.isPending} />
      </Stack>
    </form>
  )
}

function isObject(text: string): boolean {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null && !Array.isArray(value)
  } catch {
    return false
  }
}
