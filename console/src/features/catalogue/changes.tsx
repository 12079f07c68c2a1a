/** What a scan changed, and what was wrong with the repository. */
import { Alert, Badge, Group, List, Stack, Table, Text } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import type { Schema } from '@/api/types.ts'
import { StackLink } from './stack-link.tsx'

export function Changes({ organization, changes }: { organization: string; changes: Schema<'ServiceCatalogChanges'> }) {
  const { t } = useTranslation('catalogue')
  const kinds = [
    ['created', 'green'],
    ['updated', 'blue'],
    ['deleted', 'red'],
  ] as const
  const count = kinds.reduce((sum, [kind]) => sum + changes[kind].length, 0)
  return (
    <Alert color={count > 0 ? 'green' : 'gray'} role="status" title={t('changes.title', { count })}>
      <Stack gap="xs">
        {kinds.map(
          ([kind, color]) =>
            changes[kind].length > 0 && (
              <Group key={kind} gap="xs" wrap="wrap">
                <Badge color={color} variant="light" tt="none">
                  {t(`changes.${kind}`, { count: changes[kind].length })}
                </Badge>
                {changes[kind].map((stack) =>
                  kind === 'deleted' ? (
                    <Text key={stack.ref} size="sm">
                      {stack.name}
                    </Text>
                  ) : (
                    <StackLink key={stack.ref} organization={organization} stack={stack} underline="always" />
                  ),
                )}
              </Group>
            ),
        )}
        {count === 0 && <Text size="sm">{t('changes.nothing')}</Text>}
      </Stack>
    </Alert>
  )
}

export function Problems({ problems }: { problems: readonly Schema<'ServiceCatalogProblem'>[] }) {
  const { t } = useTranslation('catalogue')
  if (problems.length === 0) return null
  const whole = problems.filter(({ directory }) => directory === undefined)
  const rest = problems.filter(({ directory }) => directory !== undefined)
  return (
    <Alert color="yellow" title={t('problems.title', { count: problems.length })}>
      {whole.length > 0 && (
        <List size="sm">
          {whole.map(({ error }) => (
            <List.Item key={error}>{error}</List.Item>
          ))}
        </List>
      )}
      {rest.length > 0 && (
        <Table.ScrollContainer minWidth={260}>
          <Table fz="sm" aria-label={t('problems.title', { count: problems.length })}>
            <Table.Thead>
              <Table.Tr>
                <Table.Th>{t('problems.directory')}</Table.Th>
                <Table.Th>{t('problems.error')}</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {rest.map(({ directory, error }) => (
                <Table.Tr key={`${directory}\n${error}`}>
                  <Table.Td ff="monospace">{directory || '/'}</Table.Td>
                  <Table.Td style={{ whiteSpace: 'pre-wrap' }}>{error}</Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </Table.ScrollContainer>
      )}
    </Alert>
  )
}
