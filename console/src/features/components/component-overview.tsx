import { Badge, Grid, Group, Stack, Text } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { useAsk } from '@/api/query.ts'
import type { Schema } from '@/api/types.ts'
import { LinkTo } from '@/kit/link.tsx'
import { Page } from '@/kit/page.tsx'
import { Asked } from '@/kit/states.tsx'
import { When } from '@/kit/when.tsx'
import { Card } from './card.tsx'
import { OutputsCard } from './outputs-card.tsx'
import { CostsCard, InventoryCard, StateCard } from './overview-cards.tsx'
import { PipelinesCard } from './pipelines-card.tsx'
import { type ComponentPlace, componentAddress, componentPath, useComponentPlace } from './places.ts'
import { Values } from './values.tsx'

export function ComponentOverview() {
  const place = useComponentPlace()
  const component = useAsk('getComponent', { path: componentPath(place) })
  return <Asked of={component}>{({ data }) => <WholeComponent place={place} component={data} />}</Asked>
}

function WholeComponent({ place, component }: { place: ComponentPlace; component: Schema<'Component'> }) {
  const { t } = useTranslation('components')
  return (
    <Page
      title={component.name}
      description={component.description || undefined}
      beside={component.import_status ? <Badge variant="light">{t(`imports.${component.import_status}`)}</Badge> : undefined}
    >
      <Grid gap="md">
        <Grid.Col span={{ base: 12, lg: 7 }}>
          <Stack>
            <PipelinesCard place={place} />
            <ValuesCard place={place} />
          </Stack>
        </Grid.Col>
        <Grid.Col span={{ base: 12, lg: 5 }}>
          <Stack>
            <StackCard place={place} component={component} />
            <CostsCard place={place} />
            <InventoryCard place={place} />
            <StateCard place={place} />
            <OutputsCard place={place} />
          </Stack>
        </Grid.Col>
      </Grid>
    </Page>
  )
}

function StackCard({ place, component }: { place: ComponentPlace; component: Schema<'Component'> }) {
  const { t } = useTranslation('components')
  const { service_catalog: stack, use_case: useCase, cloud_provider: provider, created_at: created, updated_at: updated } = component
  const facts = [
    [t('stack.useCase'), useCase],
    [t('stack.version'), stack.version],
    ...(provider ? [[t('stack.provider'), provider.name]] : []),
    ...(stack.service_catalog_source_canonical ? [[t('stack.source'), stack.service_catalog_source_canonical]] : []),
    [t('stack.created'), <When key="created" at={created} />],
    [t('stack.updated'), <When key="updated" at={updated} />],
  ] as const
  return (
    <Card title={t('stack.title')}>
      <Stack gap="xs">
        <LinkTo fw={600} to="/organizations/$organization/catalogue/$stack" params={{ organization: place.organization, stack: stack.ref }}>
          {stack.name}
        </LinkTo>
        {facts.map(([name, value]) => (
          <Group key={String(name)} justify="space-between" gap="xs">
            <Text size="sm" c="dimmed">
              {name}
            </Text>
            <Text component="div" size="sm">
              {value}
            </Text>
          </Group>
        ))}
      </Stack>
    </Card>
  )
}

function ValuesCard({ place }: { place: ComponentPlace }) {
  const { t } = useTranslation('components')
  const values = useAsk('getComponentConfig', { path: componentPath(place) })
  return (
    <Card
      title={t('values.title')}
      of={values}
      action={
        <LinkTo size="sm" to={`${componentAddress}/configure`} params={place}>
          {t('values.change')}
        </LinkTo>
      }
    >
      {values.data && <Values values={values.data.data ?? {}} />}
    </Card>
  )
}
