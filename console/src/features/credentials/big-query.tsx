import { List, Stack, Text, Title } from '@mantine/core'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useAsk } from '@/api/query.ts'
import type { PathParameters } from '@/api/types.ts'
import { ActionButton } from '@/kit/action-button.tsx'
import { Asked } from '@/kit/states.tsx'

interface Found {
  projects?: { id: string; datasets?: { id: string; tables?: { id: string }[] }[] }[]
}

/** What the key opens at Google BigQuery: asked for only when somebody wants to know, because Google is slow. */
export function BigQueryAccess({ path }: { path: PathParameters<'getCredentialOptions'> }) {
  const { t } = useTranslation('credentials')
  const [wanted, setWanted] = useState(false)
  const found = useAsk('getCredentialOptions', { path, query: { service: 'gcp_bigquery' } }, { enabled: wanted })
  return (
    <section>
      <Title order={3} size="h5" mb="xs">
        {t('bigQuery.title')}
      </Title>
      {wanted ? (
        <Asked of={found}>
          {({ data }) => {
            const { projects = [] } = (data ?? {}) as Found
            if (projects.length === 0) return <Text size="sm">{t('bigQuery.nothing')}</Text>
            return (
              <List size="sm">
                {projects.map((project) => (
                  <List.Item key={project.id}>
                    {project.id}
                    <List size="sm" withPadding>
                      {(project.datasets ?? []).map((dataset) => (
                        <List.Item key={dataset.id}>
                          {dataset.id}: {(dataset.tables ?? []).map(({ id }) => id).join(', ') || t('bigQuery.noTables')}
                        </List.Item>
                      ))}
                    </List>
                  </List.Item>
                ))}
              </List>
            )
          }}
        </Asked>
      ) : (
        <Stack align="start">
          <ActionButton operation="getCredentialOptions" path={path} variant="default" onClick={() => setWanted(true)}>
            {t('bigQuery.ask')}
          </ActionButton>
        </Stack>
      )}
    </section>
  )
}
