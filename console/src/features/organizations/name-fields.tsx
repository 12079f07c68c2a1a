/** A name, and the key that addresses will have for good: made from the name unless somebody wants another. */
import { TextInput } from '@mantine/core'
import { type UseFormReturnType, useForm } from '@mantine/form'
import { useTranslation } from 'react-i18next'
import { isCanonical, suggestedCanonical } from '@/kit/canonical.ts'

export interface Names extends Record<string, unknown> {
  name: string
  canonical: string
}

export function useNamesForm(): UseFormReturnType<Names> {
  const { t } = useTranslation('organizations')
  return useForm<Names>({
    initialValues: { name: '', canonical: '' },
    validateInputOnChange: true,
    validate: {
      name: (name) => (name.trim().length < 3 ? t('fields.nameShort') : null),
      canonical: (canonical, { name }) =>
        name.trim().length < 3 || isCanonical(canonical || suggestedCanonical(name)) ? null : t('fields.canonicalWrong'),
    },
  })
}

export function NameFields({ form }: { form: UseFormReturnType<Names> }) {
  const { t } = useTranslation('organizations')
  return (
    <>
      <TextInput
        label={t('fields.name')}
        description={t('fields.nameHint')}
        withAsterisk
        autoComplete="organization"
        data-autofocus
        {...form.getInputProps('name')}
      />
      <TextInput
        label={t('fields.canonical')}
        description={t('fields.canonicalHint')}
        placeholder={suggestedCanonical(form.values.name)}
        autoComplete="off"
        {...form.getInputProps('canonical')}
      />
    </>
  )
}

export const bodyOf = ({ name, canonical }: Names) => ({ name: name.trim(), ...(canonical === '' ? {} : { canonical }) })
