import { Button, Checkbox, Group, Popover, Stack, TextInput } from '@mantine/core'
import { IconColumns } from '@tabler/icons-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { type ColumnName, columnNames } from './inventory-search.ts'

/** Which columns there are: those that every resource has, and attributes by their path. */
export function ColumnChooser({ columns, onChange }: { columns: readonly string[]; onChange: (columns: string[]) => void }) {
  const { t } = useTranslation('inventory')
  const [path, setPath] = useState('')
  const paths = columns.filter((one) => !columnNames.includes(one as ColumnName))
  const turn = (name: string, on: boolean) => {
    const chosen = on ? [...columns, name] : columns.filter((one) => one !== name)
    onChange([...columnNames.filter((one) => chosen.includes(one)), ...chosen.filter((one) => !columnNames.includes(one as ColumnName))])
  }
  return (
    <Popover position="bottom-end" trapFocus returnFocus withinPortal>
      <Popover.Target>
        <Button variant="default" leftSection={<IconColumns size={16} />}>
          {t('columnChooser.title')}
        </Button>
      </Popover.Target>
      <Popover.Dropdown aria-label={t('columnChooser.title')}>
        <Stack gap="xs">
          {columnNames.map((name) => (
            <Checkbox
              key={name}
              label={t(`columns.${name}`)}
              checked={columns.includes(name)}
              onChange={({ currentTarget }) => turn(name, currentTarget.checked)}
            />
          ))}
          {paths.map((name) => (
            <Checkbox key={name} label={name} checked onChange={() => turn(name, false)} />
          ))}
          <form
            onSubmit={(event) => {
              event.preventDefault()
              const wanted = path.trim()
              if (wanted !== '' && !columns.includes(wanted)) turn(wanted, true)
              setPath('')
            }}
          >
            <Group align="end" gap="xs">
              <TextInput
                label={t('columnChooser.path')}
                placeholder="tags.env"
                value={path}
                onChange={({ currentTarget }) => setPath(currentTarget.value)}
              />
              <Button type="submit" variant="default">
                {t('columnChooser.add')}
              </Button>
            </Group>
          </form>
        </Stack>
      </Popover.Dropdown>
    </Popover>
  )
}
