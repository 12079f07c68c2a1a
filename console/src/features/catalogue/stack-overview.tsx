import { Alert, Anchor, Badge, Group, List, Paper, SimpleGrid, Stack, Table, Text, Title } from '@mantine/core'
import { IconCheck } from '@tabler/icons-react'
import type { UseQueryResult } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import type { Problem } from '@/api/problem.ts'
import { useAsk } from '@/api/query.ts'
import type { Answer, Schema } from '@/api/types.ts'
import { LinkTo } from '@/kit/link.tsx'
import { Asked } from '@/kit/states.tsx'
import { When } from '@/kit/when.tsx'
import { Fact } from './fact.tsx'
import { Markdown } from './markdown.tsx'
import type { StackSearch } from './search.ts'

/** What every tab of a stack is given. */
export interface StackTabProps {
  organization: string
  stack: Schema<'ServiceCatalog'>
  configs: UseQueryResult<Answer<'getServiceCatalogConfig'>, Problem>
  useCase: string | undefined
  search: StackSearch
  change: (next: StackSearch) => void
}

export function StackOverview({ organization, stack, configs, change }: StackTabProps) {
  const { t } = useTranslation('catalogue')
  return (
    <Stack gap="md">
      <Paper withBorder p="md">
        <SimpleGrid cols={{ base: 1, xs: 2, md: 4 }}>
          <Fact label={t('stack.author')}>{stack.author}</Fact>
          <Fact label={t('source.team')}>{stack.team?.name ?? '–'}</Fact>
          <Fact label={t('stack.visibility')}>{t(`visibility.${stack.visibility as 'local'}`)}</Fact>
          <Fact label={t('stack.version')}>{stack.version}</Fact>
          <Fact label={t('stack.source')}>
            {stack.service_catalog_source_canonical && stack.organization_canonical === organization ? (
              <LinkTo
                size="sm"
                to="/organizations/$organization/catalogue-sources/$source"
                params={{ organization, source: stack.service_catalog_source_canonical }}
              >
                {stack.service_catalog_source_canonical}
              </LinkTo>
            ) : (
              (stack.service_catalog_source_canonical ?? '–')
            )}
          </Fact>
          <Fact label={t('problems.directory')}>{stack.directory || '/'}</Fact>
          <Fact label={t('stack.updated')}>
            <When at={stack.updated_at} />
          </Fact>
          <Fact label={t('stack.quota')}>{stack.quota_enabled ? t('stack.quotaOn') : t('stack.quotaOff')}</Fact>
        </SimpleGrid>
        {stack.keywords.length > 0 && (
          <Group gap={4} mt="md" role="group" aria-label={t('stack.keywords')}>
            {stack.keywords.map((word) => (
              <Badge key={word} variant="light" color="gray" size="sm" tt="none">
                {word}
              </Badge>
            ))}
          </Group>
        )}
      </Paper>
      <Paper withBorder p="md" component="section">
        <Title order={2} size="h4" mb="sm">
          {t('stack.description')}
        </Title>
        <Markdown text={stack.description} />
      </Paper>
      <UseCases configs={configs} change={change} />
      <Dependencies organization={organization} stack={stack} />
      {stack.readme && (
        <Paper withBorder p="md" component="section">
          <Title order={2} size="h4" mb="sm">
            {t('stack.readme')}
          </Title>
          <Markdown text={stack.readme} />
        </Paper>
      )}
    </Stack>
  )
}

function UseCases({ configs, change }: Pick<StackTabProps, 'configs' | 'change'>) {
  const { t } = useTranslation('catalogue')
  return (
    <Paper withBorder p="md" component="section">
      <Title order={2} size="h4" mb="sm">
        {t('stack.useCases')}
      </Title>
      <Asked of={configs}>
        {({ data }) => (
          <Table.ScrollContainer minWidth={320}>
            <Table fz="sm">
              <Table.Thead>
                <Table.Tr>
                  <Table.Th>{t('stack.useCase')}</Table.Th>
                  <Table.Th>{t('stack.description')}</Table.Th>
                  <Table.Th>{t('stack.cloud')}</Table.Th>
                  <Table.Th>{t('stack.fields')}</Table.Th>
                </Table.Tr>
              </Table.Thead>
              <Table.Tbody>
                {Object.entries(data).map(([key, config]) => (
                  <Table.Tr key={key}>
                    <Table.Td>
                      <Anchor component="button" type="button" size="sm" onClick={() => change({ tab: 'form', use_case: key })}>
                        {config.name || key}
                      </Anchor>
                    </Table.Td>
                    <Table.Td>{config.description || '–'}</Table.Td>
                    <Table.Td>{config.cloud_provider || '–'}</Table.Td>
                    <Table.Td>
                      {(config.forms?.sections ?? []).reduce(
                        (sum, { groups }) => sum + groups.reduce((all, { vars }) => all + vars.length, 0),
                        0,
                      )}
                    </Table.Td>
                  </Table.Tr>
                ))}
              </Table.Tbody>
            </Table>
          </Table.ScrollContainer>
        )}
      </Asked>
    </Paper>
  )
}

function Dependencies({ organization, stack }: Pick<StackTabProps, 'organization' | 'stack'>) {
  const { t } = useTranslation('catalogue')
  const dependencies = stack.dependencies ?? []
  const check = useAsk(
    'validateServiceCatalogDependencies',
    { path: { organization_canonical: organization, service_catalog_ref: stack.ref } },
    { enabled: dependencies.length > 0 },
  )
  if (dependencies.length === 0) return null
  return (
    <Paper withBorder p="md" component="section">
      <Title order={2} size="h4" mb="sm">
        {t('stack.dependencies')}
      </Title>
      <List size="sm" mb="sm">
        {dependencies.map(({ ref, required }) => (
          <List.Item key={ref}>
            {ref} <Text span size="sm">{`(${required ? t('stack.required') : t('stack.optional')})`}</Text>
          </List.Item>
        ))}
      </List>
      <Asked of={check}>
        {({ data: { errors, warnings } }) =>
          errors.length + warnings.length === 0 ? (
            <Text size="sm">
              <IconCheck size={14} aria-hidden /> {t('stack.dependenciesFine')}
            </Text>
          ) : (
            <Stack gap="xs">
              {errors.map((text) => (
                <Alert key={text} color="red">
                  {text}
                </Alert>
              ))}
              {warnings.map((text) => (
                <Alert key={text} color="yellow">
                  {text}
                </Alert>
              ))}
            </Stack>
          )
        }
      </Asked>
    </Paper>
  )
}
