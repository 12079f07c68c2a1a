/** How a pipeline is doing, in a word; the whole story is behind the link. */
import { Badge, Group, Text, Tooltip } from '@mantine/core'
import { IconAlertTriangle, IconBan, IconCheck, IconClock, IconPlayerPause, IconPlayerPlay, IconX } from '@tabler/icons-react'
import type { ComponentType } from 'react'
import { useTranslation } from 'react-i18next'
import type { Schema } from '@/api/types.ts'
import { LinkTo } from '@/kit/link.tsx'

export const pipelineStates = ['problem', 'errored', 'failed', 'aborted', 'paused', 'started', 'pending', 'succeeded'] as const
export type PipelineState = (typeof pipelineStates)[number]

const looks: Record<PipelineState, { color: string; icon: ComponentType<{ size?: number }> }> = {
  problem: { color: 'orange', icon: IconAlertTriangle },
  errored: { color: 'orange', icon: IconAlertTriangle },
  failed: { color: 'red', icon: IconX },
  aborted: { color: 'grape', icon: IconBan },
  paused: { color: 'gray', icon: IconPlayerPause },
  started: { color: 'blue', icon: IconPlayerPlay },
  pending: { color: 'gray', icon: IconClock },
  succeeded: { color: 'green', icon: IconCheck },
}

/** What matters most about it now: that nothing of it runs, then what runs, then how it ended. */
export function stateOf({ problem, paused, started, status }: Schema<'Pipeline'>): PipelineState {
  if (problem !== undefined) return 'problem'
  if (started) return 'started'
  if (paused) return 'paused'
  return pipelineStates.find((known) => known === status) ?? 'pending'
}

export function StateBadge({ state, note }: { state: PipelineState; note?: string | undefined }) {
  const { t } = useTranslation('components')
  const { color, icon: Icon } = looks[state]
  const badge = (
    <Badge variant="light" color={color} leftSection={<Icon size={12} aria-hidden />} tt="none" flex="none">
      {t(`pipelineStates.${state}`)}
    </Badge>
  )
  if (note === undefined) return badge
  return (
    <Tooltip label={note} multiline maw={360}>
      {badge}
    </Tooltip>
  )
}

export const isOf = (pipeline: Schema<'Pipeline'>, project: string, environment: string, component?: string): boolean =>
  pipeline.project.canonical === project &&
  pipeline.environment.canonical === environment &&
  (component === undefined || pipeline.component.canonical === component)

/** The states of a component's pipelines, the one that needs somebody first. */
export function PipelineStates({ organization, pipelines }: { organization: string; pipelines: readonly Schema<'Pipeline'>[] }) {
  const { t } = useTranslation('components')
  if (pipelines.length === 0) return <Text size="sm">{t('noPipeline')}</Text>
  const sorted = [...pipelines].sort((one, other) => rank(one) - rank(other))
  const [first] = sorted
  return (
    <Group gap={8} wrap="nowrap">
      {first && (
        <LinkTo
          underline="never"
          to="/organizations/$organization/projects/$project/environments/$environment/components/$component/pipelines/$pipeline"
          params={{
            organization,
            project: first.project.canonical,
            environment: first.environment.canonical,
            component: first.component.canonical,
            pipeline: first.name,
          }}
          aria-label={t('pipelineIs', { name: first.name, state: t(`pipelineStates.${stateOf(first)}`) })}
        >
          <StateBadge state={stateOf(first)} note={first.problem ?? first.name} />
        </LinkTo>
      )}
      {sorted.length > 1 && <Text size="xs">{t('morePipelines', { count: sorted.length - 1 })}</Text>}
    </Group>
  )
}

const rank = (pipeline: Schema<'Pipeline'>): number => pipelineStates.indexOf(stateOf(pipeline))
