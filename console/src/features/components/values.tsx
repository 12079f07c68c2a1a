import { Accordion, Code, Table, Text } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import type { Data } from '@/api/types.ts'

/** The present values of a component's form, as they stand in git. */
export function Values({ values }: { values: Data<'getComponentConfig'> }) {
  const { t } = useTranslation('components')
  const sections = Object.entries(values as Record<string, Record<string, Record<string, unknown>>>)
  if (sections.length === 0) return <Text size="sm">{t('values.none')}</Text>
  return (
    <Accordion variant="separated" multiple defaultValue={['0', '1']} order={3}>
      {sections.map(([section, groups], at) => (
        // What names a part of the page may hold no blanks, and sections do.
        <Accordion.Item key={section} value={String(at)}>
          <Accordion.Control>{section}</Accordion.Control>
          <Accordion.Panel>
            <Table layout="fixed">
              <Table.Thead>
                <Table.Tr>
                  <Table.Th>{t('values.variable')}</Table.Th>
                  <Table.Th>{t('values.value')}</Table.Th>
                </Table.Tr>
              </Table.Thead>
              <Table.Tbody>
                {Object.entries(groups).flatMap(([group, variables]) =>
                  Object.entries(variables).map(([name, value]) => (
                    <Table.Tr key={`${group} ${name}`}>
                      <Table.Td style={{ overflowWrap: 'anywhere' }}>
                        {name}
                        <Text size="xs" c="dimmed">
                          {group}
                        </Text>
                      </Table.Td>
                      <Table.Td style={{ overflowWrap: 'anywhere' }}>
                        <Code>{written(value)}</Code>
                      </Table.Td>
                    </Table.Tr>
                  )),
                )}
              </Table.Tbody>
            </Table>
          </Accordion.Panel>
        </Accordion.Item>
      ))}
    </Accordion>
  )
}

export const written = (value: unknown): string => (typeof value === 'string' ? value : (JSON.stringify(value, null, 1) ?? ''))
