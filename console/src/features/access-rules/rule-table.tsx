import { Code, Stack, Table, Text } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import type { Schema } from '@/api/types.ts'

/** Rules as they are, of what cannot be changed. */
export function RuleTable({ rules }: { rules: readonly Schema<'Rule'>[] }) {
  const { t } = useTranslation('access-rules')
  if (rules.length === 0)
    return (
      <Text size="sm" mt="xs">
        {t('rules.none')}
      </Text>
    )
  return (
    <Table layout="fixed" mt="xs">
      <Table.Thead>
        <Table.Tr>
          <Table.Th>{t('rules.action')}</Table.Th>
          <Table.Th>{t('rules.resources')}</Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {rules.map(({ id, action, resources = [] }) => (
          <Table.Tr key={`${id} ${action}`}>
            <Table.Td>
              <Code style={{ overflowWrap: 'anywhere' }}>{action}</Code>
            </Table.Td>
            <Table.Td>
              <Stack gap={4} align="start">
                {resources.length === 0 ? (
                  <Text size="sm">{t('rule.anywhere')}</Text>
                ) : (
                  resources.map((resource) => (
                    <Code key={resource} style={{ overflowWrap: 'anywhere' }}>
                      {resource}
                    </Code>
                  ))
                )}
              </Stack>
            </Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  )
}
