import { Alert, Badge, Group, Paper, SimpleGrid, Stack, Text, Title } from '@mantine/core'
import { IconLock, IconLockOpen } from '@tabler/icons-react'
import { useNavigate, useParams, useSearch } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { refresh, useAsk, useChange } from '@/api/query.ts'
import type { Schema } from '@/api/types.ts'
import { ActionButton } from '@/kit/action-button.tsx'
import { confirm } from '@/kit/confirm.tsx'
import { tell } from '@/kit/notice.tsx'
import { Page } from '@/kit/page.tsx'
import { Asked, Empty } from '@/kit/states.tsx'
import { When } from '@/kit/when.tsx'
import { StateDifference } from './state-difference.tsx'
import type { ComponentPath, StateSearch } from './state-search.ts'
import { StateToken } from './state-token.tsx'
import { StateVersions } from './state-versions.tsx'

const id = '/_in/organizations/$organization/projects/$project/environments/$environment/components/$component/state'
const at = '/organizations/$organization/projects/$project/environments/$environment/components/$component/state'
/** Milliseconds between looks at the lock. */
const often = 10_000

export function StatePage(): ReactNode {
  const { t } = useTranslation('inventory')
  const { organization, project, environment, component } = useParams({ from: id })
  const { compare = [] }: StateSearch = useSearch({ from: id })
  const navigate = useNavigate({ from: at })
  const path: ComponentPath = {
    organization_canonical: organization,
    project_canonical: project,
    environment_canonical: environment,
    component_canonical: component,
  }
  const state = useAsk('getComponentState', { path }, { every: often })
  const setCompare = (chosen: number[]) =>
    void navigate({ search: { compare: chosen.length > 0 ? chosen : undefined }, replace: true, resetScroll: false })
  return (
    <Page title={t('state.title')} description={t('state.description')}>
      {state.error?.status === 404 ? (
        <Empty title={t('state.empty')}>{t('state.emptyHint')}</Empty>
      ) : (
        <Asked of={state}>
          {({ data }) => (
            <Stack gap="lg">
              <Lock path={path} state={data} />
              <Newest state={data} />
              <StateVersions path={path} locked={data.locked} newest={data.newest?.id} compare={compare} setCompare={setCompare} />
              {compare.length === 2 && <StateDifference path={path} versions={compare} close={() => setCompare([])} />}
            </Stack>
          )}
        </Asked>
      )}
      <StateToken path={path} />
    </Page>
  )
}

function Newest({ state: { newest, versions } }: { state: Schema<'TerraformStateSummary'> }) {
  const { t } = useTranslation('inventory')
  if (!newest) return null
  const facts = [
    [t('state.serial'), newest.serial],
    [t('state.resources'), newest.resource_count],
    [t('state.kept'), versions],
    [t('state.terraform'), newest.terraform_version],
  ] as const
  return (
    <Paper withBorder p="md">
      <SimpleGrid cols={{ base: 2, sm: 4 }}>
        {facts.map(([name, value]) => (
          <div key={name}>
            <Text size="sm">{name}</Text>
            <Text fw={600} size="lg">
              {value}
            </Text>
          </div>
        ))}
      </SimpleGrid>
      <Text size="sm" mt="sm" component="div">
        {t('state.written', { author: newest.author })} <When at={newest.created_at} />
      </Text>
    </Paper>
  )
}

function Lock({ path, state: { locked, lock, locked_at: since } }: { path: ComponentPath; state: Schema<'TerraformStateSummary'> }) {
  const { t } = useTranslation('inventory')
  const unlock = useChange('breakStateLock')
  const who = lock?.who || t('state.somebody')
  const ask = () =>
    confirm({
      title: t('state.breakTitle'),
      children: t('state.breakText', { who }),
      verb: t('state.break'),
      act: async () => {
        await unlock.mutateAsync({ path })
        tell(t('state.broken'))
        await refresh('getComponentState')
      },
    })
  if (!locked)
    return (
      <Group gap="xs">
        <Badge variant="light" color="green" leftSection={<IconLockOpen size={12} />}>
          {t('state.free')}
        </Badge>
      </Group>
    )
  return (
    <Alert color="yellow" icon={<IconLock />} title={t('state.locked', { who })}>
      <Stack gap="xs" align="start">
        <Text size="sm" component="div">
          {t('state.since')} <When at={since} full />
          {lock?.operation && ` · ${lock.operation.replace(/^OperationType/, '')}`}
          {lock?.version && ` · Terraform ${lock.version}`}
          {lock?.info && ` · ${lock.info}`}
        </Text>
        <ActionButton operation="breakStateLock" path={path} variant="default" onClick={ask}>
          {t('state.break')}
        </ActionButton>
      </Stack>
    </Alert>
  )
}

export const SectionTitle = ({ children }: { children: ReactNode }) => (
  <Title order={2} size="h4" mb="sm">
    {children}
  </Title>
)
