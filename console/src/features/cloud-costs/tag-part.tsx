import { ActionIcon, Autocomplete, Badge, Button, Group, Paper, Skeleton, Stack, Text, TextInput, Title, Tooltip } from '@mantine/core'
import { IconArrowDown, IconArrowUp, IconPlus, IconTrash } from '@tabler/icons-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Schema } from '@/api/types.ts'

export interface PartRules {
  /** Best first. */
  keys: string[]
  regex: string
}

interface TagPartProps {
  part: 'project' | 'environment' | 'component'
  rules: PartRules
  /** All that occur on bills. */
  keys: readonly string[]
  /** What the service finds by these rules; undefined while it looks. */
  finding: Schema<'CloudCostTagMappingFinding'> | undefined
  error: string | undefined
  onChange: (rules: PartRules) => void
}

export function TagPart({ part, rules, keys, finding, error, onChange }: TagPartProps) {
  const { t } = useTranslation('cloud-costs')
  const [typed, setTyped] = useState('')
  const add = () => {
    const key = typed.trim()
    if (key !== '' && !rules.keys.includes(key)) onChange({ ...rules, keys: [...rules.keys, key] })
    setTyped('')
  }
  const move = (from: number, to: number) => {
    const moved = [...rules.keys]
    const [key] = moved.splice(from, 1)
    if (key !== undefined) moved.splice(to, 0, key)
    onChange({ ...rules, keys: moved })
  }
  return (
    <Paper withBorder p="md" component="section">
      <Stack gap="sm">
        <Title order={2} size="h4">
          {t(`dimensions.${part}`)}
        </Title>
        {rules.keys.length > 0 && (
          <Stack gap={4} component="ol" m={0} p={0} style={{ listStyle: 'none' }} aria-label={t('tags.keys')}>
            {rules.keys.map((key, index) => (
              <Group key={key} component="li" gap={4} wrap="nowrap">
                <Badge variant="light" color="gray" style={{ flex: 'none' }}>
                  {index + 1}
                </Badge>
                <Text size="sm" flex={1} style={{ overflowWrap: 'anywhere' }}>
                  {key}
                </Text>
                <ActionIcon
                  variant="subtle"
                  disabled={index === 0}
                  aria-label={t('tags.up', { key })}
                  onClick={() => move(index, index - 1)}
                >
                  <IconArrowUp size={16} />
                </ActionIcon>
                <ActionIcon
                  variant="subtle"
                  disabled={index === rules.keys.length - 1}
                  aria-label={t('tags.down', { key })}
                  onClick={() => move(index, index + 1)}
                >
                  <IconArrowDown size={16} />
                </ActionIcon>
                <ActionIcon
                  variant="subtle"
                  aria-label={t('tags.remove', { key })}
                  onClick={() => onChange({ ...rules, keys: rules.keys.filter((one) => one !== key) })}
                >
                  <IconTrash size={16} />
                </ActionIcon>
              </Group>
            ))}
          </Stack>
        )}
        <Group gap="xs" align="end" wrap="nowrap">
          <Autocomplete
            flex={1}
            label={t('tags.add')}
            data={keys.filter((key) => !rules.keys.includes(key))}
            limit={50}
            value={typed}
            onChange={setTyped}
            onKeyDown={(event) => {
              if (event.key !== 'Enter' || typed.trim() === '' || event.defaultPrevented) return
              event.preventDefault()
              add()
            }}
          />
          <Button variant="default" px="xs" aria-label={t('tags.addButton', { part: t(`dimensions.${part}`) })} onClick={add}>
            <IconPlus size={16} />
          </Button>
        </Group>
        <TextInput
          label={t('tags.regex')}
          description={t('tags.regexText')}
          value={rules.regex}
          error={error}
          maxLength={500}
          spellCheck={false}
          autoComplete="off"
          onChange={(event) => onChange({ ...rules, regex: event.currentTarget.value })}
        />
        <Found finding={finding} />
      </Stack>
    </Paper>
  )
}

const mostNames = 12

function Found({ finding }: { finding: TagPartProps['finding'] }) {
  const { t } = useTranslation('cloud-costs')
  if (!finding) return <Skeleton height={48} />
  const { keys, names } = finding
  return (
    <div role="status">
      <Text size="sm" fw={600}>
        {t('tags.matches', { count: keys.length })}
      </Text>
      {keys.length > 0 && (
        <Text size="sm" style={{ overflowWrap: 'anywhere' }}>
          {keys.join(', ')}
        </Text>
      )}
      {names.length > 0 && (
        <>
          <Text size="sm" fw={600} mt="xs">
            {t('tags.names', { count: names.length })}
          </Text>
          <Group gap={4} mt={4}>
            {names.slice(0, mostNames).map(({ canonical, known }) => (
              <Tooltip key={canonical} label={t(known ? 'tags.known' : 'tags.unknown')}>
                <Badge variant="light" tt="none" color={known ? 'teal' : 'gray'}>
                  {canonical}
                </Badge>
              </Tooltip>
            ))}
            {names.length > mostNames && <Text size="xs">{t('tags.moreNames', { count: names.length - mostNames })}</Text>}
          </Group>
        </>
      )}
    </div>
  )
}
