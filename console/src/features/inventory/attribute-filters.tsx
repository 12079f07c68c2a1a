import { Button, Group, Pill, Select, TextInput } from '@mantine/core'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { conditions, partsOf } from './inventory-search.ts'

/** Conditions on whatever a resource has, by the path in its attributes. */
export function AttributeFilters({ where, onChange }: { where: readonly string[]; onChange: (where: string[]) => void }) {
  const { t } = useTranslation('inventory')
  const [path, setPath] = useState('')
  const [condition, setCondition] = useState<string>('eq')
  const [value, setValue] = useState('')
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault()
        const wanted = `${path.trim()}[${condition}]=${value}`
        if (path.trim() === '' || !partsOf(wanted)) return
        onChange([...new Set([...where, wanted])])
        setPath('')
        setValue('')
      }}
    >
      <Group gap="sm" align="end" wrap="wrap">
        <TextInput
          label={t('attributes.path')}
          placeholder="tags.env"
          value={path}
          onChange={({ currentTarget }) => setPath(currentTarget.value)}
          w={{ base: '100%', xs: 180 }}
        />
        <Select
          label={t('attributes.condition')}
          data={conditions.map((one) => ({ value: one, label: t(`conditions.${one}`) }))}
          value={condition}
          allowDeselect={false}
          onChange={(next) => setCondition(next ?? 'eq')}
          w={{ base: '100%', xs: 160 }}
        />
        <TextInput
          label={t('attributes.value')}
          value={value}
          onChange={({ currentTarget }) => setValue(currentTarget.value)}
          w={{ base: '100%', xs: 160 }}
        />
        <Button type="submit" variant="default">
          {t('attributes.add')}
        </Button>
        {where.map((one) => {
          const parts = partsOf(one)
          return (
            <Pill
              key={one}
              size="lg"
              withRemoveButton
              removeButtonProps={{ 'aria-label': t('attributes.remove', { filter: one }), 'aria-hidden': false, tabIndex: 0 }}
              onRemove={() => onChange(where.filter((other) => other !== one))}
            >
              {parts ? `${parts.path} ${t(`signs.${parts.condition as 'eq'}`)} ${parts.value}` : one}
            </Pill>
          )
        })}
      </Group>
    </form>
  )
}
