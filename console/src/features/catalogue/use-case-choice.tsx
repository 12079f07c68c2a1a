import { Select } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import type { Data } from '@/api/types.ts'

interface UseCaseChoiceProps {
  configs: Data<'getServiceCatalogConfig'>
  value: string | undefined
  onChange: (key: string) => void
}

export function UseCaseChoice({ configs, value, onChange }: UseCaseChoiceProps) {
  const { t } = useTranslation('catalogue')
  const entries = Object.entries(configs)
  if (entries.length < 2) return null
  return (
    <Select
      label={t('stack.useCase')}
      description={value === undefined ? undefined : configs[value]?.description || undefined}
      data={entries.map(([key, { name }]) => ({ value: key, label: name && name !== key ? `${name} (${key})` : key }))}
      value={value ?? null}
      onChange={(key) => key !== null && onChange(key)}
      allowDeselect={false}
      maw={420}
    />
  )
}
