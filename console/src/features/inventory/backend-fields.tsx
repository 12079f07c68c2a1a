import { Switch, Text, Textarea, TextInput } from '@mantine/core'
import type { UseFormReturnType } from '@mantine/form'
import { useTranslation } from 'react-i18next'
import { Code } from '@/kit/code.tsx'
import { type BackendValues, type EngineFacts, isFlag } from './backend-engines.ts'

export function BackendFields({ form, facts }: { form: UseFormReturnType<BackendValues>; facts: EngineFacts }) {
  const { t } = useTranslation('inventory')
  return [...facts.required, ...facts.optional].map((field) => {
    if (isFlag(field))
      return <Switch key={field} label={t(`fields.${field}`)} {...form.getInputProps(`flags.${field}`, { type: 'checkbox' })} />
    const required =
      facts.required.includes(field) || (field === facts.file && form.values.purpose === 'remote_tfstate' && !form.values.everywhere)
    const label = t(`fields.${field}`)
    if (field === 'sources')
      return (
        <div key={field}>
          <Text size="sm" fw={500}>
            {label}
          </Text>
          <Text size="xs" mb={4}>
            {t('backends.sourcesHint')}
          </Text>
          <Code
            value={form.values.fields.sources}
            language="json"
            label={label}
            onChange={(text) => form.setFieldValue('fields.sources', text)}
          />
          {form.errors['fields.sources'] && (
            <Text size="sm" c="red" role="alert">
              {form.errors['fields.sources']}
            </Text>
          )}
        </div>
      )
    if (field === 'urls')
      return (
        <Textarea
          key={field}
          label={label}
          description={t('backends.urlsHint')}
          required
          autosize
          minRows={2}
          {...form.getInputProps('fields.urls')}
        />
      )
    return (
      <TextInput
        key={field}
        label={label}
        required={required}
        description={field === facts.file && form.values.everywhere ? t('backends.fileHint') : undefined}
        {...form.getInputProps(`fields.${field}`)}
      />
    )
  })
}
