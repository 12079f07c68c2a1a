/** Lists and maps of texts, piece by piece. What holds more than texts is edited as YAML. */
import { ActionIcon, Button, Group, Input, Stack, TagsInput, TextInput } from '@mantine/core'
import { IconPlus, IconTrash } from '@tabler/icons-react'
import { useTranslation } from 'react-i18next'
import { labelled, type Reading, typing, type WidgetProps } from './widget-props.ts'

export function ListField(props: WidgetProps) {
  const { t } = useTranslation('stack-forms')
  const { field, set } = props
  return (
    <TagsInput
      {...labelled(props)}
      value={(field.value as string[] | undefined) ?? []}
      onChange={set}
      allowDuplicates
      placeholder={t('field.list')}
      clearable
      clearButtonProps={{ 'aria-label': t('field.clear', { name: field.entity.name }) }}
    />
  )
}

type Row = readonly [id: number, key: string, value: string]

const rowsOf = (map: unknown): readonly Row[] =>
  Object.entries((map ?? {}) as Record<string, string>).map(([key, value], id) => [id, key, value])

export function MapField(props: WidgetProps) {
  const { t } = useTranslation('stack-forms')
  const { field, readOnly } = props
  const { label, description, error, withAsterisk, disabled, onBlur } = labelled(props)
  // Rows and not the map: a key that is being typed may be empty or stand twice for a moment.
  const read = (rows: readonly Row[]): Reading => {
    const keys = rows.map(([, key]) => key).filter((key) => key !== '')
    if (new Set(keys).size < keys.length) return { mistake: t('field.keyTwice') }
    if (rows.some(([, key, value]) => key === '' && value !== '')) return { mistake: t('field.keyMissing') }
    return { value: Object.fromEntries(rows.flatMap(([, key, value]) => (key === '' ? [] : [[key, value]]))) }
  }
  const [rows, change] = typing(props, read, rowsOf)
  const replace = (id: number, row: Row) => change(rows.map((old) => (old[0] === id ? row : old)))
  return (
    <Input.Wrapper
      label={label}
      labelElement="div"
      description={description}
      error={error}
      withAsterisk={withAsterisk}
      role="group"
      aria-label={field.entity.name}
      onBlur={onBlur}
    >
      <Stack gap="xs" mt={4}>
        {rows.map(([id, key, value], index) => (
          <Group key={id} gap="xs" wrap="nowrap">
            <TextInput
              {...(index === 0 ? { id: field.id } : {})}
              aria-label={t('field.key', { number: index + 1, name: field.entity.name })}
              value={key}
              disabled={disabled}
              onChange={(event) => replace(id, [id, event.currentTarget.value, value])}
              flex={1}
              miw={60}
            />
            <TextInput
              aria-label={t('field.valueOf', { key, name: field.entity.name })}
              value={value}
              disabled={disabled}
              onChange={(event) => replace(id, [id, key, event.currentTarget.value])}
              flex={2}
              miw={60}
            />
            {!readOnly && (
              <ActionIcon
                variant="subtle"
                color="red"
                disabled={disabled}
                aria-label={t('field.removeKey', { key: key || index + 1 })}
                onClick={() => change(rows.filter((row) => row[0] !== id))}
              >
                <IconTrash size={16} />
              </ActionIcon>
            )}
          </Group>
        ))}
        {!readOnly && (
          <Button
            {...(rows.length === 0 ? { id: field.id } : {})}
            variant="default"
            size="compact-sm"
            disabled={disabled}
            leftSection={<IconPlus size={14} />}
            onClick={() => change([...rows, [Math.max(-1, ...rows.map(([id]) => id)) + 1, '', '']])}
            w="fit-content"
          >
            {t('field.addKey')}
          </Button>
        )}
      </Stack>
    </Input.Wrapper>
  )
}
