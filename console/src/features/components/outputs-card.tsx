import { Badge, Code, Group, Stack, Text } from '@mantine/core'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useMay } from '@/access/use-may.ts'
import { useAsk } from '@/api/query.ts'
import { ActionButton } from '@/kit/action-button.tsx'
import { HiddenSecret } from '@/kit/secret.tsx'
import { Card } from './card.tsx'
import { type ComponentPlace, componentPath } from './places.ts'
import { written } from './values.tsx'

interface Output {
  value: unknown
  sensitive?: boolean
}

/** What Terraform puts out. It may be secret, so it is asked for only when somebody wants to see it. */
export function OutputsCard({ place }: { place: ComponentPlace }) {
  const { t } = useTranslation('components')
  const path = componentPath(place)
  const newest = useAsk('getComponentState', { path }, { enabled: useMay('getComponentState', path).allowed }).data?.data.newest
  const [wanted, setWanted] = useState(false)
  const version = { ...path, state_version_id: newest?.id ?? 0 }
  const state = useAsk('getStateVersion', { path: version }, { enabled: wanted && newest !== undefined })
  if (!newest) return null
  return (
    <Card title={t('outputs.title')} of={wanted ? state : undefined}>
      {wanted ? (
        <Outputs outputs={outputsOf(state.data)} />
      ) : (
        <ActionButton operation="getStateVersion" path={version} variant="default" size="xs" onClick={() => setWanted(true)}>
          {t('outputs.show')}
        </ActionButton>
      )}
    </Card>
  )
}

function Outputs({ outputs }: { outputs: [string, Output][] }) {
  const { t } = useTranslation('components')
  if (outputs.length === 0) return <Text size="sm">{t('outputs.none')}</Text>
  return (
    <Stack gap="xs">
      {outputs.map(([name, { value, sensitive }]) => (
        <Stack key={name} gap={2}>
          <Group gap="xs">
            <Text size="sm" fw={600}>
              {name}
            </Text>
            {sensitive && <Badge variant="default">{t('outputs.sensitive')}</Badge>}
          </Group>
          {sensitive ? (
            <HiddenSecret label={name} value={written(value)} />
          ) : (
            <Code style={{ overflowWrap: 'anywhere' }}>{written(value)}</Code>
          )}
        </Stack>
      ))}
    </Stack>
  )
}

/** The answer is the document as Terraform wrote it. */
function outputsOf(document: unknown): [string, Output][] {
  const { outputs } = (document ?? {}) as { outputs?: Record<string, Output> }
  return Object.entries(outputs ?? {})
}
