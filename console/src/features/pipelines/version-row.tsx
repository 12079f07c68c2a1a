/** One version: whether builds may take it, whether all must, and which did. */
import { Badge, Button, Code, Collapse, Group, Paper, Stack, Text } from '@mantine/core'
import { IconCircleCheck, IconCircleOff, IconPin } from '@tabler/icons-react'
import { useId } from 'react'
import { useTranslation } from 'react-i18next'
import { call, dataOf } from '@/api/client.ts'
import { refresh, useAsk } from '@/api/query.ts'
import type { Schema } from '@/api/types.ts'
import { ActionButton } from '@/kit/action-button.tsx'
import { tell, tellProblem } from '@/kit/notice.tsx'
import { Asked } from '@/kit/states.tsx'
import { StateIcon, stateOf } from './build-state.tsx'
import { type ResourcePlace, resourcePath } from './check-resource.tsx'
import { Facts } from './facts.tsx'
import { BuildLink } from './job-table.tsx'
import { VersionText, versionLine } from './version-text.tsx'

interface Props {
  place: ResourcePlace
  version: Schema<'ResourceVersion'>
  pinned: boolean
  inConfig: boolean
  open: boolean
  onOpen: (open: boolean) => void
}

export function VersionRow({ place, version: { id, version, enabled, metadata = [] }, pinned, inConfig, open, onOpen }: Props) {
  const { t } = useTranslation('pipelines')
  const body = useId()
  const path = { ...resourcePath(place), resource_version_id: id }
  const message = metadata.find(({ name }) => name === 'message')?.value.split('\n')[0]
  return (
    <Paper withBorder p="sm" component="li">
      <Group justify="space-between" wrap="wrap" gap="xs">
        <Group gap="xs" wrap="wrap">
          <VersionText version={version} />
          {message && <Text size="sm">{message}</Text>}
          {pinned && (
            <Badge variant="light" color="violet">
              {t('resource.pinned')}
            </Badge>
          )}
          {!enabled && (
            <Badge variant="light" color="red">
              {t('version.disabled')}
            </Badge>
          )}
        </Group>
        <Group gap="xs" wrap="wrap">
          <Button size="compact-sm" variant="subtle" aria-expanded={open} aria-controls={body} onClick={() => onOpen(!open)}>
            {t(open ? 'version.less' : 'version.more')}
          </Button>
          <ActionButton
            size="compact-sm"
            variant="default"
            operation={enabled ? 'disableResourceVersion' : 'enableResourceVersion'}
            path={path}
            leftSection={enabled ? <IconCircleOff size={16} /> : <IconCircleCheck size={16} />}
            onClick={() => void enable(path, !enabled, t)}
          >
            {t(enabled ? 'version.disable' : 'version.enable')}
          </ActionButton>
          {!pinned && (
            <ActionButton
              size="compact-sm"
              variant="default"
              operation="pinResourceVersion"
              path={path}
              why={inConfig ? t('pin.inConfig') : undefined}
              leftSection={<IconPin size={16} />}
              onClick={() => void pin(path, t)}
            >
              {t('pin.pin')}
            </ActionButton>
          )}
        </Group>
      </Group>
      <Collapse expanded={open} id={body}>
        {open && (
          <Stack gap="sm" mt="sm">
            {metadata.length > 0 && <Facts facts={metadata.map(({ name, value }) => [name, <Code key={name}>{value}</Code>] as const)} />}
            <Builds place={place} id={id} operation="getBuildsWithVersionAsInput" />
            <Builds place={place} id={id} operation="getBuildsWithVersionAsOutput" />
          </Stack>
        )}
      </Collapse>
    </Paper>
  )
}

function Builds({
  place,
  id,
  operation,
}: {
  place: ResourcePlace
  id: number
  operation: 'getBuildsWithVersionAsInput' | 'getBuildsWithVersionAsOutput'
}) {
  const { t } = useTranslation('pipelines')
  const builds = useAsk(operation, { path: { ...resourcePath(place), resource_version_id: id } }, { every: 10_000 })
  const taken = operation === 'getBuildsWithVersionAsInput'
  return (
    <Asked of={builds}>
      {({ data }) => (
        <Group gap="sm" wrap="wrap">
          <Text size="sm" fw={600}>
            {t(taken ? 'version.takenBy' : 'version.writtenBy')}
          </Text>
          {data.length === 0 && <Text size="sm">{t('version.byNone')}</Text>}
          {data.map((build) => (
            <Group key={build.id} gap={4} component="span">
              <StateIcon state={stateOf(build.status)} size={14} />
              <Text span size="sm">
                {build.job_name}
              </Text>
              <BuildLink place={place} build={build} />
            </Group>
          ))}
        </Group>
      )}
    </Asked>
  )
}

type VersionPath = ReturnType<typeof resourcePath> & { resource_version_id: number }
type Say = (key: 'version.wasDisabled' | 'version.wasEnabled' | 'pin.pinned') => string

async function enable(path: VersionPath, enabled: boolean, t: Say, undoable = true): Promise<void> {
  try {
    await call(enabled ? 'enableResourceVersion' : 'disableResourceVersion', { path })
    tell(t(enabled ? 'version.wasEnabled' : 'version.wasDisabled'), undoable ? () => enable(path, !enabled, t, false) : undefined)
  } catch (error) {
    tellProblem(error)
  }
  await refresh('getResourceVersions')
}

async function pin(path: VersionPath, t: Say): Promise<void> {
  try {
    const back = await wayBack(path).catch(() => undefined)
    await call('pinResourceVersion', { path })
    tell(
      t('pin.pinned'),
      back &&
        (async () => {
          await back().catch(tellProblem)
          await refresh('getResource', 'getPipelineResources', 'getResourceVersions')
        }),
    )
  } catch (error) {
    tellProblem(error)
  }
  await refresh('getResource', 'getPipelineResources', 'getResourceVersions')
}

/** To what is pinned now, or to nothing. Undefined when the pinned version is not to be found. What was said about a pin stays with it. */
async function wayBack(path: VersionPath): Promise<(() => Promise<unknown>) | undefined> {
  const { pinned_version: pinned } = await dataOf('getResource', { path })
  if (!pinned) return () => call('unpinResource', { path })
  const filter = Object.entries(pinned).map(([key, value]) => `${key}:${value}`)
  const versions = await dataOf('getResourceVersions', { path, query: { filter_version: filter } })
  const before = versions.find(({ version }) => versionLine(version) === versionLine(pinned))
  return before && (() => call('pinResourceVersion', { path: { ...path, resource_version_id: before.id } }))
}
