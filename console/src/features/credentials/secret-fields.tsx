import { PasswordInput, Select, Textarea, TextInput } from '@mantine/core'
import type { UseFormReturnType } from '@mantine/form'
import { useTranslation } from 'react-i18next'
import { azureClouds, type CredentialValues, type Field } from './credential-fields.ts'

interface FieldsProps {
  form: UseFormReturnType<CredentialValues>
  fields: readonly Field[]
  /** The present values are in the form. */
  known: boolean
}

/** One field for each key of the type: hidden, unless it only names something. */
export function SecretFields({ form, fields, known }: FieldsProps) {
  const { t } = useTranslation('credentials')
  return fields.map(({ key, open, long, optional }) => {
    const props = {
      label: t(`keys.${key}`),
      required: !optional,
      // No manager of passwords should offer its own here, or keep these.
      autoComplete: 'off',
      ...form.getInputProps(`raw.${key}`),
      value: form.values.raw[key] ?? '',
    }
    if (key === 'environment')
      return (
        <Select
          key={key}
          label={t('keys.environment')}
          placeholder={t('form.cloudDefault')}
          data={azureClouds.map((cloud) => ({ value: cloud, label: t(`clouds.${cloud}`) }))}
          value={form.values.raw.environment ?? null}
          onChange={(cloud) => form.setFieldValue('raw.environment', cloud ?? '')}
          clearable
        />
      )
    if (long)
      return (
        <Textarea
          key={key}
          {...props}
          autosize
          minRows={4}
          maxRows={10}
          spellCheck={false}
          ff="monospace"
          description={t(`longHints.${key as 'ssh_key'}`)}
        />
      )
    return open ? (
      <TextInput key={key} {...props} />
    ) : (
      <PasswordInput key={key} {...props} autoComplete="new-password" description={known ? t('form.present') : undefined} />
    )
  })
}
